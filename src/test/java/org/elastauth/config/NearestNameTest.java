package org.elastauth.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** SPEC 11: an unknown key is named with the nearest known one. */
class NearestNameTest {
  private static final List<String> KNOWN =
      List.of(
          "elastauth.cache.type",
          "elastauth.cache.key_prefix",
          "elastauth.redis.host",
          "elastauth.listen",
          "ELASTAUTH_SECRET_KEY");

  @ParameterizedTest
  @CsvSource({
    "elastauth.cahce.type, elastauth.cache.type",
    "elastauth.cache.keyprefx, elastauth.cache.key_prefix",
    "elastauth.cache.key-prefix, elastauth.cache.key_prefix",
    "elastauth.redis_hst, elastauth.redis.host",
    "elastauth.lissten, elastauth.listen",
    "ELASTAUTH_SECRETKEY, ELASTAUTH_SECRET_KEY"
  })
  void names(String written, String meant) {
    assertThat(NearestName.of(written, KNOWN)).contains(meant);
  }

  @Test
  void isSilentWhereNothingIsNear() {
    assertThat(NearestName.of("elastauth.zzzz", KNOWN)).isEmpty();
    assertThat(NearestName.of("elastauth.", KNOWN)).isEmpty();
    assertThat(NearestName.of("elastauth.listen", List.of())).isEmpty();
  }
}
