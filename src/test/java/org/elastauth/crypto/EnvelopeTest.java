package org.elastauth.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.elastauth.server.TestGateway;
import org.junit.jupiter.api.Test;

/** What is sealed for one purpose and place opens for no other. */
class EnvelopeTest {
  private static final SecretKeys KEYS = new SecretKeys(List.of(TestGateway.KEY), "");
  private static final byte[] CONTENT = "content".getBytes(StandardCharsets.US_ASCII);

  private final Envelope envelope = new Envelope(KEYS, "session");

  @Test
  void opensForItsPurposeAndNameOnly() {
    String sealed = envelope.seal("name", CONTENT);
    assertThat(envelope.open("name", sealed)).isEqualTo(CONTENT);
    assertThat(envelope.open("other", sealed)).isNull();
    assertThat(new Envelope(KEYS, "cache").open("name", sealed)).isNull();
    assertThat(new Envelope(new SecretKeys(List.of(TestGateway.KEY), "prod"), "session"))
        .extracting(other -> other.open("name", sealed))
        .isNull();
  }

  @Test
  void opensUnderASecondHeldKey() {
    SecretKeys rotated = new SecretKeys(List.of(SecretKeys.generate(), TestGateway.KEY), "");
    assertThat(new Envelope(rotated, "session").open("name", envelope.seal("name", CONTENT)))
        .isEqualTo(CONTENT);
  }

  @Test
  void whatIsTooLongIsNotEvenTried() {
    assertThat(envelope.open("name", envelope.seal("name", new byte[64 * 1024]))).isNull();
  }
}
