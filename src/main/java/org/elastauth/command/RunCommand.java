package org.elastauth.command;

import java.util.concurrent.Callable;
import org.elastauth.startup.GatewayStart;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
    name = "run",
    description = "Start the gateway. This is the default.",
    footer = {
      "  elastauth run --config /etc/elastauth/config.yml",
    })
final class RunCommand implements Callable<Integer> {
  /** No exit code: the gateway's threads keep the process alive. */
  static final int RUNS = -1;

  @Mixin private SettingsOptions settings;

  @Override
  public Integer call() {
    return run(settings.arguments());
  }

  static int run(String... arguments) {
    System.setOut(ElastauthCommand.OUTPUT); // for the log
    GatewayStart.run(arguments);
    return RUNS;
  }
}
