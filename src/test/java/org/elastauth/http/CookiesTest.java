package org.elastauth.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CookiesTest {
  private static final String NAME = "__Host-elastauth_session";

  private static String value(String... headers) {
    return Cookies.value(List.of(headers), NAME);
  }

  @Test
  void asBrowsersSendThem() {
    assertThat(value("a=b; __Host-elastauth_session=id; c=d")).isEqualTo("id");
    assertThat(value("__Host-elastauth_session=id")).isEqualTo("id");
    assertThat(value("a=b;\t__Host-elastauth_session = i=d \t;c=d")).isEqualTo("i=d");
    assertThat(value("__Host-elastauth_session=")).isEmpty();
    assertThat(value("a=b", "__Host-elastauth_session=id")).isEqualTo("id");
  }

  /** What is not a prefix of the name for the browser, which lets any host set it, is none here. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ";",
        "=;=",
        ",__Host-elastauth_session=id",
        "\u000b__Host-elastauth_session=id",
        "\f__Host-elastauth_session=id",
        "\u00a0__Host-elastauth_session=id",
        "=__Host-elastauth_session=id",
        "\"__Host-elastauth_session\"=id",
        "$Version=1,__Host-elastauth_session=id",
        "__host-elastauth_session=id",
        "__Host-elastauth_session",
        "__Host-elastauth_session; =id",
        "__Host-elastauth_sessions=id",
        "a=__Host-elastauth_session=id",
        "a=\"; __Host-elastauth_session\"=id"
      })
  void notThisOne(String header) {
    assertThat(value(header)).isNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "__Host-elastauth_session=a; __Host-elastauth_session=a",
        "__Host-elastauth_session=a;__Host-elastauth_session =",
        "$Version=1; __Host-elastauth_session=a; __Host-elastauth_session=b"
      })
  void whichOneIsMeantIsNotClear(String header) {
    assertThatThrownBy(() -> value(header))
        .isInstanceOf(HttpError.class)
        .hasMessageContaining("more than once");
    assertThatThrownBy(() -> value("__Host-elastauth_session=a", "__Host-elastauth_session=b"))
        .isInstanceOf(HttpError.class);
  }

  @Test
  void namesThatBeginSo() {
    assertThat(
            Cookies.names(
                List.of("a_1=x; b=a_2; a_3 =y;a_4; ,a_5=z;\ta_6=", "a_7=a_8=v; ba_9=w"), "a_"))
        .containsExactly("a_1", "a_3", "a_6", "a_7");
  }
}
