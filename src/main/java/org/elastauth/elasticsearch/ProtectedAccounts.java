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
import org.elastauth.identity.IdentitySettings;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * Accounts that a login may not use: reserved names, foreign accounts, and accounts of another
 * subject. Refusals that required a request to Elasticsearch are cached.
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

  /** The service accounts of Elasticsearch, such as {@code elastic/kibana}, have these names. */
  private static final String SERVICE_ACCOUNTS = "elastic/";

  private static final Duration REFUSED_TTL = Duration.ofSeconds(30);
  private static final int MAX_REFUSED = 10_000;

  private static final String RELEASE =
      "an administrator releases it with DELETE /elastauth/users/{name}?release=true";

  private record Login(String username, String subject) {
    static Login of(Identity identity) {
      return new Login(identity.username(), identity.subject());
    }
  }

  private final String ownAccount;
  private final boolean sharedNames;
  private final Cache<Login, HttpError> refused;

  public ProtectedAccounts(
      ElasticsearchSettings settings, IdentitySettings identities, Ticker ticker) {
    this.ownAccount = settings.username().toLowerCase(Locale.ROOT);
    this.sharedNames = identities.identity().sharedNames();
    this.refused =
        Caffeine.newBuilder()
            .ticker(ticker)
            .maximumSize(MAX_REFUSED)
            .expireAfterWrite(REFUSED_TTL)
            .build();
  }

  public void refuseReserved(@ExchangeProperty("identity") Identity identity) {
    if (isReserved(identity.username())) {
      throw HttpError.forbidden("this account is reserved").because("account");
    }
  }

  public boolean isReserved(String username) {
    String name = username.toLowerCase(Locale.ROOT);
    return RESERVED.contains(name) || name.startsWith(SERVICE_ACCOUNTS) || name.equals(ownAccount);
  }

  /** Throws 403 for a login that was refused within the last 30 s. */
  public void refuseForeign(@ExchangeProperty("identity") Identity identity) {
    HttpError refusal = refused.getIfPresent(Login.of(identity));
    if (refusal != null) {
      throw refusal;
    }
  }

  /** Refuses the foreign account of this name, and caches that. */
  HttpError addForeign(Identity identity) {
    return add(identity, foreign());
  }

  /**
   * Refuses the name of another subject, and caches that.
   *
   * @param owner the subject that the name belongs to
   * @throws HttpError 403
   */
  void refuseOther(Identity identity, String owner) {
    String subject = identity.subject();
    if (owner.equals(subject) || subject.isEmpty() && sharedNames) {
      return;
    }
    LOG.atWarn()
        .addKeyValue("user", identity.username())
        .log(
            subject.isEmpty()
                ? "Refused: an identity without subject, while the name belongs to a subject of an OpenID Connect"
                    + " provider; release the name, or set identity.shared_names if both are the same person"
                : "Refused: the name belongs to another subject; release it with DELETE"
                    + " /elastauth/users/{name}?release=true if that subject no longer uses it");
    throw add(
        identity,
        HttpError.forbidden(
                (subject.isEmpty()
                        ? "this name belongs to a user of an OpenID Connect provider; "
                        : "this name belongs to another user of the identity provider; ")
                    + RELEASE)
            .because("other_subject"));
  }

  private HttpError add(Identity identity, HttpError refusal) {
    refused.put(Login.of(identity), refusal);
    return refusal;
  }

  /** Lets a name be looked up again at Elasticsearch, as it may have been released. */
  public void forget(String username) {
    refused.asMap().keySet().removeIf(login -> login.username.equals(username));
  }

  public static HttpError foreign() {
    return HttpError.forbidden("an account of this name exists that the gateway does not manage")
        .because("account");
  }
}
