package org.elastauth.startup;

import org.elastauth.http.GatewayHttpServer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/**
 * The order of a shutdown: readiness fails (Health stops first), the server answers pending
 * requests, then Camel stops the routes. In another order pending requests would receive 404.
 */
@Component
final class Drain implements SmartLifecycle, DisposableBean {
  private static final Logger LOG = LoggerFactory.getLogger(Drain.class);

  private final Settings settings;
  private final GatewayHttpServer server;
  private boolean stopping;

  Drain(Settings settings, GatewayHttpServer server) {
    this.settings = settings;
    this.server = server;
  }

  /** The highest phase stops first; Camel's phase is lower. */
  @Override
  public int getPhase() {
    return Integer.MAX_VALUE;
  }

  /** Gateway starts the server, after the routes. */
  @Override
  public void start() {}

  @Override
  public boolean isRunning() {
    return server.isListening();
  }

  @Override
  public void stop() {
    stopping = true;
    LOG.atInfo()
        .addKeyValue("drain", settings.shutdown().drain().toMillis() + "ms")
        .log("The gateway is stopping");
    server.drain(settings.shutdown().drain());
  }

  @Override
  public void destroy() {
    if (stopping) {
      LOG.info("The gateway has stopped");
    }
  }
}
