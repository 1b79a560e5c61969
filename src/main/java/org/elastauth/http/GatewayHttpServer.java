package org.elastauth.http;

import static io.vertx.core.http.HttpHeaders.CONTENT_LENGTH;
import static io.vertx.core.http.HttpHeaders.TRANSFER_ENCODING;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.management.UnixOperatingSystemMXBean;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.vertx.core.AbstractVerticle;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.impl.ConnectionBase;
import io.vertx.ext.web.Router;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpRouter;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpServer;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpServerConfiguration;
import org.elastauth.config.ConfigurationFaults;
import org.elastauth.config.Fault;
import org.elastauth.identity.TrustedProxies;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Camel's Vert.x server with what it does not let configure: limits on requests and connections,
 * our JSON for what is refused before any route runs, and an end at which nobody's request is lost.
 * It listens only once the routes are up.
 */
public final class GatewayHttpServer extends VertxPlatformHttpServer {
  private static final Logger LOG = LoggerFactory.getLogger(GatewayHttpServer.class);

  /** For the answers that end a drain to leave their event loop. */
  private static final Duration LAST_WORDS = Duration.ofSeconds(1);

  private static final long POLL_MILLIS = 10;
  private static final HttpVersions VERSIONS = new HttpVersions();

  /** Bytes of an unwanted body that are worth keeping a connection for. */
  private static final int MAX_DISCARDED = 1 << 20;

  private static final int MAX_DIGITS = 18;

  private static final Map<Integer, String> REASONS =
      Map.of(
          400, "malformed HTTP request",
          404, "there is nothing here",
          405, "this method is not allowed here",
          413, "the body is too large",
          414, "the request line is too long",
          415, "the body is not of the type that is expected here",
          431, "the headers are too large",
          500, "internal error",
          503, "the gateway is stopping; try again");

  /** What a gateway has open besides its clients' connections, with room to spare. */
  private static final int OTHER_FILES = 500;

  private static final Pattern DOT_SEGMENT = Pattern.compile("/\\.{1,2}(/|;|$)");

  private final VertxPlatformHttpServerConfiguration configuration;
  private final HttpSettings limits;
  private final ObjectMapper json;
  private final TrustedProxies proxies;
  private final InFlight inFlight;
  private final int maxConnections;
  private final AtomicInteger connections = new AtomicInteger();
  private Router router;
  private String deployment;
  private volatile int port;

  /** The listening socket; null until somebody connected. */
  private volatile Channel listener;

  private volatile boolean full;
  private volatile boolean draining;

  public GatewayHttpServer(
      VertxPlatformHttpServerConfiguration configuration,
      HttpSettings limits,
      TrustedProxies proxies,
      Vertx vertx,
      ObjectMapper json,
      InFlight inFlight) {
    super(configuration);
    setVertx(vertx);
    this.configuration = configuration;
    this.port = configuration.getBindPort();
    this.limits = limits;
    this.maxConnections =
        Math.min(limits.maxConnections(), Math.max(openable() - OTHER_FILES, openable() / 2));
    this.proxies = proxies;
    this.json = json;
    this.inFlight = inFlight;
  }

  /** How many files the process may have open; sockets count. */
  private static int openable() {
    return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean process
        ? (int) Math.min(Integer.MAX_VALUE, process.getMaxFileDescriptorCount())
        : Integer.MAX_VALUE;
  }

  @Override
  public int getPort() {
    return port;
  }

  @Override
  protected void startServer() {
    router =
        VertxPlatformHttpRouter.lookup(
            getCamelContext(),
            VertxPlatformHttpRouter.getRouterNameFromPort(configuration.getPort()));
    for (int status : REASONS.keySet()) {
      router.errorHandler(status, context -> refuse(context.request(), status));
    }
  }

  /**
   * Accepts connections from now on, on an event loop a processor.
   *
   * @throws ConfigurationFaults if the address is taken or not ours
   */
  public void listen() {
    refuseTakenAddress();
    deployment =
        await(
            getVertx()
                .deployVerticle(
                    EventLoop::new,
                    new DeploymentOptions()
                        .setInstances(Runtime.getRuntime().availableProcessors())));
  }

  /** Tried on its own, since event loops that fail to listen are still tidying up when all ends. */
  private void refuseTakenAddress() {
    String host = configuration.getBindHost();
    int port = configuration.getBindPort();
    try (ServerSocket socket = new ServerSocket()) {
      socket.bind(new InetSocketAddress(host, port));
    } catch (IOException failed) {
      String mend =
          "cannot be listened on (" + failed.getMessage() + "); free it or choose another";
      throw new ConfigurationFaults(List.of(new Fault("listen", host + ":" + port, mend)));
    }
  }

  public boolean isListening() {
    return deployment != null;
  }

  /**
   * Ends without losing a request. For the first half of the time new ones are still taken, so that
   * whoever asks for readiness has turned away by then; each answer ends its connection. Then
   * nobody can connect any more, what is under way is finished, and who still waits when the time
   * is up is answered 503.
   */
  public void drain(Duration time) {
    long began = System.nanoTime();
    draining = true;
    if (listener != null) {
      pause(time.toMillis() / 2);
      listener.close().syncUninterruptibly();
    }
    awaitAnswers(began + time.toNanos());
    inFlight.refuseAll();
    awaitAnswers(System.nanoTime() + LAST_WORDS.toNanos());
    stopServer();
  }

  private void awaitAnswers(long until) {
    while (!inFlight.isEmpty() && System.nanoTime() < until) {
      pause(POLL_MILLIS);
    }
  }

  private static void pause(long millis) {
    try {
      TimeUnit.MILLISECONDS.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  protected void stopServer() {
    if (deployment != null) {
      await(getVertx().undeploy(deployment));
      deployment = null;
    }
  }

  private static <T> T await(Future<T> future) {
    return future.toCompletionStage().toCompletableFuture().join();
  }

  private final class EventLoop extends AbstractVerticle {
    @Override
    public void start(Promise<Void> listening) {
      int configured = configuration.getBindPort();
      vertx
          .createHttpServer(
              new HttpServerOptions()
                  .setMaxInitialLineLength(limits.maxRequestLine())
                  .setMaxHeaderSize(limits.maxHeaderSize())
                  .setIdleTimeout((int) limits.idleTimeout().toMillis())
                  .setIdleTimeoutUnit(TimeUnit.MILLISECONDS)
                  .setHttp2ClearTextEnabled(false))
          .connectionHandler(GatewayHttpServer.this::admit)
          .requestHandler(GatewayHttpServer.this::take)
          .invalidRequestHandler(GatewayHttpServer.this::refuseInvalid)
          // a negative port: one free port that all event loops share
          .listen(configured == 0 ? -1 : configured, configuration.getBindHost())
          .onSuccess(server -> port = server.actualPort())
          .<Void>mapEmpty()
          .onComplete(listening);
    }
  }

  private void admit(HttpConnection connection) {
    ChannelHandlerContext channel = ((ConnectionBase) connection).channelHandlerContext();
    listener = channel.channel().parent();
    int open = connections.incrementAndGet();
    connection.closeHandler(closed -> connections.decrementAndGet());
    // the upper half is for the proxies: nobody else shall be able to shut them out
    boolean crowded = open > maxConnections / 2;
    if (open > maxConnections
        || crowded && !proxies.contains(connection.remoteAddress().hostAddress())) {
      if (!full) {
        full = true;
        LOG.atWarn()
            .addKeyValue("open", open - 1)
            .addKeyValue("limit", maxConnections)
            .log(
                "http.max_connections: new connections are closed; from half of it on, those from outside trusted_proxies");
      }
      connection.close();
      return;
    }
    if (full && !crowded) {
      full = false;
    }
    String http = channel.name();
    channel
        .pipeline()
        .addBefore(http, null, VERSIONS)
        .addBefore(http, null, new PipelineLimit())
        .addBefore(http, null, new RequestDeadline(limits.requestTimeout().toMillis()));
  }

  private void take(HttpServerRequest request) {
    boolean chunked = request.headers().contains(TRANSFER_ENCODING);
    boolean odd =
        !isPath(request.path())
            || request.method() == HttpMethod.CONNECT
            || chunked && !isPlainlyChunked(request);
    boolean withBody = chunked || request.headers().contains(CONTENT_LENGTH);
    boolean tooLarge = withBody && isTooLarge(request.getHeader(CONTENT_LENGTH));
    if (withBody) {
      discardBody(request);
    }
    if (odd || chunked || tooLarge || draining) {
      // behind a chunked body nothing is a request: a Content-Length may have stood beside it
      // (RFC 9112, 6.1)
      request.response().putHeader("Connection", "close");
      request.response().endHandler(answered -> end(request.connection(), withBody));
    } else if (withBody) {
      request.response().endHandler(answered -> request.resume());
    }
    if (odd) {
      refuse(request, 400);
    } else if (tooLarge) {
      refuse(request, 413);
    } else {
      router.handle(request);
    }
  }

  /** No coding but chunked, said once and in HTTP/1.1; else peers differ in where the body ends. */
  private static boolean isPlainlyChunked(HttpServerRequest request) {
    List<String> codings = request.headers().getAll(TRANSFER_ENCODING);
    return request.version() == HttpVersion.HTTP_1_1
        && codings.size() == 1
        && codings.get(0).equalsIgnoreCase("chunked");
  }

  /** Nothing like * or host:443, and without dot segments. */
  private static boolean isPath(String path) {
    return path != null && path.startsWith("/") && !hasDotSegment(path);
  }

  /**
   * A path with . or .. in it would be routed as another than it looks: Envoy appends the client's
   * own path to ours, and /elastauth/authz/../../health is no decision.
   */
  private static boolean hasDotSegment(String path) {
    if (path.indexOf('.') < 0 && path.indexOf('%') < 0) {
      return false;
    }
    String decoded = path.replaceAll("(?i)%2e", ".").replaceAll("(?i)%2f|%5c|\\\\", "/");
    return DOT_SEGMENT.matcher(decoded).find();
  }

  /** The decoder lets only digits through. */
  private static boolean isTooLarge(String length) {
    return length != null
        && (length.length() > MAX_DIGITS || Long.parseLong(length) > MAX_DISCARDED);
  }

  /** Bodies are not read, but must leave the connection before its next request can be. */
  private void discardBody(HttpServerRequest request) {
    AtomicLong left = new AtomicLong(MAX_DISCARDED);
    request.handler(
        data -> {
          if (left.getAndAdd(-data.length()) >= 0 && left.get() < 0) {
            refuse(request, 413);
            LingeringClose.of(request.connection());
          }
        });
  }

  private void refuseInvalid(HttpServerRequest request) {
    Throwable cause = request.decoderResult().cause();
    int status = 400;
    if (cause instanceof TooLongHttpLineException) {
      status = 414;
    } else if (cause instanceof TooLongHttpHeaderException) {
      status = 431;
    }
    request.response().putHeader("Connection", "close");
    refuse(request, status);
    LingeringClose.of(request.connection());
  }

  private static void end(HttpConnection connection, boolean withBody) {
    if (withBody) {
      LingeringClose.of(connection);
    } else {
      connection.close();
    }
  }

  private void refuse(HttpServerRequest request, int status) {
    HttpServerResponse response = request.response();
    if (response.ended()) {
      return;
    }
    try {
      response
          .setStatusCode(status)
          .putHeader("Content-Type", "application/json")
          .putHeader("Cache-Control", "no-store");
      if (status == 503) {
        response.putHeader("Retry-After", "1");
      }
      response.end(json.writeValueAsString(ErrorBody.of(REASONS.get(status), status)));
    } catch (JsonProcessingException cannotHappen) {
      throw new IllegalStateException(cannotHappen);
    }
  }
}
