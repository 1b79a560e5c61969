package org.elastauth.http;

import io.micrometer.core.instrument.MeterRegistry;
import org.apache.camel.Processor;
import org.apache.camel.component.platform.http.PlatformHttpConstants;
import org.apache.camel.component.platform.http.PlatformHttpEndpoint;
import org.apache.camel.component.platform.http.spi.PlatformHttpConsumer;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpEngine;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpRouter;
import org.springframework.stereotype.Component;

/**
 * Camel's Vert.x engine, with consumers that neither let headers through nor hold a thread while a
 * route waits.
 */
@Component(PlatformHttpConstants.PLATFORM_HTTP_ENGINE_NAME)
public final class GatewayHttpEngine extends VertxPlatformHttpEngine {
  private final MeterRegistry meters;
  private final InFlight inFlight;

  public GatewayHttpEngine(MeterRegistry meters, InFlight inFlight) {
    this.meters = meters;
    this.inFlight = inFlight;
  }

  @Override
  public PlatformHttpConsumer createConsumer(PlatformHttpEndpoint endpoint, Processor processor) {
    endpoint.setUseBodyHandler(false);
    return new GatewayHttpConsumer(
        endpoint,
        processor,
        VertxPlatformHttpRouter.getRouterNameFromPort(getServerPort()),
        meters,
        inFlight);
  }
}
