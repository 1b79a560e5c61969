package org.elastauth.server;

import io.vertx.core.Vertx;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;
import java.net.URI;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/** A way to a server on a port of its own, that can fail as networks do. */
public final class Door implements AutoCloseable {
  private final Vertx vertx = Vertx.vertx();
  private final NetClient client = vertx.createNetClient();
  private final int port = RedisServer.freePort();
  private final AtomicInteger entered = new AtomicInteger();
  private final AtomicInteger lost = new AtomicInteger();
  private volatile URI target;
  private NetServer server;

  private Door(URI target) {
    this.target = target;
  }

  /** One through which nobody gets yet: connections are refused. */
  public static Door to(ElasticsearchServer server) {
    return new Door(URI.create(server.url()));
  }

  /**
   * @param address host:port; nobody gets through yet here either
   */
  public static Door to(String address) {
    return new Door(URI.create("tcp://" + address));
  }

  /** Whoever comes from now on gets to another server. */
  public void leadTo(String address) {
    target = URI.create("tcp://" + address);
  }

  public String url() {
    return "http://" + address();
  }

  public String address() {
    return "127.0.0.1:" + port;
  }

  /** Lets everything through. */
  public Door open() {
    return lead(
        (socket, beyond) -> {
          socket.pipeTo(beyond);
          beyond.pipeTo(socket);
        });
  }

  /** Lets everything through, answers byte by byte, each in a packet of its own. */
  public Door dripping() {
    return lead(
        (socket, beyond) -> {
          socket.pipeTo(beyond);
          beyond.handler(
              answer -> {
                for (int i = 0; i < answer.length(); i++) {
                  socket.write(answer.getBuffer(i, i + 1));
                }
              });
          beyond.closeHandler(closed -> socket.close());
        });
  }

  /** Accepts connections, and lets nothing through. */
  public Door stuck() {
    return serve(socket -> {});
  }

  /** Lets everything through, except the answers of a connection from its first PUT on. */
  public Door losingAnswersToWrites() {
    return lead(
        (socket, beyond) -> {
          boolean[] losing = new boolean[1];
          beyond.handler(
              answer -> {
                if (!losing[0]) {
                  socket.write(answer);
                }
              });
          socket.closeHandler(closed -> beyond.close());
          socket.handler(
              request -> {
                if (request.toString().startsWith("PUT ")) {
                  losing[0] = true;
                  lost.incrementAndGet();
                }
                beyond.write(request);
              });
          socket.resume();
        });
  }

  private Door lead(BiConsumer<NetSocket, NetSocket> toServer) {
    return serve(
        socket ->
            client
                .connect(target.getPort(), target.getHost())
                .onFailure(away -> socket.close())
                .onSuccess(beyond -> toServer.accept(socket, beyond)));
  }

  private Door serve(Consumer<NetSocket> visitor) {
    shut();
    server =
        vertx
            .createNetServer()
            .connectHandler(
                socket -> {
                  entered.incrementAndGet();
                  socket.pause();
                  visitor.accept(socket);
                });
    server.listen(port, "127.0.0.1").toCompletionStage().toCompletableFuture().join();
    return this;
  }

  /** Ends every connection, and refuses new ones. */
  public Door shut() {
    if (server != null) {
      server.close().toCompletionStage().toCompletableFuture().join();
      server = null;
    }
    return this;
  }

  /** How many connections were made. */
  public int entered() {
    return entered.get();
  }

  /** How many writes went through whose answers did not come back. */
  public int lost() {
    return lost.get();
  }

  @Override
  public void close() {
    shut();
    vertx.close().toCompletionStage().toCompletableFuture().join();
  }
}
