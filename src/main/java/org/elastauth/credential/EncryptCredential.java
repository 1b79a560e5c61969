package org.elastauth.credential;

import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.springframework.stereotype.Component;

/** Seals a credential that Elasticsearch accepted, for a cache that moves text. */
@Component("encryptCredential")
public final class EncryptCredential {
  private final SealedCredentials sealed;
  private final LatestCredentials marks;
  private final EntryTtl renewal;

  public EncryptCredential(SealedCredentials sealed, LatestCredentials marks, EntryTtl renewal) {
    this.sealed = sealed;
    this.marks = marks;
    this.renewal = renewal;
  }

  /**
   * Sets the property {@code ttl}: how long the entry may stay, in seconds. It is 0 where a newer
   * password was announced since the conversation began.
   *
   * @param heard what {@link LatestCredentials#heard} was when the conversation began
   */
  public String seal(
      @Body Credential credential,
      @ExchangeProperty("cacheKey") String cacheKey,
      @ExchangeProperty("heard") long heard,
      Exchange exchange) {
    boolean newest = marks.set(credential, heard);
    exchange.setProperty("ttl", newest ? renewal.ttl(credential) : 0L);
    return sealed.seal(cacheKey, credential);
  }
}
