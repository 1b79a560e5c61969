package org.elastauth.command;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.elastauth.config.NearestName;
import org.elastauth.startup.StartArguments;

/**
 * An option of earlier versions that runs a command.
 *
 * @param option as written, with its dashes
 */
record OldOption(String option, String command) {
  /** If there are several, the first one counts. */
  private static final List<OldOption> ALL =
      List.of(
          new OldOption("--generateKey", "generate-key"),
          new OldOption("--export-routes", "export-routes"),
          new OldOption("--diff-routes", "diff-routes"),
          new OldOption("--check-routes", "check-routes"),
          new OldOption("--draw-routes", "draw-routes"),
          new OldOption("--check-config", "check"),
          new OldOption("--create-cache-table", "create-cache-table"));

  /** Null without such an option. */
  static OldOption in(String... args) {
    List<String> arguments = List.of(args);
    return ALL.stream()
        .filter(old -> arguments.stream().anyMatch(old::isIn))
        .findFirst()
        .orElse(null);
  }

  static List<OldOption> all() {
    return ALL;
  }

  static List<String> names() {
    return ALL.stream().map(OldOption::option).toList();
  }

  /** The command of the option that a word means, written without its dashes. */
  static Optional<String> commandOf(String word) {
    return NearestName.of("--" + word, names())
        .flatMap(near -> ALL.stream().filter(old -> old.option.equals(near)).findFirst())
        .map(OldOption::command);
  }

  private boolean isIn(String argument) {
    return argument.equals(option) || argument.startsWith(option + "=");
  }

  /** The file of settings, then the command and its arguments, which may be the option's value. */
  List<String> translate(List<String> arguments) {
    List<String> file = new ArrayList<>();
    List<String> others = new ArrayList<>(List.of(command));
    for (String argument : arguments) {
      boolean isFile = !file.isEmpty() && file.get(file.size() - 1).equals(StartArguments.CONFIG);
      if (isFile || argument.equals(StartArguments.CONFIG)) {
        file.add(argument);
      } else if (argument.startsWith(option + "=")) {
        others.add(argument.substring(option.length() + 1));
      } else if (ALL.stream().noneMatch(old -> old.isIn(argument))) {
        (argument.startsWith(StartArguments.CONFIG + "=") ? file : others).add(argument);
      }
    }
    file.addAll(others);
    return file;
  }
}
