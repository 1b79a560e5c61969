package org.elastauth.migrate;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.elastauth.config.ConfigurationText;
import org.elastauth.config.PrintableText;
import org.elastauth.config.SettingNames;
import org.elastauth.config.YamlTree;
import org.elastauth.config.YamlTree.InvalidYaml;

/**
 * A file of another program.
 *
 * @param title the file, and the part of it that is read
 * @param isContainer whether the program runs in a container
 * @param faults what could not be read
 */
record Source(String title, boolean isContainer, List<Entry> entries, List<String> faults) {
  private static final Pattern SECTION = Pattern.compile("(?m)^[A-Za-z_\"'][^\\n]*:");

  /** Of a file that is not YAML as a whole. */
  private static final int MAX_SECTIONS = 200;

  private static final Pattern OWN_VARIABLE = Pattern.compile("(ELASTAUTH|AUTHLY)_.*");

  /**
   * @param part the service, container or middleware to read; empty: the one with the most settings
   * @throws IOException with the reason
   */
  static Source read(Path path, String part, SettingNames names) throws IOException {
    String file = String.valueOf(path.getFileName());
    String text;
    try {
      text = ConfigurationText.read(path);
    } catch (IOException unusable) {
      throw new IOException(path + " " + unusable.getMessage(), unusable);
    }
    List<String> faults = new ArrayList<>();
    if (EnvironmentFile.is(text)) {
      return new Source(file, false, EnvironmentFile.read(file, text, faults), faults);
    }
    List<YamlTree> documents = documents(file, text, faults);
    Manifest manifest = Manifest.of(file, documents);
    Predicate<Entry> isKnown =
        entry ->
            !entry.isVariable()
                || names.variable(entry.name()) != null
                || OWN_VARIABLE.matcher(entry.name()).matches();
    Map<String, List<Entry>> parts = manifest.known(isKnown);
    if (!parts.isEmpty()) {
      String chosen = choose(file, part, parts, isKnown);
      return new Source(file + ", " + chosen, true, parts.get(chosen), faults);
    }
    List<Entry> entries = new ArrayList<>();
    for (YamlTree document : documents) {
      add(file, document, names, entries, faults);
    }
    if (entries.isEmpty()) {
      throw new IOException(
          faults.isEmpty()
              ? path + " contains no settings of a program that this command knows"
              : String.join("\n", faults.stream().map(PrintableText::of).toList()));
    }
    return new Source(file, false, entries, faults);
  }

  private static void add(
      String file,
      YamlTree document,
      SettingNames names,
      List<Entry> entries,
      List<String> faults) {
    if (!document.isMap()) {
      return;
    }
    YamlTree data = document.at("data");
    if (document.at("kind") != null && data != null && data.isMap()) {
      for (Map.Entry<String, YamlTree> value : data.fields().entrySet()) {
        if (value.getKey().matches(".*\\.ya?ml") && value.getValue().isText()) {
          String inner = file + ", " + value.getKey();
          documents(inner, value.getValue().text(), faults)
              .forEach(tree -> add(inner, tree, names, entries, faults));
        } else if (value.getValue().isText()) {
          entries.add(
              EnvironmentFile.entry(
                  value.getKey(), value.getValue().text(), file, value.getValue().line()));
        }
      }
    } else if (document.at("kind") == null) {
      flatten(file, "", document, path -> isMap(names, path), entries);
    }
  }

  private static boolean isMap(SettingNames names, String path) {
    SettingNames.Spelling spelling = names.key(path);
    return spelling != null && spelling.setting().isMap();
  }

  private static String choose(
      String file, String part, Map<String, List<Entry>> parts, Predicate<Entry> isKnown)
      throws IOException {
    String chosen = null;
    long most = 0;
    for (Map.Entry<String, List<Entry>> candidate : parts.entrySet()) {
      long known = candidate.getValue().stream().filter(isKnown).count();
      boolean matches =
          part.isEmpty() || candidate.getKey().replaceFirst("^\\w+ ", "").equals(part);
      if (matches && known > most) {
        chosen = candidate.getKey();
        most = known;
      }
    }
    if (chosen == null) {
      throw new IOException(
          file
              + " has no such part with known settings; it has "
              + PrintableText.of(String.join(", ", parts.keySet())));
    }
    return chosen;
  }

  /** If one section is not YAML, the others are read nevertheless. */
  private static List<YamlTree> documents(String file, String text, List<String> faults) {
    List<String> repeated = new ArrayList<>();
    List<YamlTree> documents = new ArrayList<>();
    try {
      documents = YamlTree.read(text, repeated);
    } catch (InvalidYaml whole) {
      List<Integer> starts = SECTION.matcher(text).results().map(MatchResult::start).toList();
      boolean isSplit = starts.size() > 1 && starts.size() <= MAX_SECTIONS;
      for (int i = 0; i < starts.size() && isSplit; i++) {
        int start = starts.get(i);
        int end = i + 1 < starts.size() ? starts.get(i + 1) : text.length();
        String before = "\n".repeat((int) text.substring(0, start).lines().count());
        String section = text.substring(start, end);
        try {
          documents.addAll(YamlTree.read(before + section, repeated));
        } catch (InvalidYaml broken) {
          faults.add(
              place(file, broken)
                  + "; the section "
                  + section.substring(0, section.indexOf(':'))
                  + " is left out");
        }
      }
      if (faults.isEmpty()) {
        faults.add(place(file, whole));
      }
    }
    repeated.forEach(key -> faults.add(file + " sets " + key + " twice; the last value is used"));
    return documents;
  }

  private static String place(String file, InvalidYaml fault) {
    return file + (fault.line() > 0 ? ":" + fault.line() : "") + " " + fault.getMessage();
  }

  /**
   * @param isValue whether a map at this path is the value of one setting
   */
  static void flatten(
      String file, String path, YamlTree tree, Predicate<String> isValue, List<Entry> entries) {
    if (!tree.isMap() || isValue.test(path)) {
      entries.add(new Entry(path, tree, false, file + ":" + tree.line()));
      return;
    }
    tree.fields()
        .forEach(
            (name, value) ->
                flatten(file, path.isEmpty() ? name : path + "." + name, value, isValue, entries));
  }
}
