package org.elastauth.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.RedisClient;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import io.netty.util.concurrent.DefaultEventExecutor;
import io.netty.util.concurrent.EventExecutor;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.elastauth.config.TestSettings;
import org.elastauth.server.RedisCluster;
import org.elastauth.server.RedisServer;
import org.elastauth.server.Servers;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Requests that share a call of the script. */
@ExtendWith(Servers.class)
@Timeout(60)
class RateLimitScriptIT {
  private static RedisServer redis;
  private static EventExecutor loop;

  private final RateLimitScript script =
      new RateLimitScript(TestSettings.of(Map.of("rate_limit.max_requests", "2")).rateLimit());

  @BeforeAll
  static void start(RedisServer server) {
    redis = server;
    loop = new DefaultEventExecutor();
  }

  @AfterAll
  static void stop() {
    loop.shutdownGracefully();
  }

  /** Counts in one iteration of the loop. */
  private List<Long> count(RedisServer server, boolean together, List<String> keys) {
    try (RedisClient client = RedisClient.create("redis://" + server.address())) {
      RedisAsyncCommands<byte[], byte[]> commands = client.connect(ByteArrayCodec.INSTANCE).async();
      return CompletableFuture.supplyAsync(
              () ->
                  keys.stream()
                      .map(key -> script.count(commands, key, together).toCompletableFuture())
                      .toList(),
              loop)
          .join()
          .stream()
          .map(CompletableFuture::join)
          .toList();
    }
  }

  @Test
  void theRequestsOfOneIterationShareACallAndAreCountedOneByOne() {
    long before = redis.calls("evalsha");
    List<Long> left = count(redis, true, List.of("script.a", "script.b", "script.a", "script.a"));
    assertThat(left.subList(0, 3)).containsExactly(1L, 1L, 0L);
    assertThat(left.get(3)).as("minus the time until one more is admitted").isNegative();
    assertThat(redis.calls("evalsha") - before).isOne();
    assertThat(count(redis, true, List.of("script.b", "script.b")).get(0)).isZero();
  }

  @Test
  void aCallHasALimit() {
    long before = redis.calls("evalsha");
    List<String> keys = IntStream.range(0, 65).mapToObj(i -> "script.many." + i).toList();
    assertThat(count(redis, true, keys)).containsOnly(1L);
    assertThat(redis.calls("evalsha") - before).isEqualTo(2);
  }

  @Test
  void whereKeysMayBeApartEachRequestHasACall() {
    long before = redis.calls("evalsha");
    List<String> keys = Collections.nCopies(2, "script.apart");
    assertThat(count(redis, false, keys)).containsExactly(1L, 0L);
    assertThat(redis.calls("evalsha") - before).isEqualTo(2);
  }

  @Test
  void aServerThatRefusesKeysOfSeveralSlotsIsAskedOneByOne() {
    try (RedisServer slots = RedisCluster.single()) {
      List<String> keys = List.of("script.a", "script.b", "script.a");
      assertThat(count(slots, true, keys)).containsExactly(1L, 1L, 0L);
      long before = slots.calls("evalsha");
      count(slots, true, keys);
      assertThat(slots.calls("evalsha") - before).as("it is not tried again").isEqualTo(3);
    }
  }
}
