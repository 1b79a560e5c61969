package org.elastauth.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Ports for servers that bind seconds later, or again after a failure. The kernel gives ports of
 * its ephemeral range to outgoing connections meanwhile, so these are below that range. JVMs that
 * run at the same time use different ports.
 */
final class FreePorts {
  /** A node of a Redis Cluster also listens on the port that is higher by this. */
  static final int BUS = 10_000;

  private static final int PORTS = 500;

  /** Above the ports that services have by default, and that browsers refuse. */
  private static final int FIRST = 11_000;

  /** Of macOS, and of IANA. */
  private static final int EPHEMERAL = 49_152;

  /** Bound as long as this JVM lives: its port, and those up to the next block, are of this JVM. */
  private static final ServerSocket BLOCK = ownBlock();

  private static int last;

  private FreePorts() {}

  private static ServerSocket ownBlock() {
    int first = Math.max(1_024, Math.min(FIRST, firstEphemeral() - 2 * BUS));
    for (int block = first; block < first + BUS; block += PORTS) {
      try {
        return bind(block);
      } catch (IOException ofAnother) {
        // the next block is tried
      }
    }
    throw new IllegalStateException("every block of ports from " + first + " is in use");
  }

  static int firstEphemeral() {
    Path range = Path.of("/proc/sys/net/ipv4/ip_local_port_range");
    try {
      // by lines, so in one read: the kernel answers a second one with the end of the file
      return Files.exists(range)
          ? Integer.parseInt(Files.readAllLines(range).get(0).split("\\s+")[0])
          : EPHEMERAL;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A port on which no server listens now. */
  static synchronized int next() {
    for (int tries = 1; tries < PORTS; tries++) {
      last = last % (PORTS - 1) + 1;
      int port = BLOCK.getLocalPort() + last;
      if (isFree(port)) {
        return port;
      }
    }
    throw new IllegalStateException("no port is free from " + BLOCK.getLocalPort());
  }

  static boolean isFree(int port) {
    try (ServerSocket socket = bind(port)) {
      return socket.isBound();
    } catch (IOException ofAnother) {
      return false;
    }
  }

  private static ServerSocket bind(int port) throws IOException {
    ServerSocket socket = new ServerSocket();
    try {
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1);
      return socket;
    } catch (IOException ofAnother) {
      socket.close();
      throw ofAnother;
    }
  }
}
