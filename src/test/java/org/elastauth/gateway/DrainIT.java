package org.elastauth.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.elastauth.server.ElasticsearchServer;
import org.elastauth.server.PackagedGateway;
import org.elastauth.server.RedisServer;
import org.elastauth.server.Servers;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** SPEC 8, SIGTERM: readiness refuses first, then in-flight requests finish. */
@ExtendWith(Servers.class)
@Timeout(300)
class DrainIT {
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final ElasticsearchServer elasticsearch;
  @TempDir Path folder;
  private volatile boolean refusing;

  DrainIT(ElasticsearchServer elasticsearch) {
    this.elasticsearch = elasticsearch;
  }

  @AfterEach
  void resume() {
    elasticsearch.resume();
  }

  private PackagedGateway start(String drain, Map<String, String> more) throws IOException {
    Map<String, String> environment = new LinkedHashMap<>(more);
    environment.put("ELASTAUTH_SHUTDOWN_DRAIN", drain);
    environment.put("ELASTAUTH_LOG_LEVEL", "debug");
    environment.put("ELASTAUTH_ELASTICSEARCH_HOSTS", elasticsearch.url());
    environment.put("ELASTAUTH_ELASTICSEARCH_USERNAME", ElasticsearchServer.GATEWAY);
    environment.put("ELASTAUTH_ELASTICSEARCH_PASSWORD", ElasticsearchServer.GATEWAY_PASSWORD);
    environment.put("ELASTAUTH_ELASTICSEARCH_READ_TIMEOUT", "60s");
    environment.put("ELASTAUTH_HTTP_IDLE_TIMEOUT", "150s");
    return PackagedGateway.start(folder, environment);
  }

  private static void awaitRefusing(PackagedGateway gateway) {
    Awaitility.await("readiness refuses")
        .atMost(Duration.ofSeconds(30))
        .until(() -> gateway.get("/elastauth/ready").statusCode() == 503);
  }

  private static boolean accepts(PackagedGateway gateway) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), gateway.port())) {
      return socket.isConnected();
    } catch (ConnectException refused) {
      return false;
    }
  }

  private static void assertStopped(PackagedGateway gateway) throws Exception {
    assertThat(gateway.awaitExit()).as("killed by SIGTERM, or an end of its own").isIn(143, 0);
    assertThat(gateway.log())
        .containsOnlyOnce("The gateway is stopping")
        .containsOnlyOnce("The gateway has stopped")
        .doesNotContain("ERROR");
  }

  /** Asks over and over until nobody listens; returns what was answered otherwise than promised. */
  private List<String> ask(PackagedGateway gateway, String user) {
    ConcurrentLinkedQueue<String> wrong = new ConcurrentLinkedQueue<>();
    boolean last = false;
    try {
      while (true) {
        last = refusing;
        HttpResponse<String> answer =
            http.send(
                gateway.request("/elastauth", "Remote-User", user),
                HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() != 200) {
          wrong.add(answer.statusCode() + " " + answer.body());
        }
        if (last && !answer.headers().firstValue("Connection").orElse("").equals("close")) {
          wrong.add("the connection is kept: " + answer.headers().map());
        }
      }
    } catch (IOException ended) {
      if (!last) {
        wrong.add("failed before readiness refused: " + ended);
      }
      try {
        if (accepts(gateway)) {
          wrong.add("failed while it still listened: " + ended);
        }
      } catch (IOException unexpected) {
        wrong.add(unexpected.toString());
      }
    } catch (InterruptedException e) {
      wrong.add("interrupted");
    }
    return List.copyOf(wrong);
  }

  @Test
  void underLoadNoRequestFailsBeforeNobodyListens(RedisServer redis) throws Exception {
    try (PackagedGateway gateway = start("8s", Map.of("ELASTAUTH_REDIS_HOST", redis.address()))) {
      for (int i = 0; i < 4; i++) {
        assertThat(gateway.get("/elastauth", "Remote-User", "drain.load" + i).statusCode())
            .isEqualTo(200);
      }
      List<CompletableFuture<List<String>>> load =
          IntStream.range(0, 4)
              .mapToObj(i -> CompletableFuture.supplyAsync(() -> ask(gateway, "drain.load" + i)))
              .toList();
      gateway.terminate();
      awaitRefusing(gateway);
      refusing = true;
      HttpResponse<String> health = gateway.get("/health");
      assertThat(health.statusCode()).isEqualTo(503);
      assertThat(health.body()).contains("\"status\":\"unhealthy\"");
      assertThat(gateway.get("/elastauth/live").statusCode()).isEqualTo(200);
      assertThat(load).allSatisfy(user -> assertThat(user.join()).isEmpty());
      assertStopped(gateway);
    }
  }

  /** A user whose credential is not cached, and who by now waits for the frozen Elasticsearch. */
  private CompletableFuture<HttpResponse<String>> askInVain(PackagedGateway gateway, String user) {
    elasticsearch.freeze();
    CompletableFuture<HttpResponse<String>> answer =
        http.sendAsync(
            gateway.request("/elastauth", "Remote-User", user),
            HttpResponse.BodyHandlers.ofString());
    Awaitility.await("the miss")
        .until(() -> gateway.log().matches("(?s).*Cache miss[^\\n]*" + user + ".*"));
    return answer;
  }

  @Test
  void whoWaitsIsServedAfterNobodyListens() throws Exception {
    try (PackagedGateway gateway = start("12s", Map.of())) {
      CompletableFuture<HttpResponse<String>> answer = askInVain(gateway, "drain.served");
      gateway.terminate();
      awaitRefusing(gateway);
      Awaitility.await("nobody listens")
          .atMost(Duration.ofSeconds(60))
          .until(() -> !accepts(gateway));
      assertThat(answer).isNotDone();
      elasticsearch.resume();
      assertThat(answer.join().statusCode()).isEqualTo(200);
      assertThat(answer.join().headers().firstValue("Authorization")).isPresent();
      assertStopped(gateway);
    }
  }

  @Test
  void whoStillWaitsWhenTheTimeIsUpIsTold() throws Exception {
    try (PackagedGateway gateway = start("2s", Map.of())) {
      CompletableFuture<HttpResponse<String>> answer = askInVain(gateway, "drain.told");
      gateway.terminate();
      assertThat(answer.join().statusCode()).isEqualTo(503);
      assertThat(answer.join().headers().firstValue("Retry-After")).isPresent();
      assertThat(answer.join().body()).contains("the gateway is stopping", "\"code\":503");
      assertStopped(gateway);
      assertThatThrownBy(() -> gateway.get("/elastauth/live")).isInstanceOf(ConnectException.class);
    }
  }
}
