package org.elastauth.server;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import org.awaitility.Awaitility;

/** A loopback port that leads to a server, and remembers every byte that was sent there. */
public final class RecordingTcpProxy implements AutoCloseable {
  private final Vertx vertx = Vertx.vertx();
  private final NetClient client = vertx.createNetClient();
  private final Set<NetSocket> connections = ConcurrentHashMap.newKeySet();
  private final StringBuffer sent = new StringBuffer();
  private final int port = RedisServer.freePort();
  private volatile int target;
  private NetServer server;

  private RecordingTcpProxy() {}

  /**
   * @param target a port on loopback
   */
  public static RecordingTcpProxy to(int target) {
    RecordingTcpProxy tap = new RecordingTcpProxy();
    tap.lead(target);
    tap.mend();
    return tap;
  }

  public int port() {
    return port;
  }

  /** What clients sent since the last call of this, byte for char. */
  public String drain() {
    synchronized (sent) {
      String all = sent.toString();
      sent.setLength(0);
      return all;
    }
  }

  /** Leads elsewhere from now on. */
  public void lead(int elsewhere) {
    target = elsewhere;
    hangUp();
  }

  /** Refuses connections, as a server that is down does. */
  public void cut() {
    await(server.close());
    hangUp();
  }

  public void mend() {
    // another program may have taken the port for a moment
    server =
        Awaitility.await("port " + port)
            .pollDelay(Duration.ZERO)
            .ignoreException(CompletionException.class)
            .until(this::listen, Objects::nonNull);
  }

  private NetServer listen() {
    return await(vertx.createNetServer().connectHandler(this::connect).listen(port, "127.0.0.1"));
  }

  private void hangUp() {
    List.copyOf(connections).forEach(connection -> await(connection.close()));
  }

  private void connect(NetSocket in) {
    connections.add(in);
    in.pause();
    in.closeHandler(closed -> connections.remove(in));
    client
        .connect(target, "127.0.0.1")
        .onFailure(refused -> in.close())
        .onSuccess(
            out -> {
              in.handler(
                  bytes -> {
                    sent.append(bytes.toString(StandardCharsets.ISO_8859_1));
                    out.write(bytes);
                  });
              in.closeHandler(
                  closed -> {
                    connections.remove(in);
                    out.close();
                  });
              out.handler(in::write);
              out.closeHandler(closed -> in.close());
              in.resume();
            });
  }

  private static <T> T await(Future<T> future) {
    return future.toCompletionStage().toCompletableFuture().join();
  }

  @Override
  public void close() {
    await(vertx.close());
  }
}
