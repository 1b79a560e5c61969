package org.elastauth.http;

import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.util.ArrayList;
import java.util.List;

/**
 * Parses cookies as browsers do: a name reaches from a {@code ;} to the first {@code =}, without
 * surrounding blanks (RFC 6265bis, 5.6 and 5.8.3). Netty and Vert.x skip more characters: they read
 * {@code ,__Host-session}, which any host of the domain can set, as {@code __Host-session}. Of
 * several cookies with the same name, Vert.x could pick an attacker's.
 */
public final class Cookies {
  /** A request has several cookies of one name. No value contains this character. */
  private static final String SEVERAL = ";";

  private Cookies() {}

  /**
   * @return null if the request has no such cookie
   * @throws HttpError 400 if it has several
   */
  public static String value(HttpServerRequest request, String name) {
    return value(request.headers().getAll(HttpHeaders.COOKIE), name);
  }

  static String value(List<String> headers, String name) {
    String value = find(headers, name);
    if (SEVERAL.equals(value)) {
      throw HttpError.malformed(
          "malformed identity: the cookie " + name + " is there more than once");
    }
    return value;
  }

  /** Null if the request has no such cookie, or several. */
  public static String onlyValue(HttpServerRequest request, String name) {
    String value = find(request.headers().getAll(HttpHeaders.COOKIE), name);
    return SEVERAL.equals(value) ? null : value;
  }

  public static boolean isRepeated(HttpServerRequest request, String name) {
    return SEVERAL.equals(find(request.headers().getAll(HttpHeaders.COOKIE), name));
  }

  private static String find(List<String> headers, String name) {
    String value = null;
    for (String header : headers) {
      int at = 0;
      while (at < header.length()) {
        int end = end(header, at);
        int begin = skipBlanks(header, at, end);
        int equals = begin + name.length();
        if (header.startsWith(name, begin) && isNamed(header, equals, end)) {
          if (value != null) {
            return SEVERAL;
          }
          value = trim(header, header.indexOf('=', equals) + 1, end);
        }
        at = end + 1;
      }
    }
    return value;
  }

  /** The names with this prefix, in the order of the request. */
  public static List<String> names(HttpServerRequest request, String prefix) {
    return names(request.headers().getAll(HttpHeaders.COOKIE), prefix);
  }

  static List<String> names(List<String> headers, String prefix) {
    List<String> names = new ArrayList<>();
    for (String header : headers) {
      for (int at = 0; at < header.length(); at = end(header, at) + 1) {
        int equals = header.indexOf('=', at);
        if (equals >= 0 && equals < end(header, at)) {
          String name = trim(header, at, equals);
          if (name.startsWith(prefix)) {
            names.add(name);
          }
        }
      }
    }
    return names;
  }

  private static int end(String header, int at) {
    int end = header.indexOf(';', at);
    return end < 0 ? header.length() : end;
  }

  /** Whether the name that ends here is followed by its value. */
  private static boolean isNamed(String header, int at, int end) {
    int equals = skipBlanks(header, at, end);
    return equals < end && header.charAt(equals) == '=';
  }

  private static int skipBlanks(String header, int at, int end) {
    int begin = at;
    while (begin < end && isBlank(header.charAt(begin))) {
      begin++;
    }
    return begin;
  }

  private static String trim(String header, int at, int end) {
    int begin = skipBlanks(header, at, end);
    int last = end;
    while (last > begin && isBlank(header.charAt(last - 1))) {
      last--;
    }
    return header.substring(begin, last);
  }

  private static boolean isBlank(char c) {
    return c == ' ' || c == '\t';
  }
}
