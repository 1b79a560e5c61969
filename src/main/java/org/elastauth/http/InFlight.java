package org.elastauth.http;

import io.vertx.core.Context;
import io.vertx.ext.web.RoutingContext;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.stereotype.Component;

/**
 * Requests whose answer waits for something, with the event loop each belongs to. What is answered
 * at once, without leaving its event loop, never comes by here.
 */
@Component
public final class InFlight {
  private final Map<RoutingContext, Context> waiting = new ConcurrentHashMap<>();

  void add(RoutingContext routing, Context loop) {
    waiting.put(routing, loop);
  }

  void remove(RoutingContext routing) {
    waiting.remove(routing);
  }

  boolean isEmpty() {
    return waiting.isEmpty();
  }

  /** Answers 503 to whoever still waits. Their routes run on; what they find comes too late. */
  void refuseAll() {
    waiting.forEach(
        (routing, loop) ->
            loop.runOnContext(
                now -> {
                  remove(routing);
                  if (!routing.response().ended()) {
                    routing.fail(503);
                  }
                }));
  }
}
