package org.elastauth;

import org.elastauth.command.ElastauthCommand;
import org.elastauth.startup.ComponentJars;
import org.elastauth.startup.GatewayStart;
import org.elastauth.startup.StartArguments;

/** Starts the gateway, or runs a command. */
public final class Main {
  private Main() {}

  public static void main(String... args) throws ReflectiveOperationException {
    ClassLoader withComponents = ComponentJars.addedTo(Main.class.getClassLoader());
    if (withComponents != null) {
      Thread.currentThread().setContextClassLoader(withComponents);
      withComponents
          .loadClass(Main.class.getName())
          .getMethod("main", String[].class)
          .invoke(null, (Object) args);
    } else if (StartArguments.areSettings(args)) {
      // without the command line's parser, which would take CPU at each start
      GatewayStart.run(args);
    } else {
      ElastauthCommand.runAndExit(args);
    }
  }
}
