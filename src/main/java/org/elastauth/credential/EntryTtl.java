package org.elastauth.credential;

import java.time.Clock;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;

/** The TTL of a cache entry: {@code cache.expiration}, but at most until its window ends. */
@Component("entryTtl")
public final class EntryTtl {
  private final long expiration;
  private final Clock clock;

  public EntryTtl(@Value("${elastauth.cache.expiration}") long expirationMillis, Clock clock) {
    this.expiration = expirationMillis / 1000;
    this.clock = clock;
  }

  /** Sets the properties {@code credential}, and {@code ttl} in seconds. */
  public void measure(@Body Credential credential, Exchange exchange) {
    exchange.setProperty("credential", credential);
    exchange.setProperty("ttl", ttl(credential));
  }

  long ttl(Credential credential) {
    long left = credential.window().until() - clock.millis() / 1000;
    return Math.max(0, Math.min(expiration, left));
  }
}
