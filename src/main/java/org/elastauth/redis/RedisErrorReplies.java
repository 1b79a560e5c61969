package org.elastauth.redis;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.stereotype.Component;

/**
 * Reports the error replies of a Redis that is reachable but refuses a command: each kind once in
 * ten minutes. A replica is left for its master.
 */
@Component
public final class RedisErrorReplies {
  private static final Logger LOG = LoggerFactory.getLogger(RedisErrorReplies.class);
  private static final Duration REPORTED_AGAIN = Duration.ofMinutes(10);

  private final ObjectProvider<RedisConnections> connections;
  private final Cache<String, Boolean> reported =
      Caffeine.newBuilder().executor(Runnable::run).expireAfterWrite(REPORTED_AGAIN).build();

  public RedisErrorReplies(ObjectProvider<RedisConnections> connections) {
    this.connections = connections;
  }

  /**
   * @return the reply; empty where the failure is another
   */
  public Optional<String> report(Throwable failure) {
    Optional<String> reply = RedisFailure.refusal(failure);
    reply.ifPresent(this::report);
    return reply;
  }

  private void report(String reply) {
    if (reply.startsWith("READONLY")) {
      connections.getObject().redial();
    }
    if (isNew(reply)) {
      LOG.atWarn()
          .addKeyValue("reason", reply)
          .log("Redis refuses a command; this gateway's memory is used instead");
    }
  }

  /** Whether a reply of this kind was not reported within the last ten minutes. */
  public boolean isNew(String reply) {
    return reported.asMap().putIfAbsent(reply.replaceFirst(" .*", ""), Boolean.TRUE) == null;
  }
}
