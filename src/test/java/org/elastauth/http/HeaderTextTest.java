package org.elastauth.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class HeaderTextTest {
  @Test
  void utf8IsReadAndWrittenAsItCameIn() {
    String field = "K\u00c3\u00b6ln";
    assertThat(HeaderText.read(field)).isEqualTo("K\u00f6ln");
    assertThat(HeaderText.write("K\u00f6ln")).isEqualTo(field);
    assertThat(HeaderText.read("plain")).isEqualTo("plain");
  }

  @Test
  void noValueEndsItsHeader() {
    assertThat(HeaderText.write("a\r\nSet-Cookie: b\u0000\u007f\u0085c"))
        .isEqualTo("aSet-Cookie: bc");
  }
}
