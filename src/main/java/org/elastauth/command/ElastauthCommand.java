package org.elastauth.command;

import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.elastauth.startup.LoadedConfiguration;
import org.elastauth.startup.StartArguments;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * The program's command line. Without a command it starts the gateway.
 *
 * <p>To add a command:
 *
 * <ol>
 *   <li>Write a class in this package: {@code @Command(name = "…", description = "…") final class
 *       …Command implements Callable<Integer>}. What the command does is in another package.
 *   <li>Name the class in {@code subcommands} below.
 *   <li>A command that reads the configuration has a {@code @Mixin SettingsOptions settings}. Its
 *       {@code load()} returns the configuration as a start reads it; {@code arguments()} are the
 *       arguments for a Spring context.
 *   <li>Print results to {@code spec.commandLine().getOut()}, progress and faults to {@code
 *       getErr()}. {@code System.out} is the error stream while a command runs, so that log lines
 *       are not between the results.
 *   <li>Return {@link #OK} or {@link #FAILED}. A {@link CommandException} is printed as one line.
 *       picocli itself returns {@link #USAGE}.
 * </ol>
 */
@Command(
    name = "elastauth",
    versionProvider = Version.class,
    customSynopsis = "elastauth [COMMAND] [--config FILE] [--elastauth.KEY=VALUE]...",
    description = {
      "A login gateway in front of Elasticsearch and Kibana. Without a command, the gateway starts.",
      "elastauth COMMAND --help describes a command.",
      "",
      "Any setting can be an argument: --elastauth.cache.type=memory; --my.KEY=VALUE for own routes.",
      "Other users of the machine can read arguments: pass secrets by variables or files instead."
    },
    subcommands = {
      RunCommand.class,
      CheckCommand.class,
      ConfigCommand.class,
      ExplainCommand.class,
      DoctorCommand.class,
      GenerateKeyCommand.class,
      RotateKeysCommand.class,
      CreateCacheTableCommand.class,
      CheckRoutesCommand.class,
      ExportRoutesCommand.class,
      DiffRoutesCommand.class,
      DrawRoutesCommand.class,
      MigrateCommand.class,
      CompletionCommand.class,
      HelpCommand.class,
    },
    footerHeading = "%nOptions of earlier versions, which run the same commands:%n",
    footer = {
      "  --check-config, --generateKey, --create-cache-table, --check-routes [DIR],",
      "  --export-routes DIR, --diff-routes [DIR], --draw-routes [ID]"
    })
public final class ElastauthCommand implements Callable<Integer> {
  /** Standard output, also while log lines go to the error stream. */
  static final PrintStream OUTPUT = System.out;

  static final int OK = 0;
  static final int FAILED = 1;
  static final int USAGE = CommandLine.ExitCode.USAGE;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      scope = CommandLine.ScopeType.INHERIT,
      description = "Print this text.")
  private boolean help;

  @Option(
      names = {"-V", "--version"},
      versionHelp = true,
      description = "Print the version.")
  private boolean version;

  @Mixin private SettingsOptions options;

  private final List<String> settings;

  private ElastauthCommand(List<String> settings) {
    this.settings = settings;
  }

  /** Runs a command, and ends the process unless the gateway runs. */
  public static void runAndExit(String... args) {
    System.setOut(System.err);
    LoadedConfiguration.silence();
    int code =
        execute(
            new PrintWriter(OUTPUT, true, StandardCharsets.UTF_8),
            new PrintWriter(System.err, true, StandardCharsets.UTF_8),
            args);
    if (code != RunCommand.RUNS) {
      System.exit(code);
    }
  }

  /**
   * @return the exit code
   */
  static int execute(PrintWriter out, PrintWriter err, String... args) {
    OldOption old = OldOption.in(args);
    List<String> settings = Stream.of(args).filter(StartArguments::isSetting).toList();
    List<String> others = Stream.of(args).filter(other -> !settings.contains(other)).toList();
    CommandLine line = commandLine(settings).setOut(out).setErr(err);
    line.setParameterExceptionHandler(
        (failure, arguments) -> {
          err.println(UsageFault.message(failure, old));
          boolean isOption =
              failure.getCommandLine() == line && UsageFault.isUnknownOption(failure);
          return old != null || isOption ? FAILED : USAGE;
        });
    line.setExecutionExceptionHandler(
        (failure, command, parsed) -> {
          String name = old == null ? command.getCommandName() : old.option();
          err.println(name + ": " + CommandException.reason(failure));
          return FAILED;
        });
    return line.execute((old == null ? others : old.translate(others)).toArray(String[]::new));
  }

  /**
   * @param settings in any place of the command line; they have too many names to be options
   */
  static CommandLine commandLine(List<String> settings) {
    CommandLine line =
        new CommandLine(new ElastauthCommand(settings))
            .setUnmatchedOptionsAllowedAsOptionParameters(false)
            .setExpandAtFiles(false);
    CommandHelp.layOut(line);
    return line;
  }

  @Override
  public Integer call() {
    return RunCommand.run(options.arguments());
  }

  List<String> settings() {
    return settings;
  }

  SettingsOptions options() {
    return options;
  }
}
