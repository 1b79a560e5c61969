package org.elastauth.audit;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.elastauth.config.TestSettings;
import org.elastauth.health.Health;
import org.elastauth.health.TestHealth;
import org.elastauth.http.Decision;
import org.elastauth.http.DecisionIds;
import org.elastauth.http.Decisions;
import org.elastauth.http.GatewayEvent;
import org.elastauth.net.TrustedProxies;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.PayloadApplicationEvent;

/** What happens to events while the folder fails or is too slow. */
@ExtendWith(OutputCaptureExtension.class)
class AuditLogTest {
  @TempDir Path temporary;
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final Health health = TestHealth.of(null, Clock.systemUTC());
  private volatile long now;

  private AuditLog log(Path path, Map<String, Object> more) {
    Map<String, Object> values = new HashMap<>(more);
    values.put("audit.path", path.toString());
    AuditSettings settings = TestSettings.of(values).audit();
    TrustedProxies proxies = new TrustedProxies(List.of());
    AuditFolder folder =
        new AuditFolder(
            path,
            new AuditFolder.Limits(16 << 20, Duration.ofHours(1), 2, 32 << 20, false),
            Clock.systemUTC());
    return new AuditLog(
        settings,
        "elasticsearch",
        new AuditLines(proxies, null, "authelia", "node"),
        new AnonymousRefusals(proxies, settings.refusalsPerMinute()),
        folder,
        new AuditFailures(path.toString(), health, () -> now),
        new Decisions(meters, proxies, () -> 0),
        new DecisionIds(),
        meters);
  }

  private static void add(AuditLog log, int events) {
    for (int i = 0; i < events; i++) {
      log.onApplicationEvent(
          new PayloadApplicationEvent<>(
              log, new GatewayEvent("user-deleted", "john.doe", Map.of())));
    }
  }

  private double dropped(String reason) {
    return meters.get("elastauth.audit.dropped").tag("reason", reason).counter().count();
  }

  private double written() {
    return meters.get("elastauth.audit.events").counter().count();
  }

  @Test
  void everyEventIsWrittenBeforeTheGatewayEnds() throws IOException {
    AuditLog log = log(temporary, Map.of());
    log.open(Map.of());
    add(log, 5_000);
    log.close();
    assertThat(written()).isEqualTo(5_002);
    assertThat(Files.readAllLines(temporary.resolve("audit.jsonl")))
        .hasSize(5_002)
        .satisfies(
            lines -> {
              assertThat(lines.get(0)).contains("gateway-started");
              assertThat(lines.get(5_001)).contains("gateway-stopped");
            });
  }

  /** Nothing takes events from the queue before the log is open. */
  @Test
  void aFullQueueDropsAndCounts(CapturedOutput output) {
    AuditLog log = log(temporary, Map.of("audit.queue_size", "100"));
    add(log, 150);
    assertThat(dropped("queue_full")).isEqualTo(50);
    assertThat(output.toString().split("Events are missing", -1)).hasSize(2);
  }

  /** Anybody can cause refusals: they must not push out the events of users. */
  @Test
  void refusalsOfUnknownUsersTakeHalfOfTheQueueAndAreCounted() throws IOException {
    AuditLog log = log(temporary, Map.of("audit.queue_size", "100"));
    for (int i = 0; i < 1_000; i++) {
      log.add(new Decision("d", 1, null, "/", 401, "no_identity", "", "203.0.113.1", List.of()));
    }
    add(log, 40);
    assertThat(dropped("queue_full")).isZero();
    log.open(Map.of());
    log.close();
    List<String> lines = Files.readAllLines(temporary.resolve("audit.jsonl"));
    assertThat(lines).filteredOn(line -> line.contains("\"access-refused\"")).hasSize(30);
    assertThat(lines).filteredOn(line -> line.contains("user-deleted")).hasSize(40);
    assertThat(String.join("\n", lines)).contains("access-refused-summary");
    assertThat(
            lines.stream()
                .filter(line -> line.contains("access-refused-summary"))
                .mapToInt(AuditLogTest::count)
                .sum())
        .isEqualTo(970);
    assertThat(meters.get("elastauth.audit.summarized").counter().count()).isEqualTo(970);
  }

  private static int count(String line) {
    return Integer.parseInt(line.replaceAll(".*\"elastauth.count\":(\\d+).*", "$1"));
  }

  @Test
  void aFolderThatIsAFileIsReportedOnceAMinuteUntilItIsMended(CapturedOutput output)
      throws IOException {
    Path path = Files.writeString(temporary.resolve("file"), "");
    AuditLog log = log(path, Map.of());
    log.open(Map.of());
    Awaitility.await().until(() -> dropped("disk") == 1);
    add(log, 1);
    Awaitility.await().until(() -> dropped("disk") == 2);
    assertThat(output.toString().split("its folder is not writable", -1)).hasSize(2);
    assertThat(TestHealth.report(health).path("status").asText()).isEqualTo("degraded");
    assertThat(TestHealth.report(health).path("audit").path("reason").asText()).isEqualTo("disk");

    Files.delete(path);
    add(log, 1);
    Awaitility.await().until(() -> written() == 1);
    assertThat(TestHealth.report(health).has("audit")).as("it may fail again at once").isTrue();
    now += Duration.ofSeconds(10).toNanos();
    add(log, 1);
    Awaitility.await().until(() -> written() == 2);
    assertThat(TestHealth.report(health).has("audit")).isFalse();
    assertThat(output).contains("writable again");
    log.close();
  }
}
