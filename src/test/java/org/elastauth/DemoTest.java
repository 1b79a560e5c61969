package org.elastauth;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DemoTest {
  @Test
  void aPortInUseIsNamedWithTheVariableThatChoosesAnother() throws Exception {
    int port;
    try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = other.getLocalPort();
      assertThat(Demo.taken(Map.of(port, "ELASTAUTH_LISTEN=127.0.0.1:5001")))
          .singleElement()
          .asString()
          .startsWith("Port " + port + " is in use. ")
          .endsWith(": ELASTAUTH_LISTEN=127.0.0.1:5001 mvn spring-boot:test-run");
    }
    assertThat(Demo.taken(Map.of(port, "ELASTAUTH_LISTEN=127.0.0.1:5001"))).isEmpty();
  }
}
