package org.elastauth.oidc.login;

import io.vertx.core.http.HttpServerRequest;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.elastauth.http.Cookies;

/**
 * A cookie of the gateway. Over https its name begins with {@code __Host-}, so that neither another
 * host of the domain nor an attacker on the network can set it. If hosts share it, it begins with
 * {@code __Secure-} (RFC 6265bis, 4.1.3).
 */
public final class GatewayCookie {
  private static final int MAX_LENGTH = 256;

  /** Bounds the length of an answer; a deeper host is unusual. */
  private static final int MAX_DOMAINS = 8;

  /** A host that browsers accept in the attribute Domain: no IP address, at least two labels. */
  private static final Pattern DOMAIN = Pattern.compile("(?=.*[a-z])[a-z0-9_-]+(\\.[a-z0-9_-]+)+");

  /** The host of a URL, and the first two paths that are safe in an attribute. */
  private static final Pattern PAGE =
      Pattern.compile(
          "https?://(?<host>[^/:]+)(:\\d+)?(?<path2>(?<path1>/[\\w.~%-]+)(/[\\w.~%-]+)?)?.*");

  private final String name;
  private final boolean https;
  private final String domain;

  /**
   * @param name without a prefix
   * @param https whether browsers reach the gateway by https
   * @param domain the domain whose hosts share it; empty: only this host
   */
  public GatewayCookie(String name, boolean https, String domain) {
    this(https, domain, (https ? domain.isEmpty() ? "__Host-" : "__Secure-" : "") + name);
  }

  private GatewayCookie(boolean https, String domain, String name) {
    this.name = name;
    this.https = https;
    this.domain = domain;
  }

  /** A cookie of this name with a suffix. */
  GatewayCookie of(String suffix) {
    return new GatewayCookie(https, domain, name + '_' + suffix);
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

  /** Null if it is absent, empty or too long, or if there are several. */
  public String read(HttpServerRequest request) {
    String value = Cookies.onlyValue(request, name);
    return value == null || value.isEmpty() || value.length() > MAX_LENGTH ? null : value;
  }

  /** Whether there are several. Then another host of the domain has set one of them. */
  boolean isRepeated(HttpServerRequest request) {
    return Cookies.isRepeated(request, name);
  }

  /** A value of {@code Set-Cookie}; {@code maxAge} is in seconds. */
  public String set(String value, long maxAge) {
    return set(value, maxAge, "/", domain);
  }

  private String set(String value, long maxAge, String path, String scope) {
    return name
        + "="
        + value
        + "; Max-Age="
        + maxAge
        + "; Path="
        + path
        + (scope.isEmpty() ? "" : "; Domain=" + scope)
        + (https ? "; Secure" : "")
        + "; HttpOnly; SameSite=Lax";
  }

  /** A value of {@code Set-Cookie} that deletes the cookie. */
  public String clear() {
    return set("", 0);
  }

  /**
   * Values of {@code Set-Cookie} that delete the cookie in every scope in which a host can have set
   * it for a page: the host alone and each domain that it belongs to, the path / and those that the
   * page's path begins with. A cookie {@code __Host-} has one scope.
   *
   * @param page an absolute URL
   */
  List<String> clearAll(String page) {
    if (name.startsWith("__Host-")) {
      return List.of(clear());
    }
    Matcher url = PAGE.matcher(page);
    String host = url.matches() ? url.group("host") : "";
    List<String> paths =
        url.matches() && url.group("path1") != null
            ? List.of("/", url.group("path1"), url.group("path2"))
            : List.of("/");
    return Stream.concat(Stream.of("", domain), domains(host))
        .flatMap(scope -> paths.stream().map(path -> set("", 0, path, scope)))
        .distinct()
        .toList();
  }

  private static Stream<String> domains(String host) {
    return Stream.iterate(
            host, DOMAIN.asMatchPredicate(), scope -> scope.substring(scope.indexOf('.') + 1))
        .limit(MAX_DOMAINS);
  }
}
