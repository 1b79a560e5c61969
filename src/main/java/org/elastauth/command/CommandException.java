package org.elastauth.command;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.util.stream.Collectors;
import org.elastauth.config.PrintableText;

/** A command has failed. The message is for the user. */
final class CommandException extends RuntimeException {
  private static final long serialVersionUID = 1;

  CommandException(String message) {
    super(message);
  }

  /** Why a command has failed; its files may have names and texts of others. */
  static String reason(Throwable failure) {
    return String.valueOf(message(failure))
        .lines()
        .map(PrintableText::of)
        .collect(Collectors.joining("\n"));
  }

  private static String message(Throwable failure) {
    if (failure instanceof AccessDeniedException denied) {
      return denied.getFile() + " cannot be accessed by this user; correct its rights";
    }
    if (failure instanceof FileSystemException file) {
      return file.getMessage();
    }
    if (failure instanceof CommandException || failure instanceof IOException) {
      return failure.getMessage();
    }
    StackTraceElement[] trace = failure.getStackTrace();
    return "internal error: "
        + failure.getClass().getName()
        + (trace.length == 0 ? "" : " at " + trace[0])
        + "; report it with the command that you have entered";
  }
}
