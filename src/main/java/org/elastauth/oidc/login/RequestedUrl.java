package org.elastauth.oidc.login;

import io.netty.handler.codec.http.QueryStringDecoder;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.elastauth.http.HttpError;
import org.elastauth.http.OriginalRequest;
import org.elastauth.net.TrustedProxies;

/**
 * The URL that a browser requested, from what a trusted proxy sends. A login redirects to it, so
 * its host must be allowed: else it is an open redirect (RFC 9700, 4.11). The scheme is that of the
 * redirect URL, because browsers send the session cookie only there.
 */
final class RequestedUrl {
  /** A longer URL, encrypted as the state, exceeds the URL length of some providers. */
  private static final int MAX_LENGTH = 2000;

  /** Envoy sends the original Host, too. */
  private static final String ENVOY = OriginalRequest.ENVOY;

  /** Headers that contain a path or a URL; the first one that a request has counts. */
  private static final List<String> PAGES =
      List.of("X-Original-URL", "X-Original-URI", "X-Auth-Request-Redirect");

  private static final Pattern URL =
      Pattern.compile(
          "(?i)(https?)://((?:[a-z0-9._-]+|\\[[0-9a-f:.]+])(?::\\d{1,5})?)(?=[/?]|$)(.*)");

  private static final Pattern NOT_ENCODED = Pattern.compile("[ \\x80-\\x{10FFFF}]+");

  private final TrustedProxies proxies;
  private final String scheme;
  private final String home;
  private final Set<String> allowed;
  private final OwnPaths ownPaths;

  /**
   * @param allowedHosts {@code host} for the scheme's default port, or {@code host:port}; empty:
   *     the host of the redirect URL
   */
  RequestedUrl(TrustedProxies proxies, URI redirectUrl, List<String> allowedHosts) {
    this.proxies = proxies;
    this.scheme = redirectUrl.getScheme().toLowerCase(Locale.ROOT);
    this.home = withoutDefaultPort(redirectUrl.getRawAuthority(), scheme);
    this.allowed =
        allowedHosts.isEmpty()
            ? Set.of(home)
            : allowedHosts.stream()
                .map(host -> withoutDefaultPort(host, scheme))
                .collect(Collectors.toSet());
    this.ownPaths = new OwnPaths(redirectUrl.getRawPath());
  }

  /**
   * The page of an authorization request, by its headers, else by its parameter {@code rd}.
   *
   * @return an absolute URL; the home page if the peer is not a trusted proxy
   * @throws HttpError 401 if its host is not allowed
   */
  String of(HttpServerRequest request) {
    return of(request.remoteAddress().hostAddress(), request.headers(), request.uri());
  }

  String of(String peer, MultiMap headers, String uri) {
    if (!proxies.contains(peer)) {
      return home();
    }
    String host = forwardedHost(headers);
    if (host == null) {
      throw notAllowed();
    }
    List<String> forwarded = headers.getAll("X-Forwarded-Uri");
    if (!forwarded.isEmpty()) {
      return url(host, forwarded.size() == 1 ? forwarded.get(0) : "/");
    }
    for (String name : PAGES) {
      List<String> pages = headers.getAll(name);
      if (!pages.isEmpty()) {
        return page(host, pages.size() == 1 ? pages.get(0) : "/");
      }
    }
    if (uri.startsWith(ENVOY + "/")) {
      String original = withoutDefaultPort(String.valueOf(headers.get(HttpHeaders.HOST)), scheme);
      boolean fromHost = !headers.contains("X-Forwarded-Host") && allowed.contains(original);
      return url(fromHost ? original : host, uri.substring(ENVOY.length()));
    }
    String page = rd(uri);
    return page(host, page == null ? "/" : page);
  }

  /**
   * The page of a link to the login, by its parameter {@code rd}: a path or a URL. Any site can
   * make such a link.
   *
   * @throws HttpError 400 if it is no page of an allowed host
   */
  String ofLink(HttpServerRequest request) {
    return ofLink(request.remoteAddress().hostAddress(), request.headers(), request.uri());
  }

  String ofLink(String peer, MultiMap headers, String uri) {
    String page = rd(uri);
    if (page == null || !proxies.contains(peer)) {
      return orHome(() -> of(peer, headers, uri));
    }
    Matcher url = URL.matcher(page);
    boolean isUrl = url.matches() && allowed.contains(hostOf(url)) && isPath('/' + url.group(3));
    if (!isUrl && (page.startsWith("//") || !isPath(page))) {
      throw HttpError.malformed(
              "the parameter rd is no path and no URL of a host in oidc.allowed_hosts")
          .because("host_not_allowed");
    }
    String host = forwardedHost(headers);
    return page(host == null ? home : host, page);
  }

  /** The page to redirect to if the requested page is unknown. */
  String home() {
    return scheme + "://" + home + "/";
  }

  /** The same as {@link #of}, but the home page if the host is not allowed. */
  String orHome(HttpServerRequest request) {
    return orHome(() -> of(request));
  }

  private String orHome(Supplier<String> page) {
    try {
      return page.get();
    } catch (HttpError notAllowed) {
      return home();
    }
  }

  /** Whether this URL or origin (RFC 6454) is of one of our own sites. */
  boolean isOwnOrigin(String origin) {
    Matcher url = URL.matcher(origin);
    return url.matches()
        && url.group(1).equalsIgnoreCase(scheme)
        && (hostOf(url).equals(home) || allowed.contains(hostOf(url)));
  }

  /** Null if it is not allowed. */
  private String forwardedHost(MultiMap headers) {
    List<String> hosts = headers.getAll("X-Forwarded-Host");
    if (hosts.isEmpty()) {
      return home;
    }
    String host = String.join(",", hosts);
    boolean plain = "http".equalsIgnoreCase(headers.get("X-Forwarded-Proto"));
    return Stream.of(
            withoutDefaultPort(host, scheme),
            withoutDefaultPort(host + ':' + headers.get("X-Forwarded-Port"), scheme),
            withoutDefaultPort(host, plain ? "http" : scheme))
        .filter(allowed::contains)
        .findFirst()
        .orElse(null);
  }

  private static HttpError notAllowed() {
    return HttpError.unauthorized(
            "this host is not in oidc.allowed_hosts, so it has no login", "Bearer")
        .because("host_not_allowed");
  }

  /**
   * @param page a path, or a URL with a host of its own
   */
  private String page(String host, String page) {
    Matcher url = URL.matcher(page);
    if (!url.matches()) {
      return url(host, page);
    }
    if (!allowed.contains(hostOf(url))) {
      throw notAllowed();
    }
    String path = url.group(3);
    return url(hostOf(url), path.startsWith("/") ? path : '/' + path);
  }

  private static String hostOf(Matcher url) {
    return withoutDefaultPort(url.group(2), url.group(1).toLowerCase(Locale.ROOT));
  }

  private String url(String host, String page) {
    String path = isPath(page) && !ownPaths.contains(page) ? page : "/";
    if (path.length() > MAX_LENGTH) {
      int query = path.indexOf('?');
      path = query > 0 && query <= MAX_LENGTH ? path.substring(0, query) : "/";
    }
    return scheme + "://" + host + path;
  }

  /**
   * The parameter {@code rd}. Of a path that Envoy appended, the query is not ours.
   *
   * @return null if there is none, or several
   */
  private static String rd(String uri) {
    if (uri.indexOf("rd=") < 0 || uri.startsWith(ENVOY + "/")) {
      return null;
    }
    try {
      List<String> pages = new QueryStringDecoder(uri).parameters().getOrDefault("rd", List.of());
      return pages.size() == 1 ? encoded(pages.get(0)) : null;
    } catch (IllegalArgumentException malformed) {
      return null;
    }
  }

  /** With blanks and other characters percent-encoded that a decoded parameter may contain. */
  private static String encoded(String page) {
    return NOT_ENCODED
        .matcher(page)
        .replaceAll(
            part -> URLEncoder.encode(part.group(), StandardCharsets.UTF_8).replace("+", "%20"));
  }

  /** Origin form (RFC 9112, 3.2.1), only visible ASCII. */
  private static boolean isPath(String text) {
    return text.startsWith("/") && text.chars().allMatch(c -> c > ' ' && c < 0x7f && c != '\\');
  }

  private static String withoutDefaultPort(String authority, String scheme) {
    String port = scheme.equals("https") ? ":443" : ":80";
    String host = authority.toLowerCase(Locale.ROOT);
    return host.endsWith(port) ? host.substring(0, host.length() - port.length()) : host;
  }
}
