package org.elastauth.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The settings with what the comments of {@code application.yaml} say about them, in its order.
 *
 * @param settings by path
 * @param groups what a comment says about several settings, by their common path
 */
record DescribedSettings(Map<String, Described> settings, Map<String, String> groups) {
  static final Path FILE = Path.of("application.yaml");

  /** A commented setting: below elastauth, its indent, its name, its value, and a comment. */
  private static final Pattern SETTING =
      Pattern.compile("  # ((?:  )*)([a-z0-9_-]+):(?: +(?!#)(.*?))??(?: +# (.+))?");

  private static final Pattern CONTINUED = Pattern.compile("  #  +# (.+)");
  private static final Pattern PROSE = Pattern.compile("  # (\\S.*)");

  /**
   * A setting.
   *
   * @param value its default, as the file has it
   * @param text its description; empty if the file has none
   */
  record Described(Setting setting, String value, String text) {}

  static DescribedSettings read() throws IOException {
    Map<String, Setting> known = TestSettings.all();
    Map<String, Described> settings = new LinkedHashMap<>();
    Map<String, String> groups = new LinkedHashMap<>();
    Deque<String> parents = new ArrayDeque<>();
    List<String> prose = new ArrayList<>();
    List<String> lines = Files.readAllLines(FILE);
    for (int i = 0; i < lines.size(); i++) {
      Matcher line = SETTING.matcher(lines.get(i));
      if (!line.matches()) {
        Matcher text = PROSE.matcher(lines.get(i));
        if (text.matches()) {
          prose.add(text.group(1));
        } else if (lines.get(i).isBlank()) {
          prose.clear();
        }
        continue;
      }
      while (parents.size() > line.group(1).length() / 2) {
        parents.removeLast();
      }
      String path = String.join(".", append(parents, line.group(2)));
      List<String> comment = new ArrayList<>();
      if (line.group(4) != null) {
        comment.add(line.group(4));
      }
      for (Matcher more; i + 1 < lines.size(); i++) {
        more = CONTINUED.matcher(lines.get(i + 1));
        if (!more.matches()) {
          break;
        }
        comment.add(more.group(1));
      }
      String text = String.join(" ", comment.isEmpty() ? prose : comment);
      prose.clear();
      if (known.containsKey(path)) {
        String value = line.group(3) == null ? "" : line.group(3);
        settings.put(path, new Described(known.get(path), value, text));
      } else if (!text.isEmpty()) {
        groups.put(path, text);
      }
      parents.addLast(line.group(2));
    }
    return new DescribedSettings(settings, groups);
  }

  private static List<String> append(Deque<String> parents, String name) {
    List<String> all = new ArrayList<>(parents);
    all.add(name);
    return all;
  }
}
