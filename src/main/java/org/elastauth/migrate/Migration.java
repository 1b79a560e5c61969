package org.elastauth.migrate;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.elastauth.config.PrintableText;
import org.elastauth.config.SettingNames;
import org.elastauth.startup.Settings;

/** The configuration of another program as one of ours. */
public final class Migration {
  private final String title;
  private final List<String> faults;
  private final Translation translation;
  private final MigratedFiles files;
  private final List<String> remaining;

  private Migration(
      String title, List<String> faults, Translation translation, SettingNames names) {
    this.title = PrintableText.of(title);
    this.faults = faults;
    this.translation = translation;
    this.files = new MigratedFiles(names, translation);
    this.remaining = ResultCheck.faults(files, translation);
  }

  /**
   * @param paths files of one program; of equal settings, a variable and then the last file is used
   * @param from the program; empty: recognized by its names
   * @param part the service, container or middleware to read; empty: the one with the most settings
   * @throws IOException with the reason, if a file cannot be used
   */
  public static Migration of(List<Path> paths, Optional<Program> from, String part)
      throws IOException {
    SettingNames names = new SettingNames(Settings.class);
    List<Source> sources = new ArrayList<>();
    for (Path path : paths) {
      sources.add(Source.read(path, part, names));
    }
    List<Entry> entries = sources.stream().flatMap(source -> source.entries().stream()).toList();
    Optional<Program> program = from.or(() -> Program.of(entries));
    if (program.isEmpty()) {
      throw new IOException(paths.get(0) + " " + whyUnknown(entries));
    }
    return new Migration(
        sources.stream().map(Source::title).collect(Collectors.joining(" and "))
            + " ("
            + program.get()
            + ")",
        sources.stream().flatMap(source -> source.faults().stream()).toList(),
        Translator.translate(names, program.get(), sources),
        names);
  }

  private static String whyUnknown(List<Entry> entries) {
    return entries.stream()
        .filter(entry -> entry.name().equals(Manifest.ENV_FILE))
        .findFirst()
        .map(
            entry ->
                PrintableText.of(
                    "reads its variables from " + entry.text() + "; " + entry.giveBoth()))
        .orElse(
            "contains no settings of a program that this command knows; name the program with --from");
  }

  /** The files and the program. */
  public String title() {
    return title;
  }

  /** What became of each setting. */
  public List<Row> rows() {
    return translation.rows();
  }

  /** The variables of theirs that the result needs. */
  public Set<String> variables() {
    return translation.variables();
  }

  /** What has to be done by hand before the result is the same gateway. */
  public List<String> todo() {
    return Stream.of(
            faults.stream(),
            rows().stream().filter(Row::decides).map(Table::line),
            remaining.stream())
        .flatMap(lines -> lines)
        .map(PrintableText::of)
        .toList();
  }

  /**
   * Writes the settings, and the secrets into a file next to it. Overwrites no file.
   *
   * @return the files
   */
  public List<Path> write(Path output) throws IOException {
    return files.write(output, title, todo());
  }
}
