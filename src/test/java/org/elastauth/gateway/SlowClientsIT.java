package org.elastauth.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.UnixOperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.elastauth.server.ElasticsearchServer;
import org.elastauth.server.FaultProxy;
import org.elastauth.server.PackagedGateway;
import org.elastauth.server.Servers;
import org.elastauth.server.TestGateway;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Clients that are slow, silent or many hold up nobody else. */
@ExtendWith(Servers.class)
@Timeout(300)
class SlowClientsIT {
  private static final int CLIENTS = 10_000;
  private static final int SPARE_FILES = 1_000;
  private static final String HEAD = "GET /elastauth/live HTTP/1.1\r\nHost: g\r\n";
  private static final String LIVE = HEAD + "\r\n";

  private static TestGateway.Builder builder() {
    return TestGateway.builder().set("elasticsearch.dry_run", "true");
  }

  private static Socket connect(int port, String text) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout(60_000);
    say(socket, text);
    return socket;
  }

  private static void say(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  /** The status of an answer, whose body is read; -1 at the end of the connection. */
  private static int status(Socket socket) throws IOException {
    StringBuilder answer = new StringBuilder();
    while (answer.indexOf("\r\n\r\n") < 0 || !answer.toString().endsWith("}")) {
      int next;
      try {
        next = socket.getInputStream().read();
      } catch (SocketException reset) {
        return -1;
      }
      if (next < 0) {
        return -1;
      }
      answer.append((char) next);
    }
    return Integer.parseInt(answer.substring(9, 12));
  }

  /** Says one more byte now and then, until the other side has closed. */
  private static void trickleUntilClosed(Socket socket) {
    Awaitility.await("closed by the gateway")
        .atMost(Duration.ofSeconds(60))
        .until(
            () -> {
              try {
                say(socket, "x");
                return false;
              } catch (SocketException closed) {
                return true;
              }
            });
  }

  @Test
  void aHeadThatNeverEndsIsCutOff() throws Exception {
    try (TestGateway gateway = builder().set("http.request_timeout", "500ms").start()) {
      try (Socket first = connect(gateway.port(), HEAD + "X-Slow: ")) {
        trickleUntilClosed(first);
      }
      try (Socket second = connect(gateway.port(), LIVE)) {
        assertThat(status(second)).isEqualTo(200);
        say(second, HEAD + "X-Slow: ");
        trickleUntilClosed(second);
      }
      try (Socket silent = connect(gateway.port(), "")) {
        assertThat(status(silent)).isEqualTo(-1);
      }
    }
  }

  @Test
  void aBodyThatNeverEndsIsCutOff() throws Exception {
    try (TestGateway gateway = builder().set("http.request_timeout", "500ms").start();
        Socket socket =
            connect(
                gateway.port(),
                "POST /elastauth HTTP/1.1\r\nHost: g\r\nContent-Length: 99999\r\n\r\n")) {
      assertThat(status(socket)).isEqualTo(401);
      trickleUntilClosed(socket);
    }
  }

  @Test
  void waitingForAnAnswerIsNotBeingSlow(ElasticsearchServer elasticsearch) throws Exception {
    try (FaultProxy proxy = new FaultProxy(elasticsearch);
        TestGateway gateway =
            TestGateway.builder()
                .on(elasticsearch)
                .set("elasticsearch.hosts", proxy.url())
                .set("http.request_timeout", "100ms")
                .start()) {
      FaultProxy.Hold write = proxy.holdNext("PUT");
      try (Socket socket =
          connect(
              gateway.port(),
              "GET /elastauth HTTP/1.1\r\nHost: g\r\nRemote-User: slow.waits\r\n\r\n")) {
        write.awaitArrival();
        // who came later and is slow has been cut off, so this one's time would be up long ago
        try (Socket slow = connect(gateway.port(), HEAD + "X-Slow: ")) {
          trickleUntilClosed(slow);
        }
        write.release();
        assertThat(status(socket)).isEqualTo(200);
      }
    }
  }

  @Test
  void aConnectionThatSaysNothingMoreIsClosed() throws Exception {
    try (TestGateway gateway =
            builder().set("http.idle_timeout", "1s").set("http.request_timeout", "1h").start();
        Socket socket = connect(gateway.port(), LIVE)) {
      assertThat(status(socket)).isEqualTo(200);
      assertThat(status(socket)).isEqualTo(-1);
    }
  }

  @Test
  void beyondTheCapConnectionsAreClosedAndRoomIsGivenBack() throws Exception {
    List<Socket> sockets = new ArrayList<>();
    try (TestGateway gateway = builder().set("http.max_connections", 50).start()) {
      for (int i = 0; i < 50; i++) {
        sockets.add(connect(gateway.port(), LIVE));
        assertThat(status(sockets.get(i))).isEqualTo(200);
      }
      try (Socket tooMany = connect(gateway.port(), "")) {
        assertThat(status(tooMany)).isEqualTo(-1);
      }
      say(sockets.get(0), LIVE);
      assertThat(status(sockets.get(0))).as("who is in stays in").isEqualTo(200);

      sockets.remove(49).close();
      Awaitility.await("room for one")
          .until(
              () -> {
                Socket next = connect(gateway.port(), LIVE);
                sockets.add(next);
                return status(next) == 200;
              });
    } finally {
      for (Socket socket : sockets) {
        socket.close();
      }
    }
  }

  @Test
  void tenThousandSlowClientsStopNobodyElse(@TempDir Path folder) throws Exception {
    long files =
        ManagementFactory.getPlatformMXBean(UnixOperatingSystemMXBean.class)
            .getMaxFileDescriptorCount();
    assumeTrue(
        files >= CLIENTS + SPARE_FILES,
        () -> "takes " + (CLIENTS + SPARE_FILES) + " open files, ulimit -n allows " + files);
    List<SocketChannel> slow = new ArrayList<>();
    try (PackagedGateway gateway =
        PackagedGateway.start(
            folder,
            Map.of(
                "ELASTAUTH_ELASTICSEARCH_DRY_RUN", "true",
                "ELASTAUTH_HTTP_REQUEST_TIMEOUT", "15s",
                "ELASTAUTH_SHUTDOWN_DRAIN", "0s"),
            "-Xmx96m")) {
      InetSocketAddress address =
          new InetSocketAddress(InetAddress.getLoopbackAddress(), gateway.port());
      for (int i = 0; i < CLIENTS; i++) {
        SocketChannel client = SocketChannel.open(address);
        client.configureBlocking(false);
        slow.add(client);
        client.write(text(HEAD + "X-Slow: "));
        if (i % 100 == 0) {
          assertServed(gateway);
        }
      }
      Awaitility.await("every slow client is cut off")
          .atMost(Duration.ofSeconds(120))
          .until(
              () -> {
                assertServed(gateway);
                slow.removeIf(SlowClientsIT::isCutOff);
                return slow.isEmpty();
              });
      assertServed(gateway);
      assertThat(gateway.log()).doesNotContain("OutOfMemory").doesNotContain("ERROR");
    } finally {
      for (SocketChannel client : slow) {
        client.close();
      }
    }
  }

  private static void assertServed(PackagedGateway gateway) throws Exception {
    assertThat(gateway.get("/elastauth", "Remote-User", "slow.other").statusCode()).isEqualTo(200);
  }

  /** Says one byte more; closes what the gateway has closed. */
  private static boolean isCutOff(SocketChannel client) {
    try {
      client.write(text("x"));
      if (client.read(ByteBuffer.allocate(1)) >= 0) {
        return false;
      }
      client.close();
      return true;
    } catch (IOException closed) {
      return true;
    }
  }

  private static ByteBuffer text(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1));
  }
}
