package org.elastauth.command;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.elastauth.config.StartupFailure;
import org.elastauth.routes.RouteSet;
import org.elastauth.startup.LoadedConfiguration;
import org.elastauth.startup.StartArguments;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.OverwrittenOptionException;
import picocli.CommandLine.Spec;

/**
 * The settings on the command line, before the command or after it. Without them, a command reads
 * the same variables and files as a start.
 */
final class SettingsOptions {
  @Spec(Spec.Target.MIXEE)
  private CommandSpec command;

  @Option(
      names = StartArguments.CONFIG,
      paramLabel = "FILE",
      description =
          "Read settings in elastauth's own form from FILE. Default: ./config.yml, then /config.yml."
              + " Settings can be arguments, too: --elastauth.KEY=VALUE")
  private String config;

  /** The arguments with which a start reads the same settings. */
  String[] arguments() {
    ElastauthCommand root = (ElastauthCommand) command.root().userObject();
    List<String> files =
        Stream.of(this, root.options())
            .distinct()
            .map(options -> options.config)
            .filter(Objects::nonNull)
            .toList();
    if (files.size() > 1) {
      throw new OverwrittenOptionException(
          command.commandLine(), command.findOption(StartArguments.CONFIG), "");
    }
    List<String> arguments = new ArrayList<>(root.settings());
    files.forEach(file -> arguments.add(StartArguments.CONFIG + "=" + file));
    return arguments.toArray(String[]::new);
  }

  /** Reads the configuration as a start does. */
  LoadedConfiguration load() throws IOException {
    return load(arguments());
  }

  private static LoadedConfiguration load(String... arguments) throws IOException {
    try {
      return LoadedConfiguration.read(arguments);
    } catch (MarkedYAMLException malformed) {
      throw new CommandException(StartupFailure.malformed(malformed).toString());
    }
  }

  /**
   * The same.
   *
   * @throws CommandException if a gateway would not start with it
   */
  LoadedConfiguration loadValid() throws IOException {
    LoadedConfiguration configuration = load();
    if (!configuration.faults().isEmpty()) {
      throw new CommandException("the configuration has faults; elastauth check names them");
    }
    return configuration;
  }

  /** All route files of a folder; null: of the folder that the configuration names. */
  RouteSet routes(Path folder) throws IOException {
    String[] arguments = arguments();
    return folder == null ? load(arguments).allRoutes() : RouteSet.read(folder);
  }
}
