package org.elastauth.credential;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** SPEC 4: the name of an entry, and whose it is. */
class CacheKeyTest {
  private final CacheKey keys = new CacheKey("elastauth-");

  @ParameterizedTest
  @ValueSource(strings = {"john.doe", "a", "a+b@x.org", "J-_9"})
  void whoseAKeyIs(String username) {
    assertThat(keys.username(keys.of(username))).isEqualTo(username);
  }

  @Test
  void asItIsWritten() {
    assertThat(keys.username("elastauth-am9obi5kb2U%3D")).isEqualTo("john.doe");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "elastauth",
        "other-am9obi5kb2U%3D",
        "elastauth-am9obi5kb2U=",
        "elastauth-am9obi5kb2U",
        "elastauth-%",
        "elastauth-%zz",
        "elastauth-*"
      })
  void whatIsNoKey(String text) {
    assertThat(keys.username(text)).isNull();
  }
}
