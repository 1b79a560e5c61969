package org.elastauth.ratelimit;

import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.elastauth.credential.CacheKey;
import org.elastauth.identity.Identity;
import org.elastauth.net.TrustedProxies;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Lazy;
import org.springframework.stereotype.Component;

/**
 * The name under which a request is counted, in the exchange property {@code rateLimitKey}: its
 * user's, or where there is none, its client's address; none at all where only trusted proxies are
 * known. A credential's name has no colon, so the two never meet.
 */
@Lazy
@Component("rateLimitKey")
public final class RateLimitKey implements Processor {
  private static final CharSequence FORWARDED = HttpHeaders.createOptimized("X-Forwarded-For");

  private final CacheKey users;
  private final String addresses;
  private final TrustedProxies trustedProxies;

  public RateLimitKey(
      @Value("${elastauth.cache.key_prefix}") String prefix, TrustedProxies trustedProxies) {
    this.users = new CacheKey(prefix + "rate:user:");
    this.addresses = prefix + "rate:address:";
    this.trustedProxies = trustedProxies;
  }

  @Override
  public void process(Exchange exchange) {
    Identity identity = (Identity) exchange.getProperty("identity");
    exchange.setProperty(
        "rateLimitKey", identity == null ? byAddress(exchange) : users.of(identity.username()));
  }

  private String byAddress(Exchange exchange) {
    HttpServerRequest request = (HttpServerRequest) exchange.getProperty("request");
    String client =
        trustedProxies.client(
            request.remoteAddress().hostAddress(), request.headers().getAll(FORWARDED));
    return client == null ? null : addresses + client;
  }
}
