package org.elastauth.credential;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import java.time.Duration;
import org.elastauth.identity.Identity;
import org.springframework.stereotype.Component;

/**
 * Identities of tokens that are not newer, which Elasticsearch answered with another profile a few
 * seconds ago. Without this, each use of such a token would miss the cache and ask Elasticsearch
 * twice.
 */
@Component("olderViews")
public final class OlderViews {
  private static final Duration TTL = Duration.ofSeconds(10);
  private static final int MAX_VIEWS = 10_000;

  private record View(String username, Fingerprint fingerprint) {}

  /** The values are the fingerprints of the stored profiles. */
  private final Cache<View, Fingerprint> newer;

  public OlderViews(Ticker ticker) {
    this.newer =
        Caffeine.newBuilder()
            .executor(Runnable::run)
            .ticker(ticker)
            .maximumSize(MAX_VIEWS)
            .expireAfterWrite(TTL)
            .build();
  }

  /**
   * @param credential that Elasticsearch accepted for the identity
   */
  void add(Identity identity, Credential credential) {
    Fingerprint fingerprint = Fingerprint.of(identity);
    if (!fingerprint.equals(credential.fingerprint())) {
      newer.put(new View(identity.username(), fingerprint), credential.fingerprint());
    }
  }

  /** Whether Elasticsearch would answer the identity with this credential again. */
  boolean contains(Identity identity, Fingerprint fingerprint, Credential credential) {
    return credential.asOf() >= identity.asOf()
        && credential
            .fingerprint()
            .equals(newer.getIfPresent(new View(identity.username(), fingerprint)));
  }
}
