package org.elastauth.cache;

import java.util.regex.Pattern;
import org.springframework.core.NestedExceptionUtils;

public final class DatabaseFailure {
  private static final Pattern PASSWORD = Pattern.compile("(?i)(password=)[^;&\\s]*");

  private DatabaseFailure() {}

  /** The reason in one line, without the password of a URL that the driver quotes. */
  public static String reason(Throwable failure) {
    Throwable root = NestedExceptionUtils.getMostSpecificCause(failure);
    String message =
        root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
    return PASSWORD.matcher(message.lines().findFirst().orElse("")).replaceAll("$1***");
  }
}
