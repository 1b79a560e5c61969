package org.elastauth.routes;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The rows of the table of exchange properties in the documentation. */
final class PropertyTable {
  private static final String HEADING = "Exchange properties";
  private static final Pattern ROW = Pattern.compile("\\| *`(\\w+)` *\\|.*");

  private PropertyTable() {}

  /**
   * @param page Markdown
   */
  static List<String> names(String page) {
    List<String> names = new ArrayList<>();
    boolean here = false;
    for (String line : page.lines().toList()) {
      if (line.startsWith("#")) {
        here = line.replaceFirst("#+ *", "").equals(HEADING);
      }
      Matcher row = ROW.matcher(line);
      if (here && row.matches()) {
        names.add(row.group(1));
      }
    }
    return names;
  }
}
