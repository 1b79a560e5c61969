package org.elastauth.server;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;

/** A TCP proxy in front of a server; it fails as networks do. */
public final class FaultyTcpProxy implements AutoCloseable {
  /** The answer of Redis to a command that {@link #refusing} has replaced. */
  private static final Pattern REFUSED =
      Pattern.compile("-ERR unknown command [`']refused-(\\w+)[^\r]*\r\n");

  private final Vertx vertx = Vertx.vertx();
  private final NetClient client = vertx.createNetClient();
  private final String host;
  private final int port;
  private final AtomicInteger entered = new AtomicInteger();
  private final AtomicInteger lost = new AtomicInteger();
  private final Queue<Runnable> pauses = new ConcurrentLinkedQueue<>();
  private volatile boolean frozen;
  private volatile URI target;
  private volatile Buffer answer;
  private NetServer server;

  private FaultyTcpProxy(String host, int port, URI target) {
    this.host = host;
    this.port = port;
    this.target = target;
  }

  private static FaultyTcpProxy to(URI target) {
    return new FaultyTcpProxy("127.0.0.1", RedisServer.freePort(), target);
  }

  /** Refuses connections until it is opened. */
  public static FaultyTcpProxy to(ElasticsearchServer server) {
    return to(URI.create(server.url()));
  }

  /**
   * @param address host:port; connections are refused until it is opened
   */
  public static FaultyTcpProxy to(String address) {
    return to(URI.create("tcp://" + address));
  }

  /**
   * Another way to the same server, with the same port.
   *
   * @param otherHost a loopback address, such as 127.0.0.2
   */
  public FaultyTcpProxy at(String otherHost) {
    return new FaultyTcpProxy(otherHost, port, target);
  }

  /** Forwards new connections to another server. */
  public void leadTo(String address) {
    target = URI.create("tcp://" + address);
  }

  public String url() {
    return "http://" + address();
  }

  public String address() {
    return host + ":" + port;
  }

  /** Forwards everything. */
  public FaultyTcpProxy open() {
    return lead(
        (socket, beyond) -> {
          socket.pipeTo(beyond);
          beyond.pipeTo(socket);
        });
  }

  /** Forwards everything, answers byte by byte, each in a packet of its own. */
  public FaultyTcpProxy dripping() {
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

  /** Accepts connections and closes them at once. */
  public FaultyTcpProxy closing() {
    return serve(NetSocket::close);
  }

  /** Accepts connections and forwards nothing. */
  public FaultyTcpProxy stuck() {
    return serve(socket -> {});
  }

  /** Forwards everything except the answers of a connection from its first PUT on. */
  public FaultyTcpProxy losingAnswersToWrites() {
    return losingAnswersTo("PUT ");
  }

  /**
   * Forwards everything except the answers of a connection from such a request on.
   *
   * @param start of the request
   */
  public FaultyTcpProxy losingAnswersTo(String start) {
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
                if (request.toString().startsWith(start)) {
                  losing[0] = true;
                  lost.incrementAndGet();
                }
                beyond.write(request);
              });
          socket.resume();
        });
  }

  /**
   * Answers each connection's first bytes with these, and closes it. May be called again.
   *
   * @param text Latin 1
   */
  public FaultyTcpProxy answering(String text) {
    if (answer == null) {
      serve(
          socket -> {
            socket.handler(
                request -> {
                  socket.handler(more -> {});
                  socket.write(answer).onComplete(written -> socket.close());
                });
            socket.resume();
          });
    }
    answer = Buffer.buffer(text.getBytes(StandardCharsets.ISO_8859_1));
    return this;
  }

  /**
   * A proxy of Redis that knows only some commands. Redis answers an unknown one in the place of
   * each refused one, so that pipelined replies keep their order.
   *
   * @param replies by the name of the command; empty: the proxy closes the connection
   */
  public FaultyTcpProxy refusing(Map<String, String> replies) {
    return lead(
        (socket, beyond) -> {
          socket.closeHandler(closed -> beyond.close());
          beyond.closeHandler(closed -> socket.close());
          beyond.handler(
              answer -> {
                Matcher refused = REFUSED.matcher(answer.toString(StandardCharsets.ISO_8859_1));
                String all = refused.replaceAll(found -> replies.get(found.group(1)) + "\r\n");
                socket.write(Buffer.buffer(all, "ISO-8859-1"));
              });
          socket.handler(
              request -> {
                StringBuilder forwarded = new StringBuilder();
                for (String command :
                    request.toString(StandardCharsets.ISO_8859_1).split("(?=\\*\\d{1,3}\r\n\\$)")) {
                  String name =
                      command.replaceFirst("(?s)\\*\\d+\r\n\\$\\d+\r\n(\\w+)\r\n.*", "$1");
                  String reply = replies.get(name.toUpperCase(Locale.ROOT));
                  String stand = "refused-" + name.toUpperCase(Locale.ROOT);
                  if ("".equals(reply)) {
                    socket.close();
                    return;
                  }
                  forwarded.append(
                      reply == null
                          ? command
                          : "*1\r\n$" + stand.length() + "\r\n" + stand + "\r\n");
                }
                beyond.write(Buffer.buffer(forwarded.toString(), "ISO-8859-1"));
              });
          socket.resume();
        });
  }

  private FaultyTcpProxy lead(BiConsumer<NetSocket, NetSocket> toServer) {
    return serve(
        socket ->
            client
                .connect(target.getPort(), target.getHost())
                .onFailure(away -> socket.close())
                .onSuccess(beyond -> toServer.accept(socket, beyond)));
  }

  private FaultyTcpProxy serve(Consumer<NetSocket> browser) {
    shut();
    // for a moment, a connection of another program may have taken the port
    server =
        Awaitility.await("port " + port)
            .pollDelay(Duration.ZERO)
            .ignoreException(CompletionException.class)
            .until(() -> listen(browser), Objects::nonNull);
    return this;
  }

  private NetServer listen(Consumer<NetSocket> browser) {
    return vertx
        .createNetServer()
        .connectHandler(
            socket -> {
              entered.incrementAndGet();
              socket.pause();
              if (!frozen) {
                Context own = Vertx.currentContext();
                pauses.add(() -> paused(own, socket));
                browser.accept(socket);
              }
            })
        .listen(port, host)
        .toCompletionStage()
        .toCompletableFuture()
        .join();
  }

  /** Keeps its connections, accepts new ones, and forwards nothing: a process after SIGSTOP. */
  public FaultyTcpProxy freeze() {
    frozen = true;
    pauses.forEach(Runnable::run);
    pauses.clear();
    return this;
  }

  /** Forwards new connections again. The others stay frozen. */
  public FaultyTcpProxy thawForNew() {
    frozen = false;
    return this;
  }

  private static void paused(Context own, NetSocket socket) {
    CompletableFuture<Void> paused = new CompletableFuture<>();
    own.runOnContext(
        now -> {
          socket.pause();
          paused.complete(null);
        });
    paused.join();
  }

  /** Closes every connection and refuses new ones. */
  public FaultyTcpProxy shut() {
    answer = null;
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

  /** How many PUT requests were forwarded whose answers were not. */
  public int lost() {
    return lost.get();
  }

  @Override
  public void close() {
    shut();
    vertx.close().toCompletionStage().toCompletableFuture().join();
  }
}
