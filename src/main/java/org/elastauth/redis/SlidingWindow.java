package org.elastauth.redis;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.elastauth.config.Settings;
import org.elastauth.health.Metrics;
import org.elastauth.ratelimit.Verdict;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.context.annotation.Lazy;
import org.springframework.core.io.ClassPathResource;
import org.springframework.data.redis.core.RedisTemplate;
import org.springframework.data.redis.core.script.RedisScript;
import org.springframework.stereotype.Component;

/**
 * Counts requests in Redis, for all gateways together and exactly: during no window are more let in
 * than the limit says. It is one script, so one round trip, by Redis's clock.
 */
@Lazy
@Component("slidingWindow")
public final class SlidingWindow implements Processor {
  private static final Logger LOG = LoggerFactory.getLogger(SlidingWindow.class);
  private static final Duration SAID_AGAIN = Duration.ofMinutes(10);
  private static final int RADIX = Character.MAX_RADIX;

  private final RedisTemplate<String, String> template;
  private final RedisConnections connections;
  private final RedisScript<Long> script;
  private final Metrics metrics;
  private final String limit;
  private final String window;
  private final long windowMillis;

  /** No two gateways, and no two runs of one, name a request alike. */
  private final String run =
      Long.toString(UUID.randomUUID().getMostSignificantBits() >>> 16, RADIX) + "-";

  private final AtomicLong requests = new AtomicLong();
  private final long pauseNanos;
  private final Cache<String, Boolean> said =
      Caffeine.newBuilder().executor(Runnable::run).expireAfterWrite(SAID_AGAIN).build();

  /** When Redis last forbade the script; 0: not lately. */
  private volatile long forbidden;

  public SlidingWindow(
      @Qualifier("redisWriteTemplate") RedisTemplate<String, String> template,
      RedisConnections connections,
      Metrics metrics,
      Settings settings) {
    this.template = template;
    this.script = RedisScript.of(text(), Long.class);
    this.connections = connections;
    this.metrics = metrics;
    this.limit = Integer.toString(settings.rateLimit().maxRequests());
    this.windowMillis = settings.rateLimit().window().toMillis();
    this.window = Long.toString(windowMillis);
    this.pauseNanos = settings.redis().healthCheck().interval().toNanos();
  }

  /** Of a resource Spring would ask, for every request, whether it has changed. */
  private static String text() {
    try {
      return new ClassPathResource("sliding-window.lua").getContentAsString(StandardCharsets.UTF_8);
    } catch (IOException missing) {
      throw new UncheckedIOException(missing);
    }
  }

  /**
   * Counts the property {@code rateLimitKey}. The body becomes the {@link Verdict}, or null where
   * Redis is alive but does not run the script; one that forbids it is asked again only after a
   * while.
   */
  @Override
  public void process(Exchange exchange) {
    exchange.getMessage().setBody(count((String) exchange.getProperty("rateLimitKey")));
  }

  private Verdict count(String key) {
    long since = forbidden;
    if (since != 0 && System.nanoTime() - since < pauseNanos) {
      return null;
    }
    try {
      String request = run + Long.toString(requests.incrementAndGet(), RADIX);
      long left =
          Objects.requireNonNull(template.execute(script, List.of(key), limit, window, request));
      metrics.redisOperation("evalsha");
      return left < 0 ? new Verdict(false, 0, -left) : new Verdict(true, left, windowMillis);
    } catch (RuntimeException failure) {
      Optional<String> refusal = RedisFailure.scriptRefusal(failure);
      if (refusal.isEmpty()) {
        throw failure;
      }
      refused(refusal.get());
      return null;
    }
  }

  private void refused(String reply) {
    if (reply.startsWith("NOPERM")) {
      forbidden = System.nanoTime() | 1;
    } else if (reply.contains("READONLY")) {
      connections.redial();
    }
    if (said.asMap().putIfAbsent(reply.replaceFirst(" .*", ""), Boolean.TRUE) == null) {
      LOG.atWarn()
          .addKeyValue("reason", reply)
          .log("Redis refuses to count requests; rate_limit.policy holds instead");
    }
  }
}
