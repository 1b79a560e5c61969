package org.elastauth.doctor;

import org.elastauth.config.PrintableText;

/**
 * A result of a check. Servers and tokens decide parts of its texts, so control characters, which
 * could change a terminal, are replaced.
 *
 * @param where the setting, server or file
 * @param mend what to do; empty if there is nothing to do
 */
public record Finding(Level level, String where, String what, String mend) {
  private static final int LONGEST = 1_000;

  public Finding {
    where = shown(where);
    what = shown(what);
    mend = shown(mend);
  }

  private static String shown(String text) {
    String plain = PrintableText.of(text);
    return plain.length() > LONGEST ? plain.substring(0, LONGEST) + "…" : plain;
  }
}
