package org.elastauth.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.elastauth.identity.IdentitySettings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** SPEC 3: whose headers are believed. */
class TrustedProxiesTest {
  private final TrustedProxies defaults = new TrustedProxies(IdentitySettings.PRIVATE_NETWORKS);

  @ParameterizedTest
  @ValueSource(
      strings = {
        "127.0.0.1",
        "127.9.9.9",
        "::1",
        "0:0:0:0:0:0:0:1",
        "10.255.0.1",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.1.1",
        "fc00::1",
        "fdff::1%eth0",
        "::ffff:10.0.0.1"
      })
  void privateByDefault(String address) {
    assertThat(defaults.contains(address)).isTrue();
  }

  /** SPEC 13.5: identity headers are not believed from anybody. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "8.8.8.8",
        "172.32.0.1",
        "11.0.0.1",
        "192.169.0.1",
        "2001:db8::1",
        "fe80::1",
        "",
        "localhost",
        "10.0.0.1, 8.8.8.8",
        "::ffff:8.8.8.8"
      })
  void nobodyElse(String address) {
    assertThat(defaults.contains(address)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "::1"})
  void anEmptyListTrustsNobody(String address) {
    assertThat(new TrustedProxies(List.of()).contains(address)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"10.0.0.0/8", "192.0.2.7/32", "::1/128", "fc00::/7", "0.0.0.0/0"})
  void blocks(String text) {
    assertThat(TrustedProxies.isBlock(text)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "10.0.0.1",
        "10.0.0.0/33",
        "10.0.0.0/-1",
        "10.*",
        "10/8",
        "*",
        "proxy/8",
        "10.0.0.0/255.0.0.0"
      })
  void noBlocks(String text) {
    assertThat(TrustedProxies.isBlock(text)).isFalse();
  }

  /** SPEC 6 and 13.5: the rightmost entry that is no proxy of ours, and nothing left of it. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "203.0.113.7    | 198.51.100.1                         | 203.0.113.7",
        "127.0.0.1      | 198.51.100.1                         | 198.51.100.1",
        "127.0.0.1      | 198.51.100.1, 203.0.113.7            | 203.0.113.7",
        "127.0.0.1      | 198.51.100.1, 203.0.113.7, 10.0.0.1  | 203.0.113.7",
        "127.0.0.1      | 203.0.113.7:4711                     | 203.0.113.7",
        "127.0.0.1      | 203.0.113.7, ,                       | 203.0.113.7",
        "127.0.0.1      | ::ffff:203.0.113.7                   | 203.0.113.7",
        "127.0.0.1      | 2001:DB8:0:0::1                      | 2001:db8::",
        "127.0.0.1      | [2001:db8::1]:4711                   | 2001:db8::",
        "::ffff:8.8.8.8 | 198.51.100.1                         | 8.8.8.8",
        "127.0.0.1      | 198.51.100.1, nonsense               | unknown",
        "127.0.0.1      | 198.51.100.1, [                      | unknown",
        "127.0.0.1      | 198.51.100.1, :                      | unknown",
        "127.0.0.1      | 198.51.100.1, 203.0.113.0/24         | unknown",
        "127.0.0.1      | 198.51.100.1, 203.0.113.*            | unknown",
        "127.0.0.1      | 192.168.0.1, 10.0.0.1                |",
        "127.0.0.1      | ,                                    |"
      })
  void theClientBeforeTheProxies(String peer, String forwarded, String client) {
    assertThat(defaults.client(peer, List.of(forwarded))).isEqualTo(client);
  }

  @Test
  void aHeaderThatIsThereTwiceIsOneList() {
    assertThat(defaults.client("127.0.0.1", List.of("198.51.100.1", "203.0.113.7, 10.0.0.1")))
        .isEqualTo("203.0.113.7");
    assertThat(defaults.client("127.0.0.1", List.of())).isNull();
  }
}
