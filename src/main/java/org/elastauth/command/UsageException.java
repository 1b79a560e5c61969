package org.elastauth.command;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/**
 * A command line that is wrong in a way that picocli does not know. The message is for the user.
 */
final class UsageException extends ParameterException {
  private static final long serialVersionUID = 1;

  UsageException(CommandSpec command, String message) {
    super(command.commandLine(), message);
  }
}
