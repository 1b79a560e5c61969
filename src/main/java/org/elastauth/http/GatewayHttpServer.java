package org.elastauth.http;

import static io.vertx.core.http.HttpHeaders.CONTENT_LENGTH;
import static io.vertx.core.http.HttpHeaders.TRANSFER_ENCODING;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.vertx.core.AbstractVerticle;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpRouter;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpServer;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpServerConfiguration;
import org.elastauth.config.ConfigurationFaults;
import org.elastauth.config.Fault;
import org.elastauth.config.Settings;

/**
 * Camel's Vert.x server with what it does not let configure: limits on request line and headers,
 * and our JSON for what is refused before any route runs. It listens only once the routes are up.
 */
public final class GatewayHttpServer extends VertxPlatformHttpServer {
  private static final int IDLE_SECONDS = 75;

  /** Bytes of an unwanted body that are worth keeping a connection for. */
  private static final int MAX_DISCARDED = 1 << 20;

  private static final Map<Integer, String> REASONS =
      Map.of(
          400, "malformed HTTP request",
          404, "there is nothing here",
          405, "this method is not allowed here",
          413, "the body is too large",
          414, "the request line is too long",
          431, "the headers are too large",
          500, "internal error");

  private static final Pattern DOT_SEGMENT = Pattern.compile("/\\.{1,2}(/|;|$)");

  private final VertxPlatformHttpServerConfiguration configuration;
  private final Settings.Http limits;
  private final ObjectMapper json;
  private Router router;
  private String deployment;
  private volatile int port;

  public GatewayHttpServer(
      VertxPlatformHttpServerConfiguration configuration,
      Settings.Http limits,
      Vertx vertx,
      ObjectMapper json) {
    super(configuration);
    setVertx(vertx);
    this.configuration = configuration;
    this.port = configuration.getBindPort();
    this.limits = limits;
    this.json = json;
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
    try {
      deployment =
          await(
              getVertx()
                  .deployVerticle(
                      EventLoop::new,
                      new DeploymentOptions()
                          .setInstances(Runtime.getRuntime().availableProcessors())));
    } catch (CompletionException failed) {
      String address = configuration.getBindHost() + ":" + configuration.getBindPort();
      String mend =
          "cannot be listened on ("
              + failed.getCause().getMessage()
              + "); free it or choose another";
      throw new ConfigurationFaults(List.of(new Fault("listen", address, mend)));
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
                  .setIdleTimeout(IDLE_SECONDS)
                  .setHttp2ClearTextEnabled(false))
          .requestHandler(
              request -> {
                if (hasDotSegment(request.path())) {
                  refuse(request, 400);
                } else {
                  discardBody(request);
                  router.handle(request);
                }
              })
          .invalidRequestHandler(GatewayHttpServer.this::refuseInvalid)
          // a negative port: one free port that all event loops share
          .listen(configured == 0 ? -1 : configured, configuration.getBindHost())
          .onSuccess(server -> port = server.actualPort())
          .<Void>mapEmpty()
          .onComplete(listening);
    }
  }

  /**
   * A path with . or .. in it would be routed as another than it looks: Envoy appends the client's
   * own path to ours, and /elastauth/authz/../../health is no decision.
   */
  private static boolean hasDotSegment(String path) {
    if (path == null || path.indexOf('.') < 0 && path.indexOf('%') < 0) {
      return path == null;
    }
    String decoded = path.replaceAll("(?i)%2e", ".").replaceAll("(?i)%2f|%5c|\\\\", "/");
    return DOT_SEGMENT.matcher(decoded).find();
  }

  /** Bodies are not read, but must leave the connection before its next request can be. */
  private static void discardBody(HttpServerRequest request) {
    MultiMap headers = request.headers();
    boolean chunked = headers.contains(TRANSFER_ENCODING);
    if (!chunked && !headers.contains(CONTENT_LENGTH)) {
      return;
    }
    if (chunked) {
      // a Content-Length may have stood beside it (RFC 9112, 6.1): nothing behind it is a request
      request.response().putHeader("Connection", "close");
    }
    AtomicLong left = new AtomicLong(MAX_DISCARDED);
    request.handler(
        data -> {
          if (left.addAndGet(-data.length()) < 0) {
            request.connection().close();
          }
        });
    request
        .response()
        .endHandler(
            answered -> {
              if (chunked) {
                request.connection().close();
              } else {
                request.resume();
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
    request.connection().close();
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
          .putHeader("Cache-Control", "no-store")
          .end(json.writeValueAsString(ErrorBody.of(REASONS.get(status), status)));
    } catch (JsonProcessingException cannotHappen) {
      throw new IllegalStateException(cannotHappen);
    }
  }
}
