package org.elastauth.migrate;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.elastauth.config.PrintableText;
import org.elastauth.config.Setting;
import org.elastauth.config.SettingNames;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.Yaml;

/**
 * A {@code config.yml} without secrets, which the image's user can read, and a file of variables
 * with them for its owner only.
 */
final class MigratedFiles {
  /** What shells, Docker and Kubernetes read alike without quotes. */
  private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_.,:/@%+=~^-]*");

  private final SettingNames names;
  private final Translation translation;

  MigratedFiles(SettingNames names, Translation translation) {
    this.names = names;
    this.translation = translation;
  }

  List<Path> write(Path output, String title, List<String> todo) throws IOException {
    Path folder = output.toAbsolutePath().getParent();
    if (folder == null || !Files.isDirectory(folder)) {
      throw new NoSuchFileException(
          folder + " is not a folder; create it, or name another file with --output");
    }
    Path secrets = secretsOf(output);
    List<Path> files = translation.secrets().isEmpty() ? List.of(output) : List.of(output, secrets);
    for (Path file : files) {
      if (Files.exists(file)) {
        throw new FileAlreadyExistsException(
            file + " exists, and is not overwritten; name another file with --output");
      }
    }
    if (files.size() > 1) {
      Files.createFile(secrets, rights("rw-------"));
      Files.writeString(secrets, variables(output));
    }
    Files.createFile(output, rights("rw-r--r--"));
    Files.writeString(output, header(title, secrets, todo) + yaml());
    return files;
  }

  private static Path secretsOf(Path output) {
    String name = String.valueOf(output.getFileName()).replaceFirst("\\.[^.]*$", "");
    return output.resolveSibling(name + ".env");
  }

  private static FileAttribute<?>[] rights(String text) {
    return FileSystems.getDefault().supportedFileAttributeViews().contains("posix")
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(text))
        }
        : new FileAttribute<?>[0];
  }

  private String header(String title, Path secrets, List<String> todo) {
    StringBuilder header = new StringBuilder();
    header.append("# Translated from ").append(PrintableText.of(title)).append(".\n");
    if (!translation.secrets().isEmpty()) {
      header
          .append("# Secrets are variables; their values are in ")
          .append(secrets.getFileName())
          .append(
              ". To read one from a file instead,\n# delete its line here, and set the variable")
          .append(" with _FILE after its name to the path.\n");
    }
    if (!translation.variables().isEmpty()) {
      header
          .append("# Also needs these variables: ")
          .append(String.join(", ", translation.variables()))
          .append('\n');
    }
    if (!todo.isEmpty()) {
      header.append("#\n# To do:\n");
      todo.forEach(line -> header.append("# - ").append(PrintableText.of(line)).append('\n'));
    }
    return header.append('\n').toString();
  }

  /** The settings, in the order of the documentation. */
  String yaml() {
    Map<String, Object> tree = new LinkedHashMap<>();
    for (Setting setting : names.settings().values()) {
      put(tree, setting, setting.path());
      put(tree, setting, setting.path() + "_file");
    }
    DumperOptions options = new DumperOptions();
    options.setDefaultFlowStyle(DumperOptions.FlowStyle.BLOCK);
    options.setIndicatorIndent(2);
    options.setIndentWithIndicator(true);
    options.setSplitLines(false);
    return new Yaml(options).dump(tree);
  }

  @SuppressWarnings("unchecked")
  private void put(Map<String, Object> tree, Setting setting, String path) {
    Object value = translation.settings().get(path);
    if (value == null || value.equals("")) {
      return;
    }
    Map<String, Object> parent = tree;
    String[] keys = path.split("\\.");
    for (int i = 0; i < keys.length - 1; i++) {
      parent =
          (Map<String, Object>) parent.computeIfAbsent(keys[i], absent -> new LinkedHashMap<>());
    }
    parent.put(keys[keys.length - 1], typed(setting, value));
  }

  private static Object typed(Setting setting, Object value) {
    Class<?> type = setting.component().getType();
    String text = value.toString();
    if (type == boolean.class && text.matches("true|false")) {
      return Boolean.valueOf(text);
    }
    return type == int.class && text.matches("[1-9]\\d{0,8}|0") ? Integer.valueOf(text) : value;
  }

  private String variables(Path output) {
    List<String> lines = new ArrayList<>();
    lines.add(PrintableText.of("# The secrets of " + output.getFileName() + "."));
    lines.add(
        "#   docker run --env-file FILE; Docker Compose: env_file: FILE; systemd: EnvironmentFile=FILE");
    lines.add(
        "#   kubectl create secret generic elastauth --from-env-file=FILE; shell: set -a; . FILE");
    translation.secrets().forEach((name, value) -> lines.add(name + "=" + quoted(value)));
    return lines.stream().collect(Collectors.joining("\n", "", "\n"));
  }

  /** {@code docker run} and kubectl do not remove quotes; shells and Compose need them. */
  private static String quoted(String value) {
    return PLAIN.matcher(value).matches() ? value : "'" + value.replace("'", "'\\''") + "'";
  }
}
