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

  /** Leaves the property {@code ttl}: how long the entry may stay, in seconds. */
  public String seal(
      @Body Credential credential,
      @ExchangeProperty("cacheKey") String cacheKey,
      Exchange exchange) {
    marks.set(credential);
    exchange.setProperty("ttl", renewal.ttl(credential));
    return sealed.seal(cacheKey, credential);
  }
}
