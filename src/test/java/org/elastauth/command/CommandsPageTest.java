package org.elastauth.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** The page of the commands is made from the classes of the commands. */
class CommandsPageTest {
  private static final Path PAGE = Path.of("src/docs/reference/commands.md");
  private static final Path MADE = Path.of("target/commands.md");

  private static final String HEAD =
      """
      # Which commands are there?

      `java -jar elastauth.jar` starts the gateway, and `java -jar elastauth.jar COMMAND` runs a command. In the image,
      `docker run … elastauth:latest COMMAND` does the same. This page writes `elastauth` for both.

      Results go to standard output, progress and faults to standard error. Every command reads the same files and
      variables as a start. Other users of the machine can read arguments, so pass secrets by variables or files.

      | Command | What it does |
      |---|---|
      """;

  @Test
  void thePageSaysWhatTheCommandsKnow() throws IOException {
    String made = page();
    Files.writeString(MADE, made);
    assertThat(PAGE).as("copy %s to %s", MADE, PAGE).content().isEqualTo(made);
  }

  private static String page() {
    List<CommandLine> commands =
        ElastauthCommand.commandLine(List.of()).getSubcommands().values().stream()
            .filter(command -> !command.getCommandSpec().usageMessage().hidden())
            .toList();
    return Stream.of(
            Stream.of(
                HEAD + commands.stream().map(CommandsPageTest::row).collect(Collectors.joining())),
            commands.stream().map(CommandsPageTest::section),
            Stream.of(old()))
        .flatMap(part -> part)
        .collect(Collectors.joining("\n"));
  }

  private static String row(CommandLine command) {
    return "| [`%s`](#%1$s) | %s |\n"
        .formatted(command.getCommandName(), description(command.getCommandSpec()).get(0));
  }

  private static List<String> description(CommandSpec command) {
    return List.of(command.usageMessage().description());
  }

  private static String section(CommandLine command) {
    CommandSpec spec = command.getCommandSpec();
    Help help = command.getHelp();
    StringBuilder section = new StringBuilder("## " + spec.name() + "\n\n");
    section.append(String.join(" ", description(spec))).append("\n\n```text\n");
    section.append(help.synopsis(0).strip().replaceAll("\\s*\\R\\s*", " ")).append("\n```\n");
    List<ArgSpec> arguments =
        Stream.concat(spec.positionalParameters().stream(), spec.options().stream())
            .filter(argument -> !argument.hidden())
            .filter(argument -> !(argument instanceof OptionSpec option && option.usageHelp()))
            .toList();
    if (!arguments.isEmpty()) {
      section.append("\n| Argument | Meaning |\n|---|---|\n");
      arguments.forEach(argument -> section.append(row(argument)));
    }
    section.append("\n| Exit code | Meaning |\n|---|---|\n");
    spec.usageMessage()
        .exitCodeList()
        .forEach((code, text) -> section.append("| %s | %s |\n".formatted(code, text)));
    if (spec.usageMessage().footer().length > 0) {
      section.append("\n```text\n");
      Stream.of(spec.usageMessage().footer())
          .forEach(line -> section.append(line.strip()).append('\n'));
      section.append("```\n");
    }
    return section.toString();
  }

  private static String row(ArgSpec argument) {
    String name =
        argument instanceof OptionSpec option
            ? option.longestName() + (option.arity().max() == 0 ? "" : " " + option.paramLabel())
            : argument.paramLabel();
    return "| `%s` | %s |\n".formatted(name, String.join(" ", argument.description()));
  }

  private static String old() {
    return """
        ## Options of earlier versions

        These options run the same commands. A wrong command line returns 1 instead of 2.

        | Option | Command |
        |---|---|
        %s"""
        .formatted(
            OldOption.all().stream()
                .map(old -> "| `%s` | `%s` |\n".formatted(old.option(), old.command()))
                .collect(Collectors.joining()));
  }
}
