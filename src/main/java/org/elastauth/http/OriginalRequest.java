package org.elastauth.http;

import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpServerRequest;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.elastauth.net.TrustedProxies;

/**
 * The request that a trusted proxy asks about. A proxy sends one of these headers; a client may
 * have sent another one that the proxy passes on. So all that are present must agree.
 */
public final class OriginalRequest {
  /** Envoy appends the original path to this prefix, and keeps the method. */
  public static final String ENVOY = "/elastauth/authz";

  private static final List<String> URLS =
      List.of("X-Forwarded-Uri", "X-Original-URL", "X-Original-URI");

  private static final List<String> METHODS = List.of("X-Forwarded-Method", "X-Original-Method");

  private static final Pattern ORIGIN = Pattern.compile("(?i)https?://[^/?#]*");
  private static final Pattern DOTS = Pattern.compile(".*/\\.\\.?(/.*)?", Pattern.DOTALL);

  private OriginalRequest() {}

  /**
   * The path, percent-decoded, with single slashes and without query. A rule for a path must not
   * depend on how a client has written it.
   *
   * @throws HttpError 400 if it is malformed or ambiguous, 403 from a peer that is not trusted, 500
   *     if the proxy does not send it
   */
  public static String path(HttpServerRequest request, TrustedProxies proxies) {
    List<String> urls = values(request, proxies, URLS);
    if (isEnvoy(request)) {
      urls.add(request.uri().substring(ENVOY.length()));
    }
    return agreed(urls.stream().map(OriginalRequest::plainPath).distinct().toList(), "path", URLS);
  }

  /**
   * The method, such as GET.
   *
   * @throws HttpError as {@link #path}
   */
  public static String method(HttpServerRequest request, TrustedProxies proxies) {
    List<String> methods = values(request, proxies, METHODS);
    if (isEnvoy(request)) {
      methods.add(request.method().name());
    }
    return agreed(methods.stream().distinct().toList(), "method", METHODS);
  }

  /** Whether the query of the request belongs to the original request. */
  static boolean isEnvoy(HttpServerRequest request) {
    return request.uri().startsWith(ENVOY + "/");
  }

  private static List<String> values(
      HttpServerRequest request, TrustedProxies proxies, List<String> names) {
    if (!proxies.contains(request.remoteAddress().hostAddress())) {
      throw HttpError.forbidden("this route requires a trusted proxy").because("untrusted_peer");
    }
    MultiMap headers = request.headers();
    List<String> values = new ArrayList<>();
    names.forEach(name -> values.addAll(headers.getAll(name)));
    return values;
  }

  private static String agreed(List<String> values, String what, List<String> headers) {
    if (values.isEmpty()) {
      throw HttpError.misrouted(
          "the proxy does not send the "
              + what
              + " of the original request; configure it to set one of "
              + String.join(", ", headers));
    }
    if (values.size() > 1) {
      throw HttpError.malformed("malformed request: its headers name more than one " + what);
    }
    return values.get(0);
  }

  /**
   * @throws HttpError 400 if it is malformed, or has dot segments, which clients remove
   */
  static String plainPath(String url) {
    String raw =
        ORIGIN.matcher(HeaderText.read(url)).replaceFirst("").replaceFirst("(?s)[?#].*", "");
    String path;
    try {
      path =
          URLDecoder.decode(raw.replace("+", "%2B"), StandardCharsets.UTF_8)
              .replaceAll("/{2,}", "/");
    } catch (IllegalArgumentException malformed) {
      path = "";
    }
    boolean valid =
        path.startsWith("/")
            && path.indexOf('\\') < 0
            && path.indexOf('\uFFFD') < 0
            && path.codePoints().noneMatch(OriginalRequest::isInvisible)
            && !DOTS.matcher(path).matches();
    if (!valid) {
      throw HttpError.malformed("malformed path of the original request");
    }
    return path;
  }

  /** Controls, line separators and marks that servers read in different ways, or drop. */
  private static boolean isInvisible(int character) {
    return switch (Character.getType(character)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          true;
      default -> false;
    };
  }
}
