package org.elastauth;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DemoTest {
  @Test
  void portsInUseAreNamedWithTheCommandThatChoosesOthers() throws Exception {
    Map<Integer, String> ports = new LinkedHashMap<>();
    try (ServerSocket one = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        ServerSocket two = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      ports.put(one.getLocalPort(), "A=1");
      ports.put(two.getLocalPort(), "B=2");
      assertThat(Demo.taken(ports, " -Dprofile"))
          .isEqualTo(
              "In use: port %d, port %d. Stop what uses it, or choose another: A=1 B=2 mvn spring-boot:test-run -Dprofile",
              one.getLocalPort(), two.getLocalPort());
    }
    assertThat(Demo.taken(ports, "")).isEmpty();
  }
}
