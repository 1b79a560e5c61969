package org.elastauth.redis;

import com.github.benmanes.caffeine.cache.Ticker;
import io.lettuce.core.SetArgs;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;

/**
 * Counts failed commands, and logs the error replies of a Redis that is reachable but refuses a
 * command: each error code once in ten minutes. If Redis has become a replica, the gateway
 * reconnects to find the master.
 */
@Component("redisErrorReplies")
public final class RedisErrorReplies {
  private static final Logger LOG = LoggerFactory.getLogger(RedisErrorReplies.class);
  private static final Duration REPORTED_AGAIN = Duration.ofMinutes(10);

  /** Redis knows about 30 error codes, but scripts and modules make up their own. */
  private static final int CODES = 1_000;

  private final ObjectProvider<RedisConnections> connections;
  private final Map<RedisFailure.Kind, Counter> failures = new EnumMap<>(RedisFailure.Kind.class);
  private final byte[] unusedKey;
  private final long shownNanos;
  private final RecentKeys<String> reported =
      new RecentKeys<>(CODES, REPORTED_AGAIN, Ticker.systemTicker());

  /**
   * @param code of the reply
   * @param at by System.nanoTime
   */
  private record Last(String code, long at) {}

  private volatile Last last = new Last(null, 0);

  public RedisErrorReplies(
      ObjectProvider<RedisConnections> connections,
      RedisSettings settings,
      MeterRegistry meters,
      @Value("${elastauth.cache.key_prefix}") String prefix) {
    for (RedisFailure.Kind kind : RedisFailure.Kind.values()) {
      failures.put(
          kind,
          Counter.builder("elastauth.redis.errors")
              .description("Redis commands that failed, by reason")
              .tag("reason", kind.name().toLowerCase(Locale.ROOT))
              .register(meters));
    }
    this.connections = connections;
    this.unusedKey = (prefix + "rights").getBytes(StandardCharsets.UTF_8);
    this.shownNanos = settings.healthCheck().interval().multipliedBy(2).toNanos();
  }

  /**
   * @return the reply, if Redis refuses the command but answers reads
   */
  public Optional<String> report(Throwable failure) {
    return report(failure, "Redis refuses a command; this gateway's memory is used instead");
  }

  /**
   * @param message logged with the reason
   */
  public Optional<String> report(Throwable failure, String message) {
    failures.get(RedisFailure.kind(failure)).increment();
    RedisFailure.reply(failure).ifPresent(reply -> report(reply, failure, message));
    return RedisFailure.refusal(failure);
  }

  private void report(String reply, Throwable failure, String message) {
    if (RedisFailure.isOfChannels(reply)) {
      return; // announcements are not needed, and their callers report them
    }
    if (reply.contains("READONLY") || reply.startsWith("MASTERDOWN")) {
      connections.getObject().reconnect();
    }
    String code = RedisFailure.code(reply);
    if (!code.equals("WRONGTYPE")) { // which concerns one value
      last = new Last(code, System.nanoTime());
    }
    // replies without a code of their own differ in their first words
    String kind = code.equals("ERR") ? reply.replaceFirst("(?s)((?:\\S+ ?){1,4}).*", "$1") : code;
    if (reported.addIfAbsent(kind)) {
      LOG.atWarn().addKeyValue("reason", RedisFailure.reason(failure)).log(message);
    }
  }

  /**
   * Tries a write that changes nothing, because PING does not show whether Redis is full or a
   * replica.
   *
   * @return the code of an error reply within the last two health checks, else null
   */
  public String check() {
    connections
        .getObject()
        .write(redis -> redis.set(unusedKey, new byte[0], SetArgs.Builder.xx()))
        .exceptionally(
            failure -> {
              if (RedisFailure.refusal(failure).isPresent()
                  && !RedisFailure.isNotPermitted(failure)) {
                report(failure);
              }
              return null;
            })
        .join();
    Last seen = last;
    return seen.code != null && System.nanoTime() - seen.at < shownNanos ? seen.code : null;
  }
}
