package org.elastauth.migrate;

import java.util.regex.Pattern;

/**
 * What becomes of a setting of another program.
 *
 * @param theirs its name; empty if this gateway needs something that the file does not have
 * @param place file and line; empty if unknown
 * @param ours the name of our setting; empty without a counterpart
 * @param value shown; a secret as {@code ***}
 * @param remark why, and what to do instead; may be empty
 * @param decides whether it decides who may log in or where data goes, and has to be done by hand
 */
public record Row(
    String theirs, String place, String ours, String value, String remark, boolean decides) {
  /** A file of another program could write to the terminal, or end a comment. */
  private static final Pattern CONTROLS =
      Pattern.compile("[\\p{Cntrl}\\x{80}-\\x{9f}\u2028\u2029\u202a-\u202e\u2066-\u2069]");

  public Row {
    theirs = plain(theirs);
    ours = plain(ours);
    value = plain(value);
    remark = plain(remark);
  }

  static String plain(String text) {
    return CONTROLS.matcher(text).replaceAll("?");
  }
}
