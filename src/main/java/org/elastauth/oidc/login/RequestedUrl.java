package org.elastauth.oidc.login;

import io.vertx.core.http.HttpServerRequest;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.elastauth.http.HttpError;
import org.elastauth.net.TrustedProxies;

/**
 * The URL that a browser requested, from {@code X-Forwarded-Host} and {@code X-Forwarded-Uri}. A
 * login redirects to it, so its host must be allowed: else it is an open redirect (RFC 9700, 4.11).
 * The scheme is that of the redirect URL, because browsers send the session cookie only there.
 */
final class RequestedUrl {
  /** A longer URL, encrypted as the state, exceeds the URL length of some providers. */
  private static final int MAX_LENGTH = 2000;

  private static final String OWN_PATHS = "/elastauth/oidc/";

  private final TrustedProxies proxies;
  private final String scheme;
  private final String home;
  private final Set<String> allowed;

  /**
   * @param allowedHosts {@code host} for the scheme's default port, or {@code host:port}; empty:
   *     the host of the redirect URL
   */
  RequestedUrl(TrustedProxies proxies, URI redirectUrl, List<String> allowedHosts) {
    this.proxies = proxies;
    this.scheme = redirectUrl.getScheme().toLowerCase(Locale.ROOT);
    this.home = withoutDefaultPort(redirectUrl.getRawAuthority());
    this.allowed =
        allowedHosts.isEmpty()
            ? Set.of(home)
            : allowedHosts.stream().map(this::withoutDefaultPort).collect(Collectors.toSet());
  }

  /**
   * @return an absolute URL; the home page if the peer is not a trusted proxy
   * @throws HttpError 401 if its host is not allowed
   */
  String of(HttpServerRequest request) {
    return of(
        request.remoteAddress().hostAddress(),
        request.headers().getAll("X-Forwarded-Host"),
        request.headers().getAll("X-Forwarded-Uri"));
  }

  String of(String peer, List<String> hosts, List<String> paths) {
    if (!proxies.contains(peer)) {
      return home();
    }
    String host = hosts.isEmpty() ? home : withoutDefaultPort(String.join(",", hosts));
    if (!allowed.contains(host)) {
      throw HttpError.unauthorized(
          "this host is not in oidc.allowed_hosts, so it has no login", "Bearer");
    }
    String path = paths.size() == 1 ? paths.get(0) : "/";
    if (!isPath(path) || path.startsWith(OWN_PATHS)) {
      path = "/";
    }
    if (path.length() > MAX_LENGTH) {
      int query = path.indexOf('?');
      path = query > 0 && query <= MAX_LENGTH ? path.substring(0, query) : "/";
    }
    return scheme + "://" + host + path;
  }

  /** The page to redirect to if the requested page is unknown. */
  String home() {
    return scheme + "://" + home + "/";
  }

  /** Origin form (RFC 9112, 3.2.1), only visible ASCII. */
  private static boolean isPath(String text) {
    return text.startsWith("/") && text.chars().allMatch(c -> c > ' ' && c < 0x7f && c != '\\');
  }

  private String withoutDefaultPort(String authority) {
    String port = scheme.equals("https") ? ":443" : ":80";
    String host = authority.toLowerCase(Locale.ROOT);
    return host.endsWith(port) ? host.substring(0, host.length() - port.length()) : host;
  }
}
