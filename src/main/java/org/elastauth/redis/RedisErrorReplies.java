package org.elastauth.redis;

import com.github.benmanes.caffeine.cache.Ticker;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.stereotype.Component;

/**
 * Logs the error replies of a Redis that is reachable but refuses a command: each error code once
 * in ten minutes. If Redis has become a replica, the gateway reconnects to find the master.
 */
@Component
public final class RedisErrorReplies {
  private static final Logger LOG = LoggerFactory.getLogger(RedisErrorReplies.class);
  private static final Duration REPORTED_AGAIN = Duration.ofMinutes(10);

  /** Redis knows about 30 error codes, but scripts and modules make up their own. */
  private static final int CODES = 1_000;

  private final ObjectProvider<RedisConnections> connections;
  private final RecentKeys<String> reported =
      new RecentKeys<>(CODES, REPORTED_AGAIN, Ticker.systemTicker());

  public RedisErrorReplies(ObjectProvider<RedisConnections> connections) {
    this.connections = connections;
  }

  /**
   * @return the reply; empty if the failure is none of Redis's refusals
   */
  public Optional<String> report(Throwable failure) {
    Optional<String> reply = RedisFailure.refusal(failure);
    reply.ifPresent(this::report);
    return reply;
  }

  private void report(String reply) {
    if (reply.startsWith("READONLY")) {
      connections.getObject().reconnect();
    }
    if (isNew(reply)) {
      LOG.atWarn()
          .addKeyValue("reason", reply)
          .log("Redis refuses a command; this gateway's memory is used instead");
    }
  }

  /** Whether a reply with this error code was not logged within the last ten minutes. */
  public boolean isNew(String reply) {
    return reported.addIfAbsent(reply.replaceFirst(" .*", ""));
  }
}
