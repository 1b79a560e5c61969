package org.elastauth.http;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.vertx.core.AbstractVerticle;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpRouter;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpServer;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpServerConfiguration;
import org.elastauth.config.ConfigurationFaults;
import org.elastauth.config.Fault;
import org.elastauth.net.TrustedProxies;

/**
 * Camel's Vert.x server with additions: limits on connections and requests, JSON error pages, and a
 * drain. It listens only after the routes have started.
 */
public final class GatewayHttpServer extends VertxPlatformHttpServer {
  private final VertxPlatformHttpServerConfiguration configuration;
  private final HttpSettings limits;
  private final ErrorPages errors;
  private final ConnectionLimit connections;
  private final RequestScreening screening;
  private final ConnectionDrain drain;
  private final RequestHold hold;
  private final Decisions decisions;
  private Router router;
  private String deployment;
  private volatile int port;

  public GatewayHttpServer(
      VertxPlatformHttpServerConfiguration configuration,
      HttpSettings limits,
      TrustedProxies proxies,
      Vertx vertx,
      ObjectMapper json,
      InFlight inFlight,
      Decisions decisions,
      DecisionIds ids) {
    super(configuration);
    setVertx(vertx);
    this.configuration = configuration;
    this.port = configuration.getBindPort();
    this.limits = limits;
    this.decisions = decisions;
    this.errors = new ErrorPages(json, decisions, ids);
    this.connections = new ConnectionLimit(limits, proxies);
    this.screening = new RequestScreening(errors);
    this.drain = new ConnectionDrain(inFlight);
    this.hold =
        new RequestHold(
            vertx, drain::awaitResponses, request -> router.handle(request), errors::fail);
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
    errors.install(router);
    Aliases.install(router);
  }

  /**
   * Starts to accept connections, on one event loop for each processor.
   *
   * @throws ConfigurationFaults if the address is in use or not local
   */
  public void listen() {
    checkAddress();
    deployment =
        await(
            getVertx()
                .deployVerticle(
                    EventLoop::new,
                    new DeploymentOptions()
                        .setInstances(Runtime.getRuntime().availableProcessors())));
  }

  /** A separate attempt, because event loops that fail to listen clean up asynchronously. */
  private void checkAddress() {
    String host = configuration.getBindHost();
    int port = configuration.getBindPort();
    try (ServerSocket socket = new ServerSocket()) {
      socket.bind(new InetSocketAddress(host, port));
    } catch (IOException failed) {
      String mend =
          "port "
              + port
              + " cannot be bound ("
              + failed.getMessage()
              + "); free the address or choose another";
      throw new ConfigurationFaults(List.of(new Fault("listen", "", mend)));
    }
  }

  public boolean isListening() {
    return deployment != null;
  }

  /** Stops when pending requests have finished, or the time is over. */
  public void drain(Duration time) {
    drain.drain(time);
    stopServer();
  }

  /** Runs a change of the routes while no request is under way; requests wait for its end. */
  public void holdDuring(Callable<Void> change) throws Exception {
    hold.during(change);
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

  private void connect(HttpConnection connection) {
    drain.accepted(connection);
    connections.admit(connection);
  }

  private void receive(HttpServerRequest request) {
    screening.screen(request, drain.isDraining(), hold);
  }

  private final class EventLoop extends AbstractVerticle {
    @Override
    public void start(Promise<Void> listening) {
      context.exceptionHandler(decisions::unexpected);
      int configured = configuration.getBindPort();
      vertx
          .createHttpServer(
              new HttpServerOptions()
                  .setMaxInitialLineLength(limits.maxRequestLine())
                  .setMaxHeaderSize(limits.maxHeaderSize())
                  .setIdleTimeout((int) limits.idleTimeout().toMillis())
                  .setIdleTimeoutUnit(TimeUnit.MILLISECONDS)
                  .setHttp2ClearTextEnabled(false))
          .connectionHandler(GatewayHttpServer.this::connect)
          .requestHandler(GatewayHttpServer.this::receive)
          .invalidRequestHandler(screening::reject)
          // a negative port: one free port that all event loops share
          .listen(configured == 0 ? -1 : configured, configuration.getBindHost())
          .onSuccess(server -> port = server.actualPort())
          .<Void>mapEmpty()
          .onComplete(listening);
    }
  }
}
