package org.elastauth.config;

import java.util.regex.Pattern;

/** Text of others for a terminal: an escape sequence could clear it, or forge a line. */
public final class PrintableText {
  private static final Pattern CONTROLS = Pattern.compile("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}]");

  private PrintableText() {}

  public static String of(String text) {
    return CONTROLS.matcher(text).replaceAll("?");
  }
}
