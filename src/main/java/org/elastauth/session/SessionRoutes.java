package org.elastauth.session;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.builder.ExchangeBuilder;
import org.elastauth.redis.SharedState;
import org.springframework.context.annotation.Lazy;
import org.springframework.stereotype.Component;

/** Runs the routes of {@code session.store} for a bean. A first tier in memory is not asked. */
@Lazy
@Component
public final class SessionRoutes {
  private final CamelContext context;
  private final ProducerTemplate template;
  private final String store;

  public SessionRoutes(CamelContext context, SessionSettings settings) {
    this.context = context;
    this.template = context.createProducerTemplate();
    this.store = "direct:session-" + settings.shared();
  }

  /**
   * @return null if there is none
   */
  public CompletionStage<Session> get(String key, Exchange exchange) {
    return run("-get", key, null, exchange)
        .thenApply(done -> done.getMessage().getBody(Session.class));
  }

  public CompletionStage<Void> put(String key, Session session, Exchange exchange) {
    return run("-put", key, session, exchange).thenAccept(done -> {});
  }

  /** Within an exchange of its own, because the caller's continues with its own body. */
  private CompletionStage<Exchange> run(
      String operation, String key, Session session, Exchange exchange) {
    Exchange own =
        ExchangeBuilder.anExchange(context)
            .withBody(session)
            .withProperty("request", exchange.getProperty("request"))
            .withProperty("sessionKey", key)
            .withProperty(SharedState.BYPASSED, exchange.getProperty(SharedState.BYPASSED))
            .build();
    return template
        .asyncSend(store + operation, own)
        .thenCompose(
            done -> {
              exchange.setProperty(SharedState.BYPASSED, done.getProperty(SharedState.BYPASSED));
              return done.getException() == null
                  ? CompletableFuture.completedFuture(done)
                  : CompletableFuture.failedFuture(done.getException());
            });
  }
}
