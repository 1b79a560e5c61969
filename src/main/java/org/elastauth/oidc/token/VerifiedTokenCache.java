package org.elastauth.oidc.token;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.elastauth.config.HeapShare;
import org.elastauth.identity.Identity;
import org.elastauth.replay.ReplaySettings;
import org.springframework.context.annotation.Lazy;
import org.springframework.stereotype.Component;

/**
 * The users of tokens that were verified within the last minute, until the tokens expire. The
 * tokens themselves are the keys, bounded in number and bytes.
 */
@Lazy
@Component
public final class VerifiedTokenCache {
  private static final Duration MAX_AGE = Duration.ofMinutes(1);
  private static final long MAX_BYTES = 16 << 20;
  private static final int OVERHEAD = 400;

  private record Entry(Identity identity, TokenUse use, long until) {}

  private final Cache<TokenText, Entry> tokens;
  private final Clock clock;
  private final boolean remembers;

  public VerifiedTokenCache(ReplaySettings settings, Ticker ticker, Clock clock) {
    this.clock = clock;
    // with replay.bearer every use of a token must reach the replay check
    this.remembers = !(settings.enabled() && settings.bearer());
    this.tokens =
        Caffeine.newBuilder()
            .executor(Runnable::run)
            .ticker(ticker)
            .maximumWeight(HeapShare.VERIFIED_TOKENS.bytes(MAX_BYTES))
            .weigher((TokenText token, Entry entry) -> token.length() + weight(entry.identity))
            .expireAfterWrite(MAX_AGE)
            .build();
  }

  private static int weight(Identity identity) {
    return OVERHEAD
        + HeapShare.bytesOf(List.of(identity.fullName(), identity.email()))
        + HeapShare.bytesOf(identity.groups());
  }

  /** Null if it was not verified within the last minute, or for another use. */
  Identity get(String token, TokenUse use) {
    Entry entry = tokens.getIfPresent(new TokenText(token));
    return entry == null || entry.use != use || clock.millis() >= entry.until * 1000
        ? null
        : entry.identity;
  }

  void put(Token token, Identity identity) {
    if (remembers) {
      tokens.put(
          new TokenText(token.text()), new Entry(identity, token.use(), token.claims().until()));
    }
  }
}
