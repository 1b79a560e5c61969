package org.elastauth.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.elastauth.server.ElasticsearchServer;
import org.elastauth.server.TestGateway;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** SPEC 2: what one peer may ask of the gateway at once. */
@Timeout(60)
class HttpLimitsIT {
  private static final String LIVE = "GET /elastauth/live HTTP/1.1\r\nHost: g\r\n\r\n";
  private static final int MUCH = 8 << 20;
  private static final String ADMIN = "abcdefghijklmnopqrstuvwxyz-0123456789";

  private static TestGateway gateway;

  private static TestGateway.Builder builder() {
    return TestGateway.builder()
        .set("elasticsearch.dry_run", "true")
        .set("trusted_proxies", "127.0.0.1/32");
  }

  @BeforeAll
  static void start() {
    gateway = builder().start();
  }

  @AfterAll
  static void stop() {
    gateway.close();
  }

  /** Its client still sends when the answer goes out; a reset would take the answer away. */
  @RepeatedTest(20)
  void aBodyOfMoreThanAMegabyteIs413() {
    HttpResponse<String> response =
        gateway.send(
            gateway
                .request("/elastauth", "Remote-User", "limits.body")
                .POST(BodyPublishers.ofByteArray(new byte[MUCH]))
                .build());
    assertThat(response.statusCode()).isEqualTo(413);
    assertThat(ElasticsearchServer.json(response).path("code").asInt()).isEqualTo(413);
    assertThat(
            gateway
                .send(
                    gateway
                        .request("/elastauth", "Remote-User", "limits.body")
                        .POST(BodyPublishers.ofByteArray(new byte[1 << 20]))
                        .build())
                .statusCode())
        .isEqualTo(200);
  }

  @Test
  void envoysAddressEndsAtASlash() {
    assertThat(gateway.get("/elastauth/authzx", "Remote-User", "limits.path").statusCode())
        .isEqualTo(404);
    for (String path : List.of("/elastauth/authz", "/elastauth/authz/", "/elastauth/authz/a/b")) {
      assertThat(gateway.get(path, "Remote-User", "limits.path").statusCode())
          .as(path)
          .isEqualTo(200);
    }
  }

  @Test
  void aDryRunRefusesReservedNamesToo() {
    assertThat(gateway.decide("elastic").statusCode()).isEqualTo(403);
  }

  /** Each answer that nobody reads would be kept in memory. */
  @Test
  void whoAsksWithoutReadingIsCutOff() throws Exception {
    byte[] requests = LIVE.repeat(100).getBytes(StandardCharsets.ISO_8859_1);
    try (Socket socket = new Socket()) {
      socket.setReceiveBufferSize(4096);
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), gateway.port()));
      assertThatThrownBy(
              () -> {
                for (int sent = 0; sent < MUCH; sent += requests.length) {
                  socket.getOutputStream().write(requests);
                }
              })
          .isInstanceOf(SocketException.class);
    }
  }

  /** Otherwise two hundred guesses take less than a second. */
  @Test
  void guessesOfTheAdminCredentialAreCountedByAddress() {
    TestGateway.SetClock clock = new TestGateway.SetClock(Instant.parse("2026-01-15T10:00:00Z"));
    try (TestGateway guarded =
        builder().set("admin.enabled", true).set("admin.credential", ADMIN).clock(clock).start()) {
      for (int i = 0; i < 10; i++) {
        assertThat(revoke(guarded, "203.0.113.5").statusCode()).as("no guess").isEqualTo(401);
      }
      List<Integer> guesses =
          IntStream.range(0, 200)
              .map(i -> revoke(guarded, "203.0.113.5", "Bearer " + i).statusCode())
              .boxed()
              .toList();
      assertThat(guesses.subList(0, 10)).containsOnly(401);
      assertThat(guesses.subList(10, 200)).containsOnly(429);
      HttpResponse<String> throttled = revoke(guarded, "203.0.113.5", "Bearer " + ADMIN);
      assertThat(throttled.statusCode()).as("even the right one").isEqualTo(429);
      assertThat(throttled.headers().firstValueAsLong("Retry-After").orElse(0)).isBetween(1L, 60L);
      assertThat(revoke(guarded, "198.51.100.1, 203.0.113.5", "Bearer " + ADMIN).statusCode())
          .as("the entry of the proxy counts")
          .isEqualTo(429);
      assertThat(revoke(guarded, "203.0.113.6", "Bearer " + ADMIN).statusCode()).isEqualTo(200);
      assertThat(revoke(guarded, "2001:db8::1", "Bearer x").statusCode()).isEqualTo(401);
      clock.advance(Duration.ofSeconds(61));
      assertThat(revoke(guarded, "203.0.113.5", "Bearer " + ADMIN).statusCode()).isEqualTo(200);
      for (int i = 0; i < 10; i++) {
        revoke(guarded, "2001:db8::" + i, "bearer " + i);
      }
      assertThat(revoke(guarded, "2001:db8::ff", "Bearer " + ADMIN).statusCode())
          .as("a client has a /64")
          .isEqualTo(429);
    }
  }

  private static HttpResponse<String> revoke(
      TestGateway gateway, String client, String... authorization) {
    HttpRequest.Builder request =
        gateway.request("/elastauth/users/limits.user", "X-Forwarded-For", client);
    for (String value : authorization) {
      request.header("Authorization", value);
    }
    return gateway.send(request.DELETE().build());
  }

  @Test
  void othersThanTheProxiesLeaveHalfOfTheConnectionsToThem() throws Exception {
    List<Socket> sockets = new ArrayList<>();
    try (TestGateway small = builder().set("http.max_connections", 10).start()) {
      for (int i = 0; i < 5; i++) {
        sockets.add(connect(small, "127.0.0.2"));
        assertThat(isServed(sockets.get(i))).isTrue();
      }
      try (Socket oneMore = connect(small, "127.0.0.2")) {
        assertThat(isServed(oneMore)).isFalse();
      }
      Socket proxy = connect(small, "127.0.0.1");
      sockets.add(proxy);
      assertThat(isServed(proxy)).isTrue();
    } finally {
      for (Socket socket : sockets) {
        socket.close();
      }
    }
  }

  private static Socket connect(TestGateway gateway, String from) throws IOException {
    return new Socket(
        InetAddress.getByName("127.0.0.1"), gateway.port(), InetAddress.getByName(from), 0);
  }

  private static boolean isServed(Socket socket) throws IOException {
    try {
      socket.getOutputStream().write(LIVE.getBytes(StandardCharsets.ISO_8859_1));
      return socket.getInputStream().read() == 'H';
    } catch (SocketException reset) {
      return false;
    }
  }
}
