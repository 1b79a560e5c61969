package org.elastauth.credential;

import java.time.Clock;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.elastauth.identity.Identity;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * Opens what a cache returned. The body becomes the credential, or null, a miss, unless the entry
 * opens, is still good, is no older than what was met before, and describes this very identity.
 */
@Component("openCached")
public final class OpenCached implements Processor {
  private static final Logger LOG = LoggerFactory.getLogger(OpenCached.class);

  private final SealedCredentials sealed;
  private final HighWaterMarks marks;
  private final Clock clock;

  public OpenCached(SealedCredentials sealed, HighWaterMarks marks, Clock clock) {
    this.sealed = sealed;
    this.marks = marks;
    this.clock = clock;
  }

  @Override
  public void process(Exchange exchange) {
    Identity identity = (Identity) exchange.getProperty("identity");
    String cacheKey = (String) exchange.getProperty("cacheKey");
    String entry = (String) exchange.getMessage().getBody();
    Credential credential =
        entry == null ? null : sealed.open(identity.username(), cacheKey, entry);
    if (credential != null && !fits(credential, identity)) {
      credential = null;
    }
    if (LOG.isDebugEnabled()) {
      LOG.atDebug()
          .addKeyValue("cacheKey", cacheKey)
          .addKeyValue("user", identity.username())
          .log(credential == null ? "Cache miss" : "Cache hit");
    }
    exchange.getMessage().setBody(credential);
  }

  private boolean fits(Credential credential, Identity identity) {
    return !credential.window().isPast(clock.millis() / 1000)
        && credential.fingerprint().equals(Fingerprint.of(identity))
        && marks.admits(credential);
  }
}
