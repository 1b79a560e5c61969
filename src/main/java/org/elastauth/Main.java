package org.elastauth;

import org.elastauth.command.ElastauthCommand;
import org.elastauth.startup.GatewayStart;
import org.elastauth.startup.StartArguments;

/** Starts the gateway, or runs a command. */
public final class Main {
  private Main() {}

  public static void main(String... args) {
    if (StartArguments.areSettings(args)) {
      // without the command line's parser, which would take CPU at each start
      GatewayStart.run(args);
    } else {
      ElastauthCommand.runAndExit(args);
    }
  }
}
