package org.elastauth.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class FreePortsTest {
  @Test
  void noPortIsOneThatTheKernelMayGiveToAConnection() {
    assertThat(FreePorts.firstEphemeral()).as("as the kernel has it").isGreaterThan(1_023);
    assumeTrue(FreePorts.firstEphemeral() > 2 * FreePorts.BUS + 1_024, "no ports are below");
    assertThat(FreePorts.next() + FreePorts.BUS).isLessThan(FreePorts.firstEphemeral());
  }

  @Test
  void aPortInUseIsNotGiven() throws Exception {
    int next = FreePorts.next();
    try (ServerSocket used = new ServerSocket(next, 1, InetAddress.getLoopbackAddress())) {
      assertThat(IntStream.range(0, 1_000).map(i -> FreePorts.next()))
          .hasSize(1_000)
          .doesNotContain(used.getLocalPort());
    }
  }
}
