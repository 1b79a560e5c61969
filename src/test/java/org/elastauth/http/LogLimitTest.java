package org.elastauth.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

@ExtendWith(OutputCaptureExtension.class)
class LogLimitTest {
  private final AtomicLong nanos = new AtomicLong();
  private final LogLimit limit = new LogLimit(nanos::get);

  private void advance(int seconds) {
    nanos.addAndGet(TimeUnit.SECONDS.toNanos(seconds));
  }

  @Test
  void theSameLineOnceAMinute() {
    assertThat(limit.admits("a")).isTrue();
    advance(59);
    assertThat(limit.admits("a")).isFalse();
    assertThat(limit.admits("b")).isTrue();
    advance(1);
    assertThat(limit.admits("a")).isTrue();
    assertThat(limit.admits("b")).isFalse();
  }

  @Test
  void aFloodOfDifferentLinesIsCounted(CapturedOutput output) {
    for (int i = 0; i < LogLimit.LINES; i++) {
      assertThat(limit.admits("line " + i)).isTrue();
    }
    for (int i = 0; i < 1_000; i++) {
      assertThat(limit.admits("more " + i)).isFalse();
    }
    assertThat(output).doesNotContain("were not logged");
    advance(60);
    assertThat(limit.admits("later")).isTrue();
    assertThat(limit.admits("latest")).isTrue();
    assertThat(output.toString()).containsOnlyOnce("Refusals were not logged").contains("1000");
  }
}
