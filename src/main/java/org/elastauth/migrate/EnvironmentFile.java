package org.elastauth.migrate;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.elastauth.config.YamlTree;

/** A file of lines {@code NAME=VALUE}, as a shell, Docker and systemd read them. */
final class EnvironmentFile {
  private static final Pattern LINE =
      Pattern.compile("\\s*(export\\s+|set\\s+)?([A-Za-z_][A-Za-z0-9_]*)=(.*)");

  private static final Pattern IGNORED = Pattern.compile("\\s*(#.*)?");

  private EnvironmentFile() {}

  /** Whether most lines of a file have this form. */
  static boolean is(String text) {
    long lines = text.lines().filter(line -> !IGNORED.matcher(line).matches()).count();
    long matching = text.lines().filter(line -> LINE.matcher(line).matches()).count();
    return matching > 0 && matching * 2 > lines;
  }

  /**
   * @param faults receives the lines that have another form
   */
  static List<Entry> read(String name, String text, List<String> faults) {
    List<Entry> entries = new ArrayList<>();
    int number = 0;
    for (String line : text.lines().toList()) {
      number++;
      Matcher matcher = LINE.matcher(line);
      if (matcher.matches()) {
        entries.add(entry(matcher.group(2), value(matcher.group(3)), name, number));
      } else if (!IGNORED.matcher(line).matches()) {
        faults.add(name + ":" + number + " is not of the form NAME=VALUE, and is left out");
      }
    }
    return entries;
  }

  static Entry entry(String variable, String value, String file, int line) {
    return new Entry(variable, new YamlTree(line, 0, value, null, null), true, file + ":" + line);
  }

  /** Without quotes, and without a comment after it. */
  private static String value(String text) {
    String value = text.strip();
    if (value.length() > 1 && (value.charAt(0) == '"' || value.charAt(0) == '\'')) {
      int end = value.indexOf(value.charAt(0), 1);
      return end < 0 ? value : value.substring(1, end);
    }
    return withoutComment(value);
  }

  /** By hand, because an expression would try each blank of a long row as its start. */
  private static String withoutComment(String value) {
    for (int i = value.indexOf('#'); i >= 0; i = value.indexOf('#', i + 1)) {
      if (i == 0 || Character.isWhitespace(value.charAt(i - 1))) {
        return value.substring(0, i).stripTrailing();
      }
    }
    return value;
  }
}
