package org.elastauth.credential;

import java.time.Clock;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.elastauth.identity.Identity;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * What stands between the routes, which move text, and credentials, which must be opened, judged
 * and sealed.
 */
@Component("cachedCredentials")
public final class CachedCredentials {
  private static final Logger LOG = LoggerFactory.getLogger(CachedCredentials.class);

  private final SealedCredentials sealed;
  private final HighWaterMarks marks;
  private final Clock clock;

  public CachedCredentials(SealedCredentials sealed, HighWaterMarks marks, Clock clock) {
    this.sealed = sealed;
    this.marks = marks;
    this.clock = clock;
  }

  /**
   * Opens what a cache returned.
   *
   * @return null, a miss, unless it opens, is still good, is no older than what was met before, and
   *     describes this very identity
   */
  public Credential open(
      @Body String entry,
      @ExchangeProperty("identity") Identity identity,
      @ExchangeProperty("cacheKey") String cacheKey) {
    Credential credential =
        entry == null ? null : sealed.open(identity.username(), cacheKey, entry);
    boolean hit =
        credential != null
            && !credential.window().isPast(now())
            && credential
                .fingerprint()
                .equals(Fingerprint.of(identity.fullName(), identity.email(), identity.groups()))
            && marks.admits(credential);
    if (LOG.isDebugEnabled()) {
      LOG.atDebug()
          .addKeyValue("cacheKey", cacheKey)
          .addKeyValue("user", identity.username())
          .log(hit ? "Cache hit" : "Cache miss");
    }
    return hit ? credential : null;
  }

  /**
   * Seals a credential that Elasticsearch accepted; leaves the text as body and how long it may
   * stay, in seconds.
   */
  public String seal(
      @Body Credential credential,
      @ExchangeProperty("cacheKey") String cacheKey,
      Exchange exchange) {
    marks.set(credential);
    exchange.setProperty("ttl", credential.window().until() - now());
    return sealed.seal(cacheKey, credential);
  }

  private long now() {
    return clock.millis() / 1000;
  }
}
