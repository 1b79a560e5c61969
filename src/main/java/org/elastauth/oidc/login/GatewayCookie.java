package org.elastauth.oidc.login;

import io.vertx.core.http.HttpServerRequest;
import java.util.List;
import org.elastauth.http.Cookies;
import org.elastauth.http.HttpError;

/**
 * A cookie of the gateway. Over https its name begins with {@code __Host-}, so that neither another
 * host of the domain nor an attacker on the network can set it. If hosts share it, it begins with
 * {@code __Secure-} (RFC 6265bis, 4.1.3).
 */
public final class GatewayCookie {
  private static final int MAX_LENGTH = 256;

  private final String name;
  private final String attributes;

  /**
   * @param name without a prefix
   * @param https whether browsers reach the gateway by https
   * @param domain the domain whose hosts share it; empty: only this host
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

  private GatewayCookie(String name, String attributes) {
    this.name = name;
    this.attributes = attributes;
  }

  /** A cookie of this name with a suffix. */
  GatewayCookie of(String suffix) {
    return new GatewayCookie(name + '_' + suffix, attributes);
  }

  /** The suffixes of the cookies in a request, the oldest first (RFC 6265, 5.4). */
  List<String> suffixes(HttpServerRequest request) {
    return Cookies.names(request, name + '_').stream()
        .map(cookie -> cookie.substring(name.length() + 1))
        .toList();
  }

  public String name() {
    return name;
  }

  /**
   * @return null if it is absent, empty or too long
   * @throws HttpError 400 if there are two, as another host must have set one of them
   */
  public String read(HttpServerRequest request) {
    String value = Cookies.value(request, name);
    return value == null || value.isEmpty() || value.length() > MAX_LENGTH ? null : value;
  }

  /** A value of {@code Set-Cookie}; {@code maxAge} is in seconds. */
  public String set(String value, long maxAge) {
    return name + "=" + value + "; Max-Age=" + maxAge + attributes;
  }

  /** A value of {@code Set-Cookie} that deletes the cookie. */
  public String clear() {
    return set("", 0);
  }
}
