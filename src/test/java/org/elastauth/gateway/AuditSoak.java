package org.elastauth.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.elastauth.server.ElasticsearchServer;
import org.elastauth.server.TestGateway;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** 100,000 audited decisions, while Elasticsearch is killed and started again. */
class AuditSoak {
  private static final int DECISIONS = 100_000;
  private static final int CLIENTS = 16;
  private static final String INDEX = "elastauth-audit";

  @TempDir Path folder;
  private final AtomicInteger sent = new AtomicInteger();
  private final Set<String> ids = ConcurrentHashMap.newKeySet();

  private void send(TestGateway gateway) {
    for (int i = sent.getAndIncrement(); i < DECISIONS; i = sent.getAndIncrement()) {
      HttpResponse<String> response = gateway.decide("audit." + i % 200);
      ids.add(response.headers().firstValue("Elastauth-Decision").orElseThrow());
    }
  }

  private void awaitSent(int count) {
    Awaitility.await().atMost(Duration.ofMinutes(5)).until(() -> sent.get() >= count);
  }

  private static List<String> delivered(ElasticsearchServer server) {
    server.admin("POST", "/" + INDEX + "/_refresh", null);
    List<String> found = new ArrayList<>();
    JsonNode page =
        ElasticsearchServer.json(
            server.admin(
                "POST",
                "/" + INDEX + "/_search?scroll=5m",
                "{\"size\":10000,\"_source\":[\"http.request.id\"],"
                    + "\"query\":{\"exists\":{\"field\":\"elastauth.tier\"}}}"));
    while (!page.path("hits").path("hits").isEmpty()) {
      page.path("hits")
          .path("hits")
          .forEach(hit -> found.add(hit.path("_source").path("http.request.id").asText()));
      page =
          ElasticsearchServer.json(
              server.admin(
                  "POST",
                  "/_search/scroll",
                  "{\"scroll\":\"5m\",\"scroll_id\":\""
                      + page.path("_scroll_id").asText()
                      + "\"}"));
    }
    return found;
  }

  @Test
  void noneIsLostAndNoneIsThereTwice() {
    try (ElasticsearchServer server = ElasticsearchServer.start();
        TestGateway gateway =
            TestGateway.builder()
                .on(server)
                .set("elasticsearch.username", ElasticsearchServer.ADMIN)
                .set("elasticsearch.password", ElasticsearchServer.ADMIN_PASSWORD)
                .set("user_store", "dry-run")
                .set("log_level", "info")
                .set("audit.enabled", true)
                .set("audit.target", "elasticsearch")
                .set("audit.path", folder.toString())
                .start()) {
      long began = System.nanoTime();
      List<CompletableFuture<Void>> clients = new ArrayList<>();
      for (int i = 0; i < CLIENTS; i++) {
        clients.add(
            CompletableFuture.runAsync(
                () -> send(gateway), command -> new Thread(command).start()));
      }
      awaitSent(DECISIONS * 3 / 10);
      server.kill();
      awaitSent(DECISIONS * 6 / 10);
      server.restart();
      clients.forEach(CompletableFuture::join);
      long decided = System.nanoTime();
      Awaitility.await()
          .atMost(Duration.ofMinutes(5))
          .until(
              () ->
                  gateway.get("/metrics").body().contains("elastauth_audit_undelivered_bytes 0.0"));
      long deliveredAt = System.nanoTime();
      List<String> found = delivered(server);
      System.out.printf(
          "%d decisions in %d s, delivered %d s later; %d events, %d different%n",
          ids.size(),
          Duration.ofNanos(decided - began).toSeconds(),
          Duration.ofNanos(deliveredAt - decided).toSeconds(),
          found.size(),
          Set.copyOf(found).size());
      assertThat(ids).hasSize(DECISIONS);
      assertThat(found).hasSize(DECISIONS);
      assertThat(Set.copyOf(found)).isEqualTo(ids);
    }
  }
}
