package org.elastauth.migrate;

import org.elastauth.config.PrintableText;

/**
 * What becomes of a setting of another program, without control characters of its file.
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
  public Row {
    theirs = PrintableText.of(theirs);
    place = PrintableText.of(place);
    ours = PrintableText.of(ours);
    value = PrintableText.of(value);
    remark = PrintableText.of(remark);
  }
}
