package org.elastauth.http;

import io.netty.util.AsciiString;
import io.netty.util.NetUtil;

/**
 * Host and port of a URL or of the header {@code Host}. RFC 3986, 3.2.2 allows more in a name, for
 * example percent-encoded bytes; no DNS name has those, and parsers disagree on them.
 */
final class Authority {
  private static final int LONGEST = 255 + ":65535".length();
  private static final int LAST_PORT = 65_535;

  private Authority() {}

  /** Where the authority of an http or https URL begins; -1: the text is no such URL. */
  static int begin(String url) {
    for (String scheme : new String[] {"http://", "https://"}) {
      if (url.regionMatches(true, 0, scheme, 0, scheme.length())) {
        return scheme.length();
      }
    }
    return -1;
  }

  static int end(String url, int begin) {
    int end = Math.max(0, begin);
    while (end < url.length() && url.charAt(end) != '/' && url.charAt(end) != '?') {
      end++;
    }
    return end;
  }

  static boolean isValid(CharSequence text) {
    int length = text.length();
    if (length == 0 || length > LONGEST) {
      return false;
    }
    int end = hostEnd(text);
    return end > 0 && (end == length || text.charAt(end) == ':' && isPort(text, end + 1));
  }

  private static int hostEnd(CharSequence text) {
    int end = 0;
    if (text.charAt(0) == '[') {
      int close = AsciiString.indexOf(text, ']', 1);
      boolean literal =
          close > 0
              && AsciiString.indexOf(text, '%', 0) < 0
              && NetUtil.isValidIpV6Address(text.subSequence(1, close));
      return literal ? close + 1 : 0;
    }
    while (end < text.length() && isNameCharacter(text.charAt(end))) {
      end++;
    }
    return end;
  }

  private static boolean isNameCharacter(char c) {
    return c >= 'a' && c <= 'z'
        || c >= 'A' && c <= 'Z'
        || c >= '0' && c <= '9'
        || c == '.'
        || c == '-'
        || c == '_';
  }

  /** May be empty (RFC 3986, 3.2.3). */
  private static boolean isPort(CharSequence text, int begin) {
    int port = 0;
    for (int i = begin; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c < '0' || c > '9') {
        return false;
      }
      port = port * 10 + c - '0';
      if (port > LAST_PORT) {
        return false;
      }
    }
    return true;
  }
}
