package org.elastauth.server;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;

/**
 * Answers at Authelia's three authorization endpoints as Authelia does, for the user whom the
 * cookie names: {@code session=name/groups}, percent-encoded. {@code session=/} is a path that
 * everybody may see: 200 and no user.
 */
public final class AutheliaDouble implements AutoCloseable {
  /** Where a browser is sent to log in. */
  public static final String LOGIN = "https://auth.example.org/?rd=";

  /** The path of the request follows. */
  private static final String EXT_AUTHZ = "/api/authz/ext-authz";

  private final Vertx vertx = Vertx.vertx();
  private final HttpServer server;

  private AutheliaDouble() {
    server =
        vertx
            .createHttpServer(
                new HttpServerOptions().setMaxHeaderSize(1 << 20).setMaxInitialLineLength(1 << 20))
            .requestHandler(AutheliaDouble::answer)
            .listen(0, "127.0.0.1")
            .toCompletionStage()
            .toCompletableFuture()
            .join();
  }

  public static AutheliaDouble start() {
    return new AutheliaDouble();
  }

  public int port() {
    return server.actualPort();
  }

  private static void answer(HttpServerRequest request) {
    boolean authRequest = request.path().equals("/api/authz/auth-request");
    boolean forwardAuth = request.path().equals("/api/authz/forward-auth");
    boolean extAuthz = request.path().startsWith(EXT_AUTHZ);
    HttpServerResponse response = request.response();
    if (!authRequest && !forwardAuth && !extAuthz) {
      response.setStatusCode(404).end();
    } else if (request.getCookie("session") == null) {
      boolean browser = String.valueOf(request.getHeader("Accept")).contains("text/html");
      if (browser) {
        response.putHeader("Location", LOGIN + wanted(request));
      }
      response.setStatusCode(browser && !authRequest ? 302 : 401).end();
    } else {
      String session = request.getCookie("session").getValue();
      String[] identity = URLDecoder.decode(session, StandardCharsets.UTF_8).split("/", 2);
      if (!identity[0].isEmpty()) {
        response.putHeader("Remote-User", identity[0]);
        response.putHeader("Remote-Groups", identity[1]);
      }
      response.end();
    }
  }

  private static String wanted(HttpServerRequest request) {
    if (request.getHeader("X-Original-URL") != null) {
      return request.getHeader("X-Original-URL");
    }
    String proto = request.getHeader("X-Forwarded-Proto") + "://";
    return request.path().startsWith(EXT_AUTHZ)
        ? proto + request.getHeader("Host") + request.uri().substring(EXT_AUTHZ.length())
        : proto + request.getHeader("X-Forwarded-Host") + request.getHeader("X-Forwarded-Uri");
  }

  @Override
  public void close() {
    vertx.close().toCompletionStage().toCompletableFuture().join();
  }
}
