package org.elastauth.command;

import java.io.IOException;
import java.util.concurrent.Callable;
import org.elastauth.startup.GatewayStart;
import org.elastauth.startup.QuickCheck;
import org.elastauth.startup.QuickCheck.Result;
import org.springframework.boot.SpringApplication;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
    name = "check",
    description = "Print all faults of the configuration and of the routes; start nothing.",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:A gateway starts with this configuration.",
      "1:At least one fault; with --strict also an unknown setting, or one that is set twice in a file."
    },
    footer = {
      "  elastauth check",
      "  elastauth check --strict",
      "  elastauth check --config /etc/elastauth/config.yml",
    })
final class CheckCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private SettingsOptions settings;

  @Option(
      names = "--strict",
      description = "Fail for unknown settings, and settings that are set twice in a file, too.")
  private boolean isStrict;

  @Override
  public Integer call() throws IOException {
    String[] arguments = settings.arguments();
    Result result = QuickCheck.of(arguments);
    if (result == Result.INCOMPLETE) {
      SpringApplication.exit(GatewayStart.prepare(arguments));
      result = Result.VALID;
    }
    if (result != Result.VALID) {
      return ElastauthCommand.FAILED;
    }
    int mistakes = isStrict ? QuickCheck.mistakes(arguments) : 0;
    if (mistakes > 0) {
      throw new CommandException(
          "--strict refuses settings that are unknown or set twice: "
              + mistakes
              + "; the warnings name them");
    }
    spec.commandLine().getOut().println("configuration is valid");
    return ElastauthCommand.OK;
  }
}
