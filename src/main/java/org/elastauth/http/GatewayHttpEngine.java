package org.elastauth.http;

import io.micrometer.core.instrument.MeterRegistry;
import java.util.ArrayList;
import java.util.List;
import org.apache.camel.Processor;
import org.apache.camel.component.platform.http.PlatformHttpConstants;
import org.apache.camel.component.platform.http.PlatformHttpEndpoint;
import org.apache.camel.component.platform.http.spi.PlatformHttpConsumer;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpEngine;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpRouter;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;

/** Camel's Vert.x engine, but with {@link GatewayHttpConsumer}. */
@Component(PlatformHttpConstants.PLATFORM_HTTP_ENGINE_NAME)
public final class GatewayHttpEngine extends VertxPlatformHttpEngine {
  private static final List<String> ALWAYS =
      List.of("Authorization", "Cache-Control", "Content-Type", "Retry-After", "WWW-Authenticate");

  private static final List<String> LIMITS =
      List.of("RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset");

  private static final List<String> LOGIN =
      List.of("Location", "Set-Cookie", "Content-Security-Policy");

  private final List<String> headers;
  private final MeterRegistry meters;
  private final InFlight inFlight;
  private final Decisions decisions;
  private final Responses responses;

  public GatewayHttpEngine(
      @Value("${elastauth.rate_limit.enabled}") boolean limits,
      @Value("${elastauth.oidc.used}") boolean oidc,
      ResponseSettings response,
      MeterRegistry meters,
      InFlight inFlight,
      Decisions decisions,
      Responses responses) {
    List<String> out = new ArrayList<>(ALWAYS);
    if (limits) {
      out.addAll(LIMITS);
    }
    if (oidc) {
      out.addAll(LOGIN);
    }
    out.addAll(response.headers().keySet());
    this.headers = List.copyOf(out);
    this.meters = meters;
    this.inFlight = inFlight;
    this.decisions = decisions;
    this.responses = responses;
  }

  @Override
  public PlatformHttpConsumer createConsumer(PlatformHttpEndpoint endpoint, Processor processor) {
    endpoint.setUseBodyHandler(false);
    return new GatewayHttpConsumer(
        endpoint,
        processor,
        VertxPlatformHttpRouter.getRouterNameFromPort(getServerPort()),
        headers,
        meters,
        inFlight,
        decisions,
        responses);
  }
}
