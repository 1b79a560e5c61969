package org.elastauth.http;

import io.netty.handler.codec.http.cookie.Cookie;
import io.netty.handler.codec.http.cookie.ServerCookieDecoder;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.util.List;

/**
 * Cookies as they came: Vert.x keeps one of several that bear the same name, and whoever may plant
 * one beside the right one must not choose.
 */
public final class Cookies {
  private Cookies() {}

  /**
   * @return null if there is none of this name
   * @throws Refusal 400 if there are several
   */
  public static String value(HttpServerRequest request, String name) {
    String value = null;
    for (String header : request.headers().getAll(HttpHeaders.COOKIE)) {
      if (header.contains(name)) {
        for (Cookie cookie : ServerCookieDecoder.LAX.decodeAll(header)) {
          if (cookie.name().equals(name)) {
            if (value != null) {
              throw Refusal.malformed(
                  "malformed identity: the cookie " + name + " is there more than once");
            }
            value = cookie.value();
          }
        }
      }
    }
    return value;
  }

  /** The names, in their order, that begin so. */
  public static List<String> names(HttpServerRequest request, String prefix) {
    return request.headers().getAll(HttpHeaders.COOKIE).stream()
        .flatMap(header -> ServerCookieDecoder.LAX.decodeAll(header).stream())
        .map(Cookie::name)
        .filter(name -> name.startsWith(prefix))
        .toList();
  }
}
