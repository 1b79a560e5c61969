package org.elastauth.replay;

import io.lettuce.core.SetArgs;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.apache.camel.Exchange;
import org.elastauth.redis.Outage;
import org.elastauth.redis.SharedState;
import org.springframework.context.annotation.Lazy;
import org.springframework.stereotype.Component;

/**
 * Keys that any gateway has used. Memory is checked first: it also knows the uses during an outage.
 */
@Lazy
@Component("redisReplayStore")
public final class RedisReplayStore {
  private static final byte[] USED = bytes("taken");

  private final SharedState redis;
  private final MemoryReplayStore memory;

  public RedisReplayStore(SharedState redis, MemoryReplayStore memory) {
    this.redis = redis;
    this.memory = memory;
  }

  /**
   * @param millis how long the use is stored
   * @param policy applies while Redis does not answer
   * @return whether this is the first use of all gateways
   */
  public CompletionStage<Boolean> use(
      String name, long millis, ReplayKind kind, String policy, Exchange exchange) {
    if (!memory.isUnused(name, kind)) {
      return CompletableFuture.completedFuture(false);
    }
    return redis.write(
        exchange,
        "setnx",
        outage(policy, () -> memory.use(name, millis, kind)),
        // SET NX is atomic: after a separate check, two gateways could both be first
        commands ->
            commands
                .set(bytes(name), USED, SetArgs.Builder.nx().px(millis))
                .thenApply(reply -> reply != null && memory.use(name, millis, kind)));
  }

  /** Whether no gateway has used the key. */
  public CompletionStage<Boolean> isUnused(
      String name, ReplayKind kind, String policy, Exchange exchange) {
    if (!memory.isUnused(name, kind)) {
      return CompletableFuture.completedFuture(false);
    }
    return redis.ask(
        exchange,
        "exists",
        outage(policy, () -> true),
        commands -> commands.exists(bytes(name)).thenApply(found -> found == 0));
  }

  private static Outage<Boolean> outage(String policy, Supplier<Boolean> memory) {
    return Outage.of(
        policy,
        memory,
        null,
        "the gateway cannot check at the moment whether the token was used before");
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
