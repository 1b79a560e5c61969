package org.elastauth.command;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.elastauth.config.NearestName;
import org.elastauth.startup.LoadedConfiguration;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.OverwrittenOptionException;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** What is wrong with a command line, in one line. Its values may be secrets in the wrong place. */
final class UsageFault {
  private static final Pattern OPTION = Pattern.compile("--[a-zA-Z]+([._-][a-zA-Z]+){0,4}");
  private static final String HIDDEN = "*** (not shown, because it may be a secret)";

  private UsageFault() {}

  /** Whether an unknown option is the fault. */
  static boolean isUnknownOption(ParameterException failure) {
    return failure instanceof UnmatchedArgumentException unmatched
        && unmatched.getUnmatched().get(0).startsWith("-");
  }

  /**
   * @param old the option of earlier versions that has run the command; null without one
   */
  static String message(ParameterException failure, OldOption old) {
    CommandSpec command = failure.getCommandLine().getCommandSpec();
    String name = old == null ? command.name() : old.option();
    String reason = reason(failure, command, name);
    return reason
        + (reason.endsWith("?") ? " " : "; ")
        + command.qualifiedName()
        + " --help describes it";
  }

  private static String reason(ParameterException failure, CommandSpec command, String name) {
    if (failure instanceof UnmatchedArgumentException unmatched) {
      return unknown(command, unmatched.getUnmatched().get(0));
    }
    if (failure instanceof UsageException) {
      return failure.getMessage();
    }
    if (failure instanceof MissingParameterException missing) {
      ArgSpec argument = missing.getMissing().get(0);
      return (argument instanceof OptionSpec option ? option.longestName() : name)
          + " requires "
          + argument.paramLabel();
    }
    if (failure instanceof OverwrittenOptionException twice
        && twice.getOverwritten() instanceof OptionSpec option) {
      return option.longestName() + " is given more than once";
    }
    ArgSpec argument = failure.getArgSpec();
    return name
        + ": "
        + (argument instanceof OptionSpec option
            ? option.longestName()
            : argument == null ? "an argument" : argument.paramLabel())
        + " has an invalid value";
  }

  /** Names the nearest known one. */
  private static String unknown(CommandSpec command, String argument) {
    boolean hasCommands = !command.subcommands().isEmpty();
    if (argument.startsWith("-")) {
      List<String> options = new ArrayList<>(command.optionsMap().keySet());
      if (hasCommands) {
        options.addAll(OldOption.names());
      }
      String name = argument.replaceFirst("=.*", "");
      return OPTION.matcher(name).matches()
          ? "unknown option " + name + NearestName.hint(name, options, setting(name))
          : "unknown option " + HIDDEN;
    }
    Optional<String> near =
        NearestName.of(argument, command.subcommands().keySet())
            .or(() -> hasCommands ? OldOption.commandOf(argument) : Optional.empty());
    return (hasCommands ? "unknown command " : "unknown argument ")
        + near.map(known -> argument + "; did you mean " + known + "?").orElse(HIDDEN);
  }

  /** The hint at a setting that lacks its prefix. */
  private static String setting(String option) {
    return option.contains(".")
        ? NearestName.hint(option.substring(2), LoadedConfiguration.settingNames(), "")
            .replace("mean ", "mean --")
        : "";
  }
}
