package org.elastauth.oidc.login;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.camel.Exchange;
import org.elastauth.session.RedisSessions;
import org.elastauth.session.Session;
import org.elastauth.session.SessionMemory;
import org.elastauth.session.SessionSettings;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Lazy;
import org.springframework.stereotype.Component;

/** Sessions where gateways share them: in Redis, or in memory if this gateway is alone. */
@Lazy
@Component
final class SharedSessions {
  private final boolean inRedis;
  private final ObjectProvider<RedisSessions> redis;
  private final SessionMemory memory;

  SharedSessions(
      SessionSettings settings, ObjectProvider<RedisSessions> redis, SessionMemory memory) {
    this.inRedis = settings.inRedis();
    this.redis = redis;
    this.memory = memory;
  }

  /**
   * @return null if the session has ended
   */
  CompletionStage<Session> get(String key, Exchange exchange) {
    return inRedis
        ? redis.getObject().get(key, exchange)
        : CompletableFuture.completedFuture(memory.get(key));
  }

  CompletionStage<Void> put(String key, Session session, Exchange exchange) {
    if (inRedis) {
      return redis.getObject().put(key, session, exchange);
    }
    memory.put(key, session);
    return CompletableFuture.completedFuture(null);
  }
}
