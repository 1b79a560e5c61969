package org.elastauth.session;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.util.List;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Predicate;
import org.elastauth.config.Settings;
import org.springframework.context.annotation.Lazy;
import org.springframework.stereotype.Component;

/**
 * What was done to sessions while Redis did not take it: it is done before the session is read
 * there again, and for those nobody asks for, as soon as Redis is back. Bounded.
 */
@Lazy
@Component("unsettledSessions")
public final class UnsettledSessions implements Predicate {
  private static final int KEYS = 50_000;

  /**
   * The end of whatever belongs to a session of the provider, or to a subject.
   *
   * @param sid empty: all of the subject
   */
  public record Logout(String sid, String subject) {
    public Logout {
      sid = sid == null ? "" : sid;
      subject = subject == null ? "" : subject;
    }
  }

  private final Cache<String, Boolean> keys;
  private final Cache<Logout, Boolean> logouts;

  /** Set with the first one, so that a gateway that never lost its Redis looks nothing up. */
  private volatile boolean any;

  public UnsettledSessions(Settings settings) {
    this.keys = cache(settings);
    this.logouts = cache(settings);
  }

  private static <K> Cache<K, Boolean> cache(Settings settings) {
    return Caffeine.newBuilder()
        .executor(Runnable::run)
        .maximumSize(KEYS)
        .expireAfterWrite(settings.session().maxAge())
        .<K, Boolean>build();
  }

  public void add(@ExchangeProperty("sessionKey") String key) {
    keys.put(key, Boolean.TRUE);
    any = true;
  }

  public void addLogout(
      @ExchangeProperty("sid") String sid, @ExchangeProperty("subject") String subject) {
    logouts.put(new Logout(sid, subject), Boolean.TRUE);
    any = true;
  }

  /** Whether the exchange is about such a session. */
  @Override
  public boolean matches(Exchange exchange) {
    return any && keys.getIfPresent((String) exchange.getProperty("sessionKey")) != null;
  }

  public void remove(String key) {
    keys.invalidate(key);
  }

  public void removeLogout(String sid, String subject) {
    logouts.invalidate(new Logout(sid, subject));
  }

  public List<String> keys() {
    return List.copyOf(keys.asMap().keySet());
  }

  public List<Logout> logouts() {
    return List.copyOf(logouts.asMap().keySet());
  }
}
