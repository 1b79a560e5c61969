package org.elastauth.credential;

import java.time.Clock;
import java.util.Set;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Processor;
import org.elastauth.identity.Identity;
import org.elastauth.metrics.CacheTier;
import org.elastauth.metrics.Tiers;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;

/**
 * Replaces a cache entry in the body by its credential. The body becomes null, a miss, if the entry
 * cannot be decrypted, has expired, is older than the latest credential, or does not match the
 * identity. A credential from the first cache tier is decrypted already and stays.
 */
@Component("decryptCredential")
public final class DecryptCredential implements Processor {
  private static final Logger LOG = LoggerFactory.getLogger(DecryptCredential.class);

  private final SealedCredentials sealed;
  private final LatestCredentials latest;
  private final OlderViews olderViews;
  private final Clock clock;
  private final CacheTier memory;
  private final CacheTier cache;

  /** Whether memory answers while the cache does not. */
  private final boolean hasFallback;

  public DecryptCredential(
      SealedCredentials sealed,
      LatestCredentials latest,
      OlderViews olderViews,
      Clock clock,
      Tiers tiers,
      @Value("${elastauth.cache.type}") String cache) {
    this.memory = tiers.cache(Tiers.MEMORY);
    this.cache = tiers.cache(cache.equals("hybrid") ? "redis" : cache);
    this.hasFallback = Set.of("redis", "hybrid", "database").contains(cache);
    this.sealed = sealed;
    this.latest = latest;
    this.olderViews = olderViews;
    this.clock = clock;
  }

  @Override
  public void process(Exchange exchange) {
    Message message = exchange.getMessage();
    Credential credential;
    CacheTier tier;
    if (message.getBody() instanceof Credential opened) {
      credential = opened;
      tier = memory;
    } else {
      credential = open(exchange, message.getBody(String.class));
      tier = hasFallback && exchange.getProperty("storeBypassed") != null ? memory : cache;
    }
    if (credential == null) {
      tier.miss();
    } else {
      exchange.setProperty("tier", tier.hit());
    }
    if (LOG.isDebugEnabled()) {
      LOG.atDebug()
          .addKeyValue("cacheKey", exchange.getProperty("cacheKey"))
          .addKeyValue("user", ((Identity) exchange.getProperty("identity")).username())
          .log(credential == null ? "Cache miss" : "Cache hit");
    }
    message.setBody(credential);
  }

  /**
   * @param entry null for none
   * @return null without an entry that matches the identity of the exchange
   */
  public Credential open(Exchange exchange, String entry) {
    if (entry == null) {
      return null;
    }
    Identity identity = (Identity) exchange.getProperty("identity");
    Credential credential =
        sealed.open(identity.username(), (String) exchange.getProperty("cacheKey"), entry);
    return credential != null && fits(credential, identity) ? credential : null;
  }

  private boolean fits(Credential credential, Identity identity) {
    long now = clock.millis() / 1000;
    Fingerprint fingerprint = Fingerprint.of(identity);
    return !credential.window().isPast(now)
        && !credential.window().isAhead(now)
        && (credential.fingerprint().equals(fingerprint)
            || olderViews.contains(identity, fingerprint, credential))
        && latest.admits(credential);
  }
}
