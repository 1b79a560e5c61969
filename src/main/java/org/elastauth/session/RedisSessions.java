package org.elastauth.session;

import java.time.Clock;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.apache.camel.AsyncCallback;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.support.AsyncProcessorSupport;
import org.elastauth.redis.AsyncAnswer;
import org.elastauth.redis.Outage;
import org.elastauth.redis.SharedState;
import org.springframework.context.annotation.Lazy;
import org.springframework.stereotype.Component;

/**
 * Sessions that the gateways share. Each change is made in memory first. While Redis does not
 * answer, {@code session.policy} applies: {@code memory} and {@code fail_open} continue with the
 * sessions in memory. Under every policy the change is written once Redis is reachable.
 */
@Lazy
@Component("redisSessions")
public final class RedisSessions extends AsyncProcessorSupport {
  private final SharedState redis;
  private final SessionCommands commands;
  private final SealedSessions sealed;
  private final SessionMemory memory;
  private final PendingSessionWrites pending;
  private final Clock clock;
  private final String policy;

  public RedisSessions(
      SharedState redis,
      SessionCommands commands,
      SealedSessions sealed,
      SessionMemory memory,
      PendingSessionWrites pending,
      Clock clock,
      SessionSettings settings) {
    this.redis = redis;
    this.commands = commands;
    this.sealed = sealed;
    this.memory = memory;
    this.pending = pending;
    this.clock = clock;
    this.policy = settings.policy();
  }

  /** The body becomes the session of the property {@code sessionKey}, or null. */
  @Override
  public boolean process(Exchange exchange, AsyncCallback callback) {
    String key = (String) exchange.getProperty("sessionKey");
    return AsyncAnswer.intoBody(get(key, exchange), exchange, callback);
  }

  /**
   * @return null if there is none
   */
  public CompletionStage<Session> get(String key, Exchange exchange) {
    return redis.ask(
        exchange,
        "hmget",
        outage(() -> memory.get(key), () -> memory.get(key) != null),
        connection ->
            (pending.contains(key) ? commands.writePending(connection, key) : done())
                .thenCompose(written -> commands.read(connection, key)));
  }

  /** Stores a new or a refreshed session. */
  public CompletionStage<Void> put(
      @ExchangeProperty("sessionKey") String key, @Body Session session, Exchange exchange) {
    var fields = sealed.seal(key, session);
    memory.put(key, session);
    return redis.write(
        exchange,
        "hset",
        outage(
            () -> {
              pending.add(key);
              memory.dropOldest(session.subject());
            }),
        connection -> commands.put(connection, key, session, fields));
  }

  /** Ends a session here, in Redis and in the other gateways. */
  public CompletionStage<Void> delete(
      @ExchangeProperty("sessionKey") String key, Exchange exchange) {
    memory.end(key);
    return redis.writeAlways(
        exchange,
        "hdel",
        outage(() -> pending.add(key)),
        connection ->
            commands
                .delete(connection, key)
                .thenCompose(ended -> commands.announce(connection, List.of(key))));
  }

  /** Ends the sessions that the provider ended, here, in Redis and in the other gateways. */
  public CompletionStage<Void> deleteAll(@Body ProviderLogout logout, Exchange exchange) {
    List<String> known = memory.endAll(logout);
    return redis.writeAlways(
        exchange,
        "zrangebyscore",
        outage(() -> pending.add(logout.since(clock.millis() / 1000))),
        connection -> commands.deleteAll(connection, logout, known));
  }

  /**
   * Writes what could not be written while Redis was unreachable. What fails again stays pending,
   * and keeps nothing else from being written.
   */
  public CompletionStage<Void> settle() {
    CompletionStage<Void> written = done();
    for (ProviderLogout logout : pending.logouts()) {
      written =
          written.thenCompose(
              before -> {
                List<String> known = memory.endAll(logout);
                return redis
                    .write(
                        "zrangebyscore",
                        connection -> commands.deleteAll(connection, logout, known))
                    .exceptionally(unavailable -> null);
              });
    }
    for (String key : pending.keys()) {
      written =
          written.thenCompose(
              before ->
                  redis
                      .write("hset", connection -> commands.writePending(connection, key))
                      .exceptionally(unavailable -> null));
    }
    return written;
  }

  private Outage<Void> outage(Runnable later) {
    Outage<Void> outage = outage(() -> null, null);
    return new Outage<>(
        () -> {
          later.run();
          return outage.memory().get();
        },
        null,
        outage.failClosed());
  }

  private <T> Outage<T> outage(Supplier<T> memory, BooleanSupplier memoryAnswers) {
    return Outage.of(
        policy, memory, memoryAnswers, "sessions cannot be read or written at the moment");
  }

  private static CompletionStage<Void> done() {
    return CompletableFuture.completedFuture(null);
  }
}
