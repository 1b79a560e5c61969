package org.elastauth.credential;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** SPEC 8: an entry older than what this process has met is a miss. */
class LatestCredentialsTest {
  private final LatestCredentials marks = new LatestCredentials();

  private static Credential credential(long issued, long generation, long asOf) {
    return new Credential(
        "a",
        "p",
        new Window(issued, issued + 60),
        generation,
        asOf,
        Fingerprint.of("", "", List.of(), ""));
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
    assertThat(marks.set(credential(100, 1, 5), marks.heard())).isTrue();
    assertThat(marks.admits(credential(100, 1, 5))).isTrue();
  }

  @Test
  void whatWasHeardOfIsAMissUntilElasticsearchWasAsked() {
    marks.admits(credential(100, 1, 5));
    marks.raise("a", 100, 2);
    assertThat(marks.admits(credential(100, 1, 99))).as("revoked").isFalse();
    assertThat(marks.admits(credential(100, 2, 5))).as("its successor").isTrue();

    marks.raise("a", Long.MAX_VALUE, Long.MAX_VALUE);
    assertThat(marks.admits(credential(100, 2, 5))).as("whoever said so").isFalse();
    assertThat(marks.set(credential(100, 2, 5), marks.heard())).as("Elasticsearch denies").isTrue();
    assertThat(marks.admits(credential(100, 2, 5))).isTrue();
  }

  @Test
  void anAnswerFromBeforeARevocationIsNotBelieved() {
    long before = marks.heard();
    marks.raise("a", 100, 2);
    assertThat(marks.set(credential(100, 1, 5), before)).isFalse();
    assertThat(marks.admits(credential(100, 1, 5))).isFalse();
    assertThat(marks.set(credential(100, 2, 5), before)).as("as new").isTrue();
    assertThat(marks.set(credential(160, 1, 5), before)).as("newer").isTrue();
  }

  @Test
  void whatIsOlderThanWhatWasMetRaisesNothing() {
    marks.admits(credential(100, 2, 5));
    long before = marks.heard();
    marks.raise("a", 100, 2);
    marks.raise("a", 40, 9);
    assertThat(marks.admits(credential(100, 2, 5))).isTrue();
    assertThat(marks.set(credential(100, 1, 5), before)).isTrue();
  }

  @Test
  void whatWasMetOrWrittenCountsForAHigherGeneration() {
    assertThat(marks.highestGeneration("a")).isZero();
    marks.admits(credential(100, 3, 5));
    assertThat(marks.highestGeneration("a")).isEqualTo(3);
    marks.raise("a", 100, Long.MAX_VALUE);
    assertThat(marks.highestGeneration("a")).as("whoever said so").isEqualTo(3);
    marks.wrote("a", 100, 4);
    marks.set(credential(100, 1, 5), marks.heard());
    assertThat(marks.highestGeneration("a")).as("restored").isEqualTo(4);
  }

  @Test
  void anEntryOfTheCacheDoesNotLetAnAnswerFromBeforeItPass() {
    long before = marks.heard();
    marks.raise("a", 100, 2);
    assertThat(marks.admits(credential(100, 2, 5))).isTrue();
    assertThat(marks.set(credential(100, 1, 5), before)).isFalse();
  }

  @Test
  void servedAreThoseWhoseWindowIsNotOver() {
    marks.admits(credential(100, 1, 5));
    assertThat(marks.served(159)).containsOnlyKeys("a");
    assertThat(marks.served(160)).isEmpty();
    marks.raise("a", 100, 2);
    assertThat(marks.served(159)).as("nobody was served that").isEmpty();
  }

  @Test
  void aLoginMeanwhileIsNotReplaced() {
    marks.admits(credential(100, 1, 5));
    LatestCredentials.Mark seen = marks.served(0).get("a");
    marks.admits(credential(100, 2, 5));
    assertThat(marks.replace("a", seen, 100, 1, 5)).isFalse();
    assertThat(marks.remove("a", seen)).isFalse();
    assertThat(marks.admits(credential(100, 2, 5))).isTrue();

    assertThat(marks.replace("a", marks.served(0).get("a"), 100, 3, 7)).isTrue();
    assertThat(marks.admits(credential(100, 2, 9))).isFalse();
    assertThat(marks.admits(credential(100, 3, 6))).as("an earlier view of the groups").isFalse();
    assertThat(marks.admits(credential(100, 3, 7))).isTrue();
  }
}
