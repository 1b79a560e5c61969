package org.elastauth.credential;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** SPEC 8: an entry older than what this process has met is a miss. */
class HighWaterMarksTest {
  private final HighWaterMarks marks = new HighWaterMarks();

  private static Credential credential(long issued, long generation, long asOf) {
    return new Credential(
        "a",
        "p",
        new Window(issued, issued + 60),
        generation,
        asOf,
        Fingerprint.of("", "", List.of()));
  }

  /** SPEC 8: lower (issued, generation) than seen before. */
  @Test
  void onlyForward() {
    assertThat(marks.admits(credential(100, 2, 10))).isTrue();
    assertThat(marks.admits(credential(100, 2, 10))).as("the same").isTrue();
    assertThat(marks.admits(credential(100, 1, 99))).as("an earlier generation").isFalse();
    assertThat(marks.admits(credential(40, 9, 99))).as("an earlier window").isFalse();
    assertThat(marks.admits(credential(100, 2, 9))).as("an earlier view of the groups").isFalse();
    assertThat(marks.admits(credential(100, 2, 11))).as("a later view").isTrue();
    assertThat(marks.admits(credential(100, 2, 10))).as("and back").isFalse();
    assertThat(marks.admits(credential(160, 1, 5))).as("the next window").isTrue();
  }

  @Test
  void whatElasticsearchSaysCounts() {
    marks.admits(credential(160, 1, 5));
    marks.set(credential(100, 1, 5));
    assertThat(marks.admits(credential(100, 1, 5))).isTrue();
  }
}
