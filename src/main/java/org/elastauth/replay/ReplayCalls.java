package org.elastauth.replay;

import java.util.concurrent.CompletionStage;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.elastauth.session.ProviderLogout;
import org.elastauth.session.RefreshLock;
import org.springframework.context.annotation.Lazy;
import org.springframework.stereotype.Component;

/** Interim: turns the properties of the OpenID Connect routes into arguments. */
@Lazy
@Component("replayCalls")
public final class ReplayCalls {
  private final Replay replay;
  private final RefreshLock lock;

  public ReplayCalls(Replay replay, RefreshLock lock) {
    this.replay = replay;
    this.lock = lock;
  }

  public CompletionStage<Boolean> once(Exchange exchange) {
    return replay.use(key(exchange), exchange);
  }

  public CompletionStage<Boolean> look(Exchange exchange) {
    return replay.isUnused(key(exchange), exchange);
  }

  private static ReplayKey key(Exchange exchange) {
    ReplayKind kind = exchange.getProperty("replayKind", ReplayKind.class);
    return new ReplayKey(
        exchange.getProperty("replayId", String.class),
        exchange.getProperty("replayUntil", Long.class),
        kind == null ? ReplayKind.TOKEN : kind);
  }

  public boolean place(@ExchangeProperty("sessionKey") String key) {
    return lock.takePlace(key);
  }

  public ProviderLogout logout(
      @ExchangeProperty("sid") String sid, @ExchangeProperty("subject") String subject) {
    return new ProviderLogout(sid, subject, ProviderLogout.NOW);
  }
}
