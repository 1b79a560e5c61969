package org.elastauth.credential;

import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.springframework.stereotype.Component;

/** Seals a credential that Elasticsearch accepted, for a cache that moves text. */
@Component("sealFresh")
public final class SealFresh {
  private final SealedCredentials sealed;
  private final HighWaterMarks marks;
  private final Renewal renewal;

  public SealFresh(SealedCredentials sealed, HighWaterMarks marks, Renewal renewal) {
    this.sealed = sealed;
    this.marks = marks;
    this.renewal = renewal;
  }

  /**
   * Sets the property {@code ttl}: how long the entry may stay, in seconds. It is 0 where a newer
   * password was announced since the conversation began.
   *
   * @param heard what {@link HighWaterMarks#heard} was when the conversation began
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
