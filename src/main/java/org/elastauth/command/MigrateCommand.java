package org.elastauth.command;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.elastauth.migrate.Migration;
import org.elastauth.migrate.Program;
import org.elastauth.migrate.Table;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
    name = "migrate",
    description = {
      "Translate the configuration of elastauth 1 or 2, Keyline, traefikoidc, Authly or Coalition Builder.",
      "Write a config.yml, and its secrets into a file of variables next to it. Overwrite no file."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:The result needs nothing more.",
      "1:A file cannot be read or written; nothing is written.",
      "3:The result has to be completed by hand, as the lines \"To do\" say."
    })
final class MigrateCommand implements Callable<Integer> {
  /** picocli itself returns 2. */
  private static final int INCOMPLETE = 3;

  @Spec private CommandSpec spec;

  @Parameters(
      arity = "1..*",
      paramLabel = "FILE",
      description = {
        "A config.yml, a file of variables, or a file of Docker Compose, Kubernetes, Amazon ECS or Traefik.",
        "Several files are one configuration: variables override files, and later files earlier ones."
      })
  private List<Path> files;

  @Option(
      names = "--from",
      paramLabel = "PROGRAM",
      description =
          "elastauth-v1, elastauth-v2, keyline, traefikoidc, authly or coalition-builder. Default:"
              + " recognized by the names of the settings.")
  private String from;

  @Option(
      names = "--service",
      paramLabel = "NAME",
      description =
          "The service, container or middleware of the file. Default: the one with the most settings.")
  private String service = "";

  @Option(
      names = "--output",
      paramLabel = "FILE",
      description = "The file to write. Default: ${DEFAULT-VALUE}.",
      defaultValue = "migrated.yml")
  private Path output;

  @Option(
      names = "--dry-run",
      description = "Print what becomes of each setting, as a table; write nothing.")
  private boolean isDryRun;

  @Override
  public Integer call() throws IOException {
    Migration migration = Migration.of(files, program(), service);
    List<Path> written = isDryRun ? List.of() : migration.write(output);
    PrintWriter out = spec.commandLine().getOut();
    out.println(migration.title());
    out.println();
    Table.of(migration.rows().stream().filter(row -> isDryRun || !row.remark().isEmpty()).toList())
        .forEach(out::println);
    out.println();
    if (!migration.variables().isEmpty()) {
      out.println("Needs these variables: " + String.join(", ", migration.variables()));
    }
    migration.todo().forEach(line -> out.println("To do: " + line));
    written.forEach(file -> out.println("Wrote " + file));
    if (isDryRun) {
      out.println("Nothing is written, because of --dry-run.");
    } else {
      out.println("Next:");
      written.stream()
          .skip(1)
          .forEach(file -> out.println("  set -a; . " + sourced(file) + "; set +a"));
      out.println("  java -jar elastauth.jar check --config " + output);
    }
    return migration.todo().isEmpty() ? ElastauthCommand.OK : INCOMPLETE;
  }

  /** A shell looks for a name without a folder elsewhere. */
  private static String sourced(Path file) {
    return file.getParent() == null ? "./" + file : file.toString();
  }

  private Optional<Program> program() {
    if (from == null) {
      return Optional.empty();
    }
    return Optional.of(
        Program.of(from)
            .orElseThrow(
                () ->
                    new CommandException(
                        "--from is none of "
                            + Stream.of(Program.values())
                                .map(Program::id)
                                .collect(Collectors.joining(", ")))));
  }
}
