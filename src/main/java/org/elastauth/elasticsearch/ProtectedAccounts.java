package org.elastauth.elasticsearch;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import org.apache.camel.ExchangeProperty;
import org.elastauth.http.HttpError;
import org.elastauth.identity.Identity;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * Accounts that no login may change: reserved names and foreign accounts. Foreign accounts are
 * cached, so that repeated requests do not reach Elasticsearch.
 */
@Component("protectedAccounts")
public final class ProtectedAccounts {
  private static final Logger LOG = LoggerFactory.getLogger(ProtectedAccounts.class);

  private static final Set<String> RESERVED =
      Set.of(
          "elastic",
          "kibana",
          "kibana_system",
          "logstash_system",
          "beats_system",
          "apm_system",
          "remote_monitoring_user");

  private static final Duration FOREIGN_TTL = Duration.ofSeconds(30);
  private static final int MAX_FOREIGN = 10_000;

  private final String ownAccount;
  private final Cache<String, Boolean> foreign;

  public ProtectedAccounts(ElasticsearchSettings settings, Ticker ticker) {
    this.ownAccount = settings.username().toLowerCase(Locale.ROOT);
    this.foreign =
        Caffeine.newBuilder()
            .ticker(ticker)
            .maximumSize(MAX_FOREIGN)
            .expireAfterWrite(FOREIGN_TTL)
            .build();
  }

  public void refuseReserved(@ExchangeProperty("identity") Identity identity) {
    if (isReserved(identity.username())) {
      LOG.atWarn().addKeyValue("user", identity.username()).log("Refused: the account is reserved");
      throw HttpError.forbidden("this account is reserved");
    }
  }

  public boolean isReserved(String username) {
    String name = username.toLowerCase(Locale.ROOT);
    return RESERVED.contains(name) || name.equals(ownAccount);
  }

  /** Throws 403 for an account that was foreign within the last 30 s. */
  public void refuseForeign(@ExchangeProperty("identity") Identity identity) {
    if (foreign.getIfPresent(identity.username()) != null) {
      throw foreign();
    }
  }

  /** Caches a foreign account. */
  HttpError addForeign(String username) {
    foreign.put(username, true);
    return foreign();
  }

  public static HttpError foreign() {
    return HttpError.forbidden("an account of this name exists that the gateway does not manage");
  }
}
