package org.elastauth.oidc.login;

import io.vertx.core.http.HttpServerRequest;
import java.util.List;
import org.elastauth.http.Cookies;
import org.elastauth.http.HttpError;

/**
 * A cookie of the gateway. Over https its name begins with {@code __Host-}, so that no other host
 * of the domain and no attacker on the network can set it; or with {@code __Secure-}, where hosts
 * share it (RFC 6265bis, 4.1.3).
 */
public final class GatewayCookie {
  private static final int MAX_LENGTH = 256;

  private final String name;
  private final String attributes;

  /**
   * @param name without a prefix
   * @param https whether browsers use it
   * @param domain the domain whose hosts share it; empty: only the host that set it gets it
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
  GatewayCookie of(String which) {
    return new GatewayCookie(name + '_' + which, attributes);
  }

  /** The suffixes of the cookies that a browser has, the oldest first (RFC 6265, 5.4). */
  List<String> which(HttpServerRequest request) {
    return Cookies.names(request, name + '_').stream()
        .map(one -> one.substring(name.length() + 1))
        .toList();
  }

  public String name() {
    return name;
  }

  /**
   * @return null if there is none, or it cannot be ours
   * @throws HttpError 400 if there are two, as another host must have set one of them
   */
  public String read(HttpServerRequest request) {
    String value = Cookies.value(request, name);
    return value == null || value.isEmpty() || value.length() > MAX_LENGTH ? null : value;
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
