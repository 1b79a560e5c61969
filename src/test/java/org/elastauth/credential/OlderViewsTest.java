package org.elastauth.credential;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.elastauth.identity.Identity;
import org.junit.jupiter.api.Test;

/** An older token gets the newer profile from the cache only if Elasticsearch just said so. */
class OlderViewsTest {
  private static final Identity OLDER =
      new Identity("john.doe", "", "", List.of("staff"), 100).withSubject("owner");
  private static final Identity NEWER =
      new Identity("john.doe", "", "", List.of("admins"), 200).withSubject("owner");

  private final AtomicLong now = new AtomicLong();
  private final OlderViews views = new OlderViews(now::get);

  private static Credential credential(Identity identity) {
    return new Credential(
        identity.username(),
        "password",
        new Window(0, 3_600),
        1,
        identity.asOf(),
        Fingerprint.of(identity));
  }

  private boolean contains(Identity identity, Credential credential) {
    return views.contains(identity, Fingerprint.of(identity), credential);
  }

  @Test
  void forSecondsAndThisProfileOnly() {
    assertThat(contains(OLDER, credential(NEWER))).isFalse();
    views.add(OLDER, credential(NEWER));
    assertThat(contains(OLDER, credential(NEWER))).isTrue();
    Identity another = new Identity("john.doe", "", "", List.of("others"), 300);
    assertThat(contains(OLDER, credential(another.withSubject("owner")))).isFalse();
    assertThat(contains(OLDER.withSubject("stranger"), credential(NEWER))).isFalse();
    assertThat(contains(OLDER.withSubject(""), credential(NEWER))).isFalse();
    Identity again = new Identity("john.doe", "", "", List.of("staff"), 300).withSubject("owner");
    assertThat(contains(again, credential(NEWER))).as("a newer token").isFalse();
    now.set(Duration.ofSeconds(10).toNanos());
    assertThat(contains(OLDER, credential(NEWER))).isFalse();
  }

  @Test
  void aTokenOfTheSameSecondToo() {
    Identity same = new Identity("john.doe", "", "Other", List.of("admins"), 200);
    views.add(same.withSubject("owner"), credential(NEWER));
    assertThat(contains(same.withSubject("owner"), credential(NEWER))).isTrue();
  }

  @Test
  void anIdentityOfItsOwnProfileIsNoOlderView() {
    views.add(NEWER, credential(NEWER));
    assertThat(contains(OLDER, credential(NEWER))).isFalse();
  }
}
