package org.elastauth.http;

import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.util.List;
import org.elastauth.net.TrustedProxies;

/** The client of a request, in front of the trusted proxies. */
public final class ClientAddress {
  private static final CharSequence FORWARDED = HttpHeaders.createOptimized("X-Forwarded-For");

  private ClientAddress() {}

  /** Null if all known addresses are trusted proxies. */
  public static String of(HttpServerRequest request, TrustedProxies proxies) {
    return proxies.client(request.remoteAddress().hostAddress(), forwarded(request));
  }

  /** The values of X-Forwarded-For, whatever the peer is. */
  static List<String> forwarded(HttpServerRequest request) {
    return request.headers().getAll(FORWARDED);
  }

  /** The address of the connection if all known addresses are trusted proxies. */
  public static String orPeer(HttpServerRequest request, TrustedProxies proxies) {
    String client = of(request, proxies);
    return client == null ? request.remoteAddress().hostAddress() : client;
  }
}
