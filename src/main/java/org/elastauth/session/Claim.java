package org.elastauth.session;

import java.time.Clock;
import java.time.Duration;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.elastauth.config.Settings;
import org.springframework.context.annotation.Lazy;
import org.springframework.stereotype.Component;

/**
 * Names what only the first one may have: the exchange property {@code claim}, for how many
 * milliseconds in {@code claimMillis}, and of which {@link ClaimKind} in {@code claimKind}.
 */
@Lazy
@Component("claim")
public final class Claim {
  private static final Duration SHORTEST_TURN = Duration.ofSeconds(30);

  /** A renewal asks for tokens, keys and the user, and waits for newer keys in between. */
  private static final int ASKS = 3;

  private static final Duration NEWER_KEYS = Duration.ofSeconds(15);
  private static final long LONGEST_SECONDS = Duration.ofDays(366).toSeconds();

  private final String prefix;
  private final long turnMillis;
  private final Clock clock;

  public Claim(Settings settings, Clock clock) {
    this.prefix = settings.cache().keyPrefix();
    Duration asking =
        settings.oidc().connectTimeout().plus(settings.oidc().readTimeout()).multipliedBy(ASKS);
    // a refresh token may be good once: nobody else may send it before the new one is kept
    this.turnMillis = Math.max(SHORTEST_TURN.toMillis(), asking.plus(NEWER_KEYS).toMillis());
    this.clock = clock;
  }

  /** The place of one request of this gateway in the line of those that renew sessions. */
  public void refreshWait(@ExchangeProperty("sessionKey") String key, Exchange exchange) {
    set(exchange, prefix + "renewal-" + key, turnMillis);
  }

  /** The turn to renew a session's tokens. */
  public void refreshTurn(@ExchangeProperty("sessionKey") String key, Exchange exchange) {
    set(exchange, prefix + "refresh-" + key, turnMillis);
  }

  /**
   * The use of a token.
   *
   * @param id its issuer and its jti, say; of whatever length, as only its hash is kept
   * @param until epoch seconds: when it ends anyway
   * @param kind null: a token
   */
  public void use(
      @ExchangeProperty("replayId") String id,
      @ExchangeProperty("replayUntil") long until,
      @ExchangeProperty("replayKind") ClaimKind kind,
      Exchange exchange) {
    long left = until - clock.millis() / 1000;
    set(
        exchange,
        prefix + "replay-" + SessionId.sha256(id),
        Math.max(1, Math.min(left, LONGEST_SECONDS)) * 1000);
    exchange.setProperty("claimKind", kind == null ? ClaimKind.TOKEN : kind);
  }

  private static void set(Exchange exchange, String name, long millis) {
    exchange.setProperty("claim", name);
    exchange.setProperty("claimMillis", millis);
    exchange.setProperty("claimKind", ClaimKind.TURN);
  }
}
