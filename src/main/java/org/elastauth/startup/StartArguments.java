package org.elastauth.startup;

import java.util.List;

/** The arguments with which a gateway starts: settings, and the file that contains settings. */
public final class StartArguments {
  public static final String CONFIG = "--config";

  /** Prefixes of the properties that an argument may set. */
  private static final List<String> PREFIXES =
      List.of("--elastauth.", "--my.", "--spring.", "--camel.", "--logging.");

  private StartArguments() {}

  /** Whether an argument has the form of a setting. */
  public static boolean isSetting(String argument) {
    for (String prefix : PREFIXES) {
      if (argument.startsWith(prefix)) {
        return true;
      }
    }
    return false;
  }

  /** Whether there is nothing else, such as a command. */
  public static boolean areSettings(String... arguments) {
    int files = 0;
    for (int i = 0; i < arguments.length; i++) {
      if (arguments[i].equals(CONFIG) && i + 1 < arguments.length) {
        i++;
        files += arguments[i].startsWith("-") ? 2 : 1;
      } else if (arguments[i].startsWith(CONFIG + "=")) {
        files++;
      } else if (!isSetting(arguments[i])) {
        return false;
      }
    }
    return files < 2;
  }
}
