package org.elastauth.server;

import io.vertx.core.Vertx;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/** Speaks WebSocket, as Kibana's plugins do, and says whose login a client has. */
public final class WebSocketServer implements AutoCloseable {
  private final Vertx vertx = Vertx.vertx();
  private final int port;

  private WebSocketServer() {
    port =
        vertx
            .createHttpServer()
            .webSocketHandler(
                socket -> socket.writeTextMessage(user(socket.headers().get("Authorization"))))
            .listen(0, "127.0.0.1")
            .toCompletionStage()
            .toCompletableFuture()
            .join()
            .actualPort();
  }

  public static WebSocketServer start() {
    return new WebSocketServer();
  }

  private static String user(String login) {
    byte[] pair = Base64.getDecoder().decode(login.replace("Basic ", ""));
    return new String(pair, StandardCharsets.UTF_8).split(":")[0];
  }

  public int port() {
    return port;
  }

  /**
   * What it says to a client.
   *
   * @param address through a reverse proxy
   */
  public static String userAt(HttpClient http, String address, String cookie) {
    CompletableFuture<String> user = new CompletableFuture<>();
    WebSocket socket =
        http.newWebSocketBuilder()
            .header("Cookie", cookie)
            .buildAsync(
                URI.create(address),
                new WebSocket.Listener() {
                  @Override
                  public CompletionStage<?> onText(
                      WebSocket from, CharSequence message, boolean last) {
                    user.complete(message.toString());
                    return null;
                  }
                })
            .orTimeout(20, TimeUnit.SECONDS)
            .join();
    try {
      return user.orTimeout(20, TimeUnit.SECONDS).join();
    } finally {
      socket.abort();
    }
  }

  @Override
  public void close() {
    vertx.close().toCompletionStage().toCompletableFuture().join();
  }
}
