package org.elastauth.session;

import org.apache.camel.AsyncCallback;
import org.apache.camel.Exchange;
import org.apache.camel.support.AsyncProcessorSupport;
import org.elastauth.redis.AsyncAnswer;
import org.springframework.context.annotation.Lazy;
import org.springframework.stereotype.Component;

/** The body becomes the session of the property {@code sessionKey}; null where there is none. */
@Lazy
@Component("redisSessionGet")
public final class RedisSessionGet extends AsyncProcessorSupport {
  private final RedisSessions sessions;

  public RedisSessionGet(RedisSessions sessions) {
    this.sessions = sessions;
  }

  @Override
  public boolean process(Exchange exchange, AsyncCallback callback) {
    String key = (String) exchange.getProperty("sessionKey");
    return AsyncAnswer.intoBody(sessions.get(key, exchange), exchange, callback);
  }
}
