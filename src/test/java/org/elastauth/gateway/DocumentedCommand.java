package org.elastauth.gateway;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A command of a block in the documentation. A block of the language {@code console} shows its
 * output, too.
 *
 * @param text of one or more lines
 * @param output the lines that the page shows; empty if it shows none
 */
record DocumentedCommand(String text, List<String> output) {
  private static final Pattern BLOCK =
      Pattern.compile("^ *```(bash|sh|console)\\n(.*?)^ *```", Pattern.MULTILINE | Pattern.DOTALL);

  private static final String PROMPT = "$ ";

  /** What begins a program in a line of a shell. */
  private static final Pattern PROGRAM =
      Pattern.compile(
          "(?:^|\\|\\|?|&&|;|\\$?\\(|\\{)\\s*(?:(?:if|while|do|then)\\s+)*([\\w./~-]+)");

  private static final Pattern ASSIGNMENT =
      Pattern.compile("(?<![\\w-])[A-Za-z_]\\w*=(?:\"[^\"]*\"|'[^']*'|(?!\\$\\()\\S*)");

  private static final Pattern QUOTED = Pattern.compile("'[^']*'|\"[^\"]*\"");
  private static final Pattern SUBSTITUTION = Pattern.compile("\\$\\([^)]*\\)");

  /** The blocks of a page that have commands. */
  static List<List<DocumentedCommand>> blocksOf(Path page) throws IOException {
    List<List<DocumentedCommand>> blocks = new ArrayList<>();
    Matcher block = BLOCK.matcher(Files.readString(page));
    while (block.find()) {
      List<String> lines = block.group(2).stripIndent().lines().toList();
      List<DocumentedCommand> commands =
          block.group(1).equals("console") ? withOutput(lines) : commands(lines);
      if (!commands.isEmpty()) {
        blocks.add(commands);
      }
    }
    return blocks;
  }

  static List<Path> pages() throws IOException {
    List<Path> pages = new ArrayList<>(List.of(Path.of("README.md")));
    try (Stream<Path> files = Files.walk(Path.of("src", "docs"))) {
      files.filter(file -> file.toString().endsWith(".md")).sorted().forEach(pages::add);
    }
    return pages;
  }

  /** Without a prompt it is a file, or the output of a command. */
  private static List<DocumentedCommand> withOutput(List<String> lines) {
    List<DocumentedCommand> commands = new ArrayList<>();
    for (String line : lines) {
      if (line.startsWith(PROMPT)) {
        commands.add(new DocumentedCommand(line.substring(PROMPT.length()), new ArrayList<>()));
      } else if (!commands.isEmpty()) {
        DocumentedCommand last = commands.get(commands.size() - 1);
        if (last.isUnfinished()) {
          commands.set(
              commands.size() - 1,
              new DocumentedCommand(last.text + '\n' + line, new ArrayList<>()));
        } else if (!line.isBlank()) {
          last.output.add(line);
        }
      }
    }
    return commands;
  }

  private static List<DocumentedCommand> commands(List<String> lines) {
    List<DocumentedCommand> commands = new ArrayList<>();
    StringBuilder text = new StringBuilder();
    for (String line : lines) {
      if (text.isEmpty() && (line.isBlank() || line.startsWith("#"))) {
        continue;
      }
      text.append(text.isEmpty() ? "" : "\n").append(line);
      DocumentedCommand command = new DocumentedCommand(text.toString(), List.of());
      if (!command.isUnfinished()) {
        commands.add(command);
        text.setLength(0);
      }
    }
    return commands;
  }

  private boolean isUnfinished() {
    String line = text.strip();
    return line.endsWith("\\")
        || line.endsWith("|")
        || line.endsWith("&&")
        || line.endsWith("{")
        || text.chars().filter(c -> c == '\'').count() % 2 == 1
        || text.chars().filter(c -> c == '{').count() > text.chars().filter(c -> c == '}').count();
  }

  /** The programs that a shell would start for it. */
  List<String> programs() {
    List<String> programs = new ArrayList<>();
    String line = text.replace("\\\n", " ").replaceAll("(?m)(^|\\s)#.*$", "");
    line = ASSIGNMENT.matcher(line).replaceAll(" ");
    line = QUOTED.matcher(line).replaceAll(text -> substitutions(text.group()));
    Matcher program = PROGRAM.matcher(line.strip());
    while (program.find()) {
      programs.add(program.group(1));
    }
    return programs;
  }

  /** What a text in quotes runs, as a replacement. */
  private static String substitutions(String quoted) {
    return quoted.startsWith("'")
        ? "x"
        : Matcher.quoteReplacement(
            SUBSTITUTION
                .matcher(quoted)
                .results()
                .map(MatchResult::group)
                .collect(Collectors.joining(" ", "x ", "")));
  }
}
