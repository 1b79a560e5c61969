package org.elastauth.cache;

import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.elastauth.credential.Credential;
import org.elastauth.credential.DecryptCredential;
import org.elastauth.metrics.CacheTier;
import org.elastauth.metrics.Tiers;
import org.springframework.stereotype.Component;

/**
 * Reads and decrypts the entry in the first tier. The body becomes the credential. It is null if
 * the entry is missing or invalid for the request, or if the second tier has still to delete its
 * own.
 */
@Component("decryptLocal")
public final class DecryptLocal implements Processor {
  private final MemoryCache memory;
  private final PendingInvalidations pending;
  private final DecryptCredential decrypt;
  private final CacheTier tier;

  public DecryptLocal(
      MemoryCache memory, PendingInvalidations pending, DecryptCredential decrypt, Tiers tiers) {
    this.tier = tiers.cache(Tiers.MEMORY);
    this.memory = memory;
    this.pending = pending;
    this.decrypt = decrypt;
  }

  @Override
  public void process(Exchange exchange) {
    String key = (String) exchange.getProperty("cacheKey");
    Credential credential = pending.contains(key) ? null : decrypt.open(exchange, memory.get(key));
    if (credential == null) {
      tier.miss(); // decryptCredential counts the hits
    }
    exchange.getMessage().setBody(credential);
  }
}
