package org.elastauth.http;

import io.netty.util.NetUtil;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Host and port, as in the header {@code Host}. RFC 3986, 3.2.2 allows more in a name, for example
 * percent-encoded bytes; no DNS name has those, and parsers disagree on them.
 */
final class Authority {
  private static final Pattern FORM =
      Pattern.compile("([A-Za-z0-9._-]{1,255}|\\[([0-9A-Fa-f:.]{2,45})])(?::([0-9]{0,5}))?");

  private static final int LAST_PORT = 65_535;

  private Authority() {}

  static boolean isValid(CharSequence text) {
    Matcher parts = FORM.matcher(text);
    if (!parts.matches()) {
      return false;
    }
    String literal = parts.group(2);
    String port = parts.group(3);
    return (literal == null || NetUtil.isValidIpV6Address(literal))
        && (port == null || port.isEmpty() || Integer.parseInt(port) <= LAST_PORT);
  }
}
