package org.elastauth.http;

import io.vertx.core.http.HttpServerRequest;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;

/**
 * Something that happened to a user or the gateway, in addition to decisions. Published by
 * features, for the audit trail.
 *
 * @param action such as {@code user-revoked}
 * @param user empty for none
 * @param details by name in snake case: texts, numbers, booleans, or lists of texts
 * @param decision id of the request that caused it; null for none
 * @param peer address of its connection; null for none
 * @param forwardedFor its values of X-Forwarded-For, which the peer may have invented
 */
public record GatewayEvent(
    String action,
    String user,
    Map<String, Object> details,
    String decision,
    String peer,
    List<String> forwardedFor) {
  /** Of the gateway itself. */
  public GatewayEvent(String action, String user, Map<String, Object> details) {
    this(action, user, details, DecisionLog.current(), null, List.of());
  }

  /** Caused by a request. */
  public static GatewayEvent of(
      Exchange exchange, String action, String user, Map<String, Object> details) {
    HttpServerRequest request = (HttpServerRequest) exchange.getProperty("request");
    return request == null
        ? new GatewayEvent(action, user, details)
        : new GatewayEvent(
            action,
            user,
            details,
            exchange.getExchangeId(),
            request.remoteAddress().hostAddress(),
            ClientAddress.forwarded(request));
  }
}
