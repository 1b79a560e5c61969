package org.elastauth.http;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;

/** The HTTP contract in OpenAPI, and a page that is made from it. They decide nothing: no route. */
final class ContractPages {
  static final List<Page> ALL =
      List.of(
          new Page("/elastauth/docs", "/docs.html", "text/html; charset=utf-8"),
          new Page("/elastauth/api/openapi.yaml", "/openapi.yaml", "application/yaml"));

  /** The page needs nothing but its own style. */
  private static final String POLICY =
      "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none';"
          + " frame-ancestors 'none'";

  static final class Page {
    private final String address;
    private final String resource;
    private final String type;

    /** Null before the first request: most gateways never receive one. */
    private volatile Buffer content;

    Page(String address, String resource, String type) {
      this.address = address;
      this.resource = resource;
      this.type = type;
    }

    String address() {
      return address;
    }

    private void answer(RoutingContext request) {
      request
          .response()
          .putHeader(HttpHeaders.CONTENT_TYPE, type)
          .putHeader(HttpHeaders.CACHE_CONTROL, "no-cache")
          .putHeader("Content-Security-Policy", POLICY)
          .putHeader("X-Content-Type-Options", "nosniff")
          .end(content());
    }

    Buffer content() {
      if (content == null) {
        content = Buffer.buffer(bytes());
      }
      return content;
    }

    private byte[] bytes() {
      try (InputStream in = ContractPages.class.getResourceAsStream(resource)) {
        return in.readAllBytes();
      } catch (IOException damagedJar) {
        throw new UncheckedIOException(damagedJar);
      }
    }
  }

  private ContractPages() {}

  /** Last, so that they cost other requests nothing, and a route with such an address wins. */
  static void install(Router router) {
    for (Page page : ALL) {
      router
          .route(page.address())
          .order(Integer.MAX_VALUE)
          .method(HttpMethod.GET)
          .method(HttpMethod.HEAD)
          .handler(page::answer);
    }
  }
}
