package org.elastauth.elasticsearch;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import java.time.Duration;
import org.apache.camel.ExchangeProperty;
import org.elastauth.http.Refusal;
import org.elastauth.identity.Identity;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.stereotype.Component;

/**
 * The names that were just found to be somebody else's, so that asking for them again and again
 * does not reach Elasticsearch.
 */
@Component("foreignAccounts")
public final class ForeignAccounts {
  private static final Duration REMEMBERED = Duration.ofSeconds(30);
  private static final int MOST = 10_000;

  private final Cache<String, Boolean> names;

  @Autowired
  public ForeignAccounts() {
    this(Ticker.systemTicker());
  }

  ForeignAccounts(Ticker ticker) {
    this.names =
        Caffeine.newBuilder().ticker(ticker).maximumSize(MOST).expireAfterWrite(REMEMBERED).build();
  }

  /**
   * @throws Refusal 403 for an account that was not ours a moment ago
   */
  public void refuse(@ExchangeProperty("identity") Identity identity) {
    if (names.getIfPresent(identity.username()) != null) {
      throw refusal();
    }
  }

  Refusal remember(Identity identity) {
    names.put(identity.username(), true);
    return refusal();
  }

  private static Refusal refusal() {
    return Refusal.forbidden("an account of this name exists that the gateway does not manage");
  }
}
