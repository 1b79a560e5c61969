package org.elastauth.http;

import java.nio.charset.StandardCharsets;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.camel.spi.UuidGenerator;
import org.springframework.stereotype.Component;

/**
 * The ids of decisions, which are also Camel's ids of their exchanges: a random prefix of this
 * process, and a counter. So they are unique without a random number for each request, and sort by
 * age. They are no secret.
 */
@Component("decisionIds")
public final class DecisionIds implements UuidGenerator {
  private static final byte[] DIGITS =
      "0123456789abcdefghjkmnpqrstvwxyz".getBytes(StandardCharsets.ISO_8859_1);

  private static final int BITS = 5;
  private static final int PREFIX = 12;

  /** 45 bits of the counter: at 100,000 a second more than ten years. */
  private static final int LENGTH = 21;

  private final byte[] prefix = new byte[LENGTH];
  private final AtomicLong counter = new AtomicLong();

  public DecisionIds() {
    long random = UUID.randomUUID().getLeastSignificantBits(); // all but the highest two
    for (int i = 0; i < PREFIX; i++) {
      prefix[i] = DIGITS[(int) random & DIGITS.length - 1];
      random >>>= BITS;
    }
  }

  @Override
  public String generateUuid() {
    byte[] id = prefix.clone();
    long count = counter.incrementAndGet();
    for (int i = LENGTH - 1; i >= PREFIX; i--) {
      id[i] = DIGITS[(int) count & DIGITS.length - 1];
      count >>>= BITS;
    }
    return new String(id, StandardCharsets.ISO_8859_1);
  }
}
