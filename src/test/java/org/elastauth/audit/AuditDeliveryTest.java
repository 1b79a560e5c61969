package org.elastauth.audit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Iterator;
import org.elastauth.health.Health;
import org.elastauth.health.TestHealth;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which files a round of the delivery takes. */
class AuditDeliveryTest {
  @TempDir Path temporary;
  private AuditFolder folder;
  private AuditDelivery delivery;
  private final Health health = TestHealth.of(null, Clock.systemUTC());
  private long now;

  private void append(int files) throws IOException {
    folder =
        new AuditFolder(
            temporary,
            new AuditFolder.Limits(1, Duration.ofHours(1), 9, 100, true),
            Clock.systemUTC());
    delivery = new AuditDelivery(folder, new AuditFailures("", health, () -> now));
    for (int i = 0; i < files; i++) {
      append();
    }
  }

  private void append() throws IOException {
    folder.append(ByteBuffer.wrap(new byte[] {'{', '}', '\n'}));
  }

  @AfterEach
  void release() throws IOException {
    folder.release();
  }

  @Test
  void aRoundTakesAllFilesThatAreDelivered() throws IOException {
    append(3);
    Iterator<AuditSegment> round = delivery.undelivered();
    for (int i = 0; i < 3; i++) {
      assertThat(round).hasNext();
      delivery.delivered(round.next());
    }
    assertThat(round).isExhausted();
  }

  @Test
  void aRoundEndsWithAFileThatIsNotDelivered() throws IOException {
    append(3);
    Iterator<AuditSegment> round = delivery.undelivered();
    AuditSegment first = round.next();
    assertThat(round).isExhausted();
    assertThat(delivery.undelivered().next()).isEqualTo(first);
  }

  /** Of a gateway that receives no further requests. */
  @Test
  void healthShowsTheEndOfAFailureWithoutAnotherEvent() throws IOException {
    append(1);
    delivery.failed(new IOException("refused"));
    delivery.delivered(delivery.undelivered().next());
    assertThat(TestHealth.report(health).has("audit")).as("it may fail again at once").isTrue();
    now += Duration.ofSeconds(10).toNanos();
    assertThat(delivery.undelivered()).isExhausted();
    assertThat(TestHealth.report(health).has("audit")).isFalse();
  }

  /** Camel's split looks again after its end. */
  @Test
  void anEndedRoundStaysEnded() throws IOException {
    append(1);
    Iterator<AuditSegment> round = delivery.undelivered();
    delivery.delivered(round.next());
    assertThat(round).isExhausted();
    append();
    assertThat(round).isExhausted();
    assertThat(delivery.undelivered()).hasNext();
  }
}
