package org.elastauth.command;

import java.util.concurrent.Callable;
import org.elastauth.startup.GatewayStart;
import org.elastauth.startup.QuickCheck;
import org.elastauth.startup.QuickCheck.Result;
import org.springframework.boot.SpringApplication;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

@Command(
    name = "check",
    description = "Print all faults of the configuration and of the routes; start nothing.",
    footer = {
      "  elastauth check",
      "  elastauth check --config /etc/elastauth/config.yml",
    })
final class CheckCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private SettingsOptions settings;

  @Override
  public Integer call() {
    String[] arguments = settings.arguments();
    Result result = QuickCheck.of(arguments);
    if (result == Result.INCOMPLETE) {
      SpringApplication.exit(GatewayStart.prepare(arguments));
      result = Result.VALID;
    }
    if (result != Result.VALID) {
      return ElastauthCommand.FAILED;
    }
    spec.commandLine().getOut().println("configuration is valid");
    return ElastauthCommand.OK;
  }
}
