package org.elastauth.redis;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.elastauth.cache.StaleKeys;
import org.elastauth.config.Settings;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.stereotype.Component;

/**
 * What follows where Redis is alive but refuses a command: a value of a foreign type is deleted
 * before it is asked for again, a replica is looked past for its master, and a user whose entry
 * Redis does not take (it is full, say) is served from memory for a while, so that not every
 * request goes to Elasticsearch.
 */
@Component("redisRefusal")
public final class RedisRefusal implements Processor {
  private static final Logger LOG = LoggerFactory.getLogger(RedisRefusal.class);
  private static final int KEYS = 50_000;
  private static final Duration SAID_AGAIN = Duration.ofMinutes(10);

  private final StaleKeys staleKeys;
  private final ObjectProvider<RedisConnections> connections;
  private final Cache<String, Boolean> refused;
  private final Cache<String, Boolean> said =
      Caffeine.newBuilder().executor(Runnable::run).expireAfterWrite(SAID_AGAIN).build();

  public RedisRefusal(
      Settings settings, StaleKeys staleKeys, ObjectProvider<RedisConnections> connections) {
    this.staleKeys = staleKeys;
    this.connections = connections;
    this.refused =
        Caffeine.newBuilder()
            .executor(Runnable::run)
            .maximumSize(KEYS)
            .expireAfterWrite(settings.redis().healthCheck().interval())
            .build();
  }

  @Override
  public void process(Exchange exchange) {
    Exception failure = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Exception.class);
    if (failure != null) {
      RedisFailure.refusal(failure)
          .ifPresent(reply -> refused(reply, (String) exchange.getProperty("cacheKey")));
    }
  }

  private void refused(String reply, String key) {
    if (key == null) {
      LOG.debug("It was not about a credential");
    } else if (reply.startsWith("WRONGTYPE")) {
      staleKeys.add(key);
    } else {
      refused.put(key, Boolean.TRUE);
    }
    if (reply.startsWith("READONLY")) {
      connections.getObject().redial();
    }
    String kind = reply.replaceFirst(" .*", "");
    if (said.asMap().putIfAbsent(kind, Boolean.TRUE) == null) {
      LOG.atWarn()
          .addKeyValue("reason", reply)
          .log("Redis refuses a command; memory serves instead");
    }
  }

  /** Whether Redis did not take the entry a moment ago. */
  boolean isRefused(String key) {
    return refused.getIfPresent(key) != null;
  }
}
