package org.elastauth.login;

import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.util.List;
import org.elastauth.http.Refusal;

/**
 * A cookie of the gateway's own. Over https its name begins with {@code __Host-}, so that no other
 * host of the domain, and nobody on the way, can set it; or with {@code __Secure-}, where hosts
 * share it (RFC 6265bis, 4.1.3).
 */
public final class GatewayCookie {
  private static final int MAX_LENGTH = 256;

  private final String name;
  private final String attributes;

  /**
   * @param name without a prefix
   * @param https whether the browser comes over it
   * @param domain whose hosts share it; empty: only the host that set it has it
   */
  public GatewayCookie(String name, boolean https, String domain) {
    String prefix = domain.isEmpty() ? "__Host-" : "__Secure-";
    this.name = https ? prefix + name : name;
    this.attributes =
        "; Path=/"
            + (domain.isEmpty() ? "" : "; Domain=" + domain)
            + (https ? "; Secure" : "")
            + "; HttpOnly; SameSite=Lax";
  }

  public String name() {
    return name;
  }

  /**
   * @return null if there is none, or none that could be ours
   * @throws Refusal 400 if there are two: one of them somebody else has set
   */
  public String read(HttpServerRequest request) {
    return read(request.headers().getAll(HttpHeaders.COOKIE));
  }

  String read(List<String> headers) {
    String found = null;
    for (int i = 0; i < headers.size(); i++) {
      String pairs = headers.get(i);
      for (int from = 0; from < pairs.length(); ) {
        int semicolon = pairs.indexOf(';', from);
        int to = semicolon < 0 ? pairs.length() : semicolon;
        while (from < to && pairs.charAt(from) == ' ') {
          from++;
        }
        if (isOurs(pairs, from, to)) {
          if (found != null) {
            throw Refusal.malformed(
                "malformed request: the cookie " + name + " is there twice; delete it");
          }
          found = pairs.substring(from + name.length() + 1, to).trim();
        }
        from = to + 1;
      }
    }
    return found == null || found.isEmpty() || found.length() > MAX_LENGTH ? null : found;
  }

  private boolean isOurs(String pairs, int from, int to) {
    int equals = from + name.length();
    return equals < to && pairs.charAt(equals) == '=' && pairs.startsWith(name, from);
  }

  /**
   * A value of {@code Set-Cookie}.
   *
   * @param maxAge seconds
   */
  public String set(String value, long maxAge) {
    return name + "=" + value + "; Max-Age=" + maxAge + attributes;
  }

  /** A value of {@code Set-Cookie} that makes the browser forget it. */
  public String clear() {
    return set("", 0);
  }
}
