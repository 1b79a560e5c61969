package org.elastauth.credential;

import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Variable;
import org.elastauth.http.HttpError;
import org.elastauth.identity.Identity;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;

/** Encrypts a credential that the user store returned, for the cache. */
@Component("encryptCredential")
public final class EncryptCredential {
  private static final Logger LOG = LoggerFactory.getLogger(EncryptCredential.class);

  private final String userStore;
  private final CacheKey keys;
  private final SealedCredentials sealed;
  private final LatestCredentials latest;
  private final OlderViews olderViews;
  private final EntryTtl entryTtl;

  public EncryptCredential(
      @Value("${elastauth.user_store}") String userStore,
      CacheKey keys,
      SealedCredentials sealed,
      LatestCredentials latest,
      OlderViews olderViews,
      EntryTtl entryTtl) {
    this.userStore = userStore;
    this.keys = keys;
    this.sealed = sealed;
    this.latest = latest;
    this.olderViews = olderViews;
    this.entryTtl = entryTtl;
  }

  /**
   * Also sets the property {@code ttl} in seconds. It is 0 if another gateway announced a newer
   * password since the login at Elasticsearch began.
   *
   * @param heard {@link LatestCredentials#heard} from before that login
   * @throws HttpError 500 for a credential of another user: from the cache, the name of the
   *     identity would be answered with the password of the other user. Its key decides, because
   *     the user store may have changed the property identity
   */
  public String seal(
      @Body Credential credential,
      @ExchangeProperty("identity") Identity identity,
      @ExchangeProperty("cacheKey") String cacheKey,
      @Variable("heard") long heard,
      Exchange exchange) {
    if (credential == null || !keys.of(credential.username()).equals(cacheKey)) {
      LOG.atError()
          .addKeyValue("user", keys.username(cacheKey))
          .addKeyValue("credential", credential == null ? "none" : credential.username())
          .addKeyValue("store", userStore)
          .log(
              "Refused: the route direct:user-store-{} returned no credential of the user; it must"
                  + " leave one as its body",
              userStore);
      throw foreign();
    }
    boolean newest = latest.set(credential, heard);
    olderViews.add(identity, credential);
    exchange.setProperty("ttl", newest ? entryTtl.ttl(credential) : 0L);
    return sealed.seal(cacheKey, credential);
  }

  static HttpError foreign() {
    return HttpError.misrouted("the user store returned no credential of this user");
  }
}
