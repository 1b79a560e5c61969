package org.elastauth.credential;

import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.elastauth.identity.Identity;
import org.springframework.stereotype.Component;

/** Encrypts a credential that Elasticsearch accepted, for the cache. */
@Component("encryptCredential")
public final class EncryptCredential {
  private final SealedCredentials sealed;
  private final LatestCredentials latest;
  private final OlderViews olderViews;
  private final EntryTtl entryTtl;

  public EncryptCredential(
      SealedCredentials sealed,
      LatestCredentials latest,
      OlderViews olderViews,
      EntryTtl entryTtl) {
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
   */
  public String seal(
      @Body Credential credential,
      @ExchangeProperty("identity") Identity identity,
      @ExchangeProperty("cacheKey") String cacheKey,
      @ExchangeProperty("heard") long heard,
      Exchange exchange) {
    boolean newest = latest.set(credential, heard);
    olderViews.add(identity, credential);
    exchange.setProperty("ttl", newest ? entryTtl.ttl(credential) : 0L);
    return sealed.seal(cacheKey, credential);
  }
}
