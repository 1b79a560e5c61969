package org.elastauth.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import co.elastic.clients.elasticsearch.core.bulk.BulkResponseItem;
import co.elastic.clients.elasticsearch.core.bulk.OperationType;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.elastauth.health.TestHealth;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What Elasticsearch's answer to a bulk request means for its events. */
class AuditBulkTest {
  @TempDir Path temporary;
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();

  private AuditBulk bulk() {
    AuditFolder folder =
        new AuditFolder(
            temporary,
            new AuditFolder.Limits(100, Duration.ofHours(1), 9, 100, true),
            Clock.systemUTC());
    return new AuditBulk(
        folder, new AuditFailures("", TestHealth.of(null, Clock.systemUTC()), () -> 0), meters);
  }

  private AuditSegment segment(String... lines) throws IOException {
    return AuditSegment.of(Files.writeString(temporary.resolve("a"), String.join("\n", lines)));
  }

  private static String event(int id) {
    return "{\"elastauth.settings\":[{\"event.id\":\"no\"}],\"event.id\":\"" + id + "\"}";
  }

  private static List<BulkResponseItem> answers(int... statuses) {
    return IntStream.of(statuses)
        .mapToObj(
            status ->
                BulkResponseItem.of(
                    item ->
                        status < 300
                            ? item.index("i").operationType(OperationType.Create).status(status)
                            : item.index("i")
                                .operationType(OperationType.Create)
                                .status(status)
                                .error(error -> error.type("a_type").reason("why"))))
        .toList();
  }

  private Path rejected() {
    return temporary.resolve("rejected.jsonl");
  }

  @Test
  void eachEventIsCreatedUnderItsOwnId() throws IOException {
    assertThat(bulk().operations(segment(event(1), "{\"torn", "", "[]", event(2))))
        .extracting(operation -> operation.build().id())
        .containsExactly("1", "2");
  }

  /** Of audit.target: file, a file may have 10 GB; Elasticsearch takes 100 MB in one request. */
  @Test
  void aLargeFileIsDeliveredInPartsThatEndWithALine() throws IOException {
    AuditSegment file = segment((event(1) + "\n").repeat(300_000), "x".repeat(6 << 20));
    List<AuditSegment> parts = new ArrayList<>();
    bulk().parts(file).forEachRemaining(parts::add);
    assertThat(parts).hasSizeGreaterThan(4);
    long lines = 0;
    long end = 0;
    for (AuditSegment part : parts) {
      assertThat(part.from()).isEqualTo(end);
      assertThat(part.to() - part.from()).isBetween(1L, 5L << 20);
      lines += part.lines().stream().filter(event(1)::equals).count();
      end = part.to();
    }
    assertThat(lines).isEqualTo(300_000);
    assertThat(end).isEqualTo(Files.size(file.file()));
  }

  @Test
  void theNextAttemptBeginsBehindWhatElasticsearchHas() throws IOException {
    AuditSegment file = segment(event(1), event(2), event(3));
    AuditSegment first = file.first(file.lines().get(0).length() + 1);
    AuditBulk bulk = bulk();
    bulk.confirm(first, answers(201));
    assertThat(bulk.parts(file).next().lines()).containsExactly(event(2), event(3));
    assertThat(bulk().parts(file).next().lines())
        .as("after a restart")
        .containsExactly(event(2), event(3));
  }

  /** Otherwise it would block the files behind it. */
  @Test
  void aFileWithoutEventsIsSetAside() throws IOException {
    AuditSegment segment = segment("{\"torn", "[]");
    assertThatThrownBy(() -> bulk().operations(segment)).isInstanceOf(IOException.class);
    assertThat(segment.file()).doesNotExist();
    assertThat(rejected()).hasContent("{\"torn\n[]");
  }

  @Test
  void aConflictWasDeliveredBefore() throws IOException {
    bulk().confirm(segment(event(1), event(2)), answers(201, 409));
    assertThat(meters.get("elastauth.audit.delivered").counter().count()).isEqualTo(2);
    assertThat(rejected()).doesNotExist();
  }

  @ParameterizedTest
  @ValueSource(ints = {401, 403, 404, 429, 500, 503})
  void whatMayBeAcceptedLaterIsSentAgain(int status) throws IOException {
    AuditSegment segment = segment(event(1), event(2), event(3));
    assertThatThrownBy(() -> bulk().confirm(segment, answers(201, 400, status)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("why");
    assertThat(rejected()).as("set aside once, at the end").doesNotExist();
  }

  @Test
  void whatIsNeverAcceptedIsSetAside() throws IOException {
    bulk().confirm(segment(event(1), "{\"torn", event(2)), answers(400, 201));
    assertThat(rejected()).hasContent(event(1) + "\n{\"torn");
    assertThat(meters.get("elastauth.audit.dropped").counter().count()).isEqualTo(2);
    assertThat(meters.get("elastauth.audit.delivered").counter().count()).isEqualTo(1);
  }
}
