package org.elastauth.http;

import java.nio.charset.StandardCharsets;

/**
 * Texts of header fields. Netty reads and writes them as ISO 8859-1, but most software as UTF-8.
 */
public final class HeaderText {
  private HeaderText() {}

  /**
   * @param field as Netty has read it
   */
  public static String read(String field) {
    return isAscii(field)
        ? field
        : new String(field.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
  }

  /** The field for Netty, without control characters, which could end it. */
  public static String write(String text) {
    String field = withoutControls(text);
    return isAscii(field)
        ? field
        : new String(field.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
  }

  static String withoutControls(String text) {
    return text.chars().anyMatch(Character::isISOControl)
        ? text.replaceAll("[\\x00-\\x1f\\x7f-\\x9f]", "")
        : text;
  }

  private static boolean isAscii(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) >= 0x80) {
        return false;
      }
    }
    return true;
  }
}
