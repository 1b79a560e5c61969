package org.elastauth.oidc;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.apache.camel.ExchangeProperty;
import org.elastauth.config.Settings;
import org.elastauth.identity.Identity;
import org.springframework.context.annotation.Lazy;
import org.springframework.stereotype.Component;

/**
 * Whom tokens were good for a moment ago: for no longer than a minute, and never beyond their end.
 */
@Lazy
@Component("seenTokens")
public final class SeenTokens {
  private static final Duration LONGEST = Duration.ofMinutes(1);
  private static final long CHARACTERS = 16 << 20;
  private static final int OVERHEAD = 200;

  private record Seen(Identity identity, TokenUse use, long until) {}

  private final Cache<TokenHash, Seen> tokens;
  private final Clock clock;
  private final boolean remembers;

  public SeenTokens(Settings settings, Ticker ticker, Clock clock) {
    this.clock = clock;
    // what is good for one use only must be looked at each time
    this.remembers = !(settings.replay().enabled() && settings.replay().bearer());
    this.tokens =
        Caffeine.newBuilder()
            .executor(Runnable::run)
            .ticker(ticker)
            .maximumWeight(CHARACTERS)
            .weigher((TokenHash hash, Seen seen) -> weight(seen.identity))
            .expireAfterWrite(LONGEST)
            .build();
  }

  private static int weight(Identity identity) {
    int weight = OVERHEAD + identity.fullName().length() + identity.email().length();
    List<String> groups = identity.groups();
    for (String group : groups) {
      weight += group.length();
    }
    return weight;
  }

  /**
   * @return null if it was not seen lately, or only for another use
   */
  Identity get(TokenHash token, TokenUse use) {
    Seen seen = tokens.getIfPresent(token);
    return seen == null || seen.use != use || clock.millis() >= seen.until * 1000
        ? null
        : seen.identity;
  }

  public void remember(
      @ExchangeProperty("tokenHash") TokenHash token,
      @ExchangeProperty("tokenUse") TokenUse use,
      @ExchangeProperty("tokenClaims") TokenClaims claims,
      @ExchangeProperty("identity") Identity identity) {
    if (remembers) {
      tokens.put(token, new Seen(identity, use, claims.until()));
    }
  }
}
