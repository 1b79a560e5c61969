package org.elastauth.ratelimit;

import io.vertx.core.http.HttpServerRequest;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.elastauth.credential.CacheKey;
import org.elastauth.http.ClientAddress;
import org.elastauth.identity.Identity;
import org.elastauth.net.TrustedProxies;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Lazy;
import org.springframework.stereotype.Component;

/**
 * Sets the property {@code rateLimitKey}, under which a request is counted: by its user, else by
 * its client address; null if all known addresses are trusted proxies. A credential's key has no
 * colon, so the keys never collide.
 */
@Lazy
@Component("rateLimitKey")
public final class RateLimitKey implements Processor {
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
    String client =
        ClientAddress.of((HttpServerRequest) exchange.getProperty("request"), trustedProxies);
    return client == null ? null : addresses + client;
  }
}
