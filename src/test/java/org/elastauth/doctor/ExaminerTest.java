package org.elastauth.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class ExaminerTest {
  private static final Duration LONG = Duration.ofMinutes(1);

  private static Area ok(String name) {
    return new Area(name, findings -> findings.ok("here", "it works"));
  }

  @Test
  void anAreaThatFailsStopsNoOther() {
    Area failing =
        new Area(
            "Redis",
            findings -> {
              findings.ok("before", "found");
              findings.begin("asked redis:6379");
              throw new IllegalStateException("hunter2");
            });
    Report report = new Examiner(LONG).examine(List.of(failing, ok("Files")));
    assertThat(report.sections())
        .extracting(Report.Section::area)
        .containsExactly("Redis", "Files");
    assertThat(report.sections().get(0).findings())
        .extracting(Finding::level)
        .containsExactly(Level.OK, Level.FAULT);
    assertThat(report.text())
        .contains("IllegalStateException, while it asked redis:6379", "ok       here: it works")
        .doesNotContain("hunter2");
  }

  @Test
  void anAreaThatHangsIsOneFindingThatNamesItsStep() {
    CountDownLatch never = new CountDownLatch(1);
    CountDownLatch interrupted = new CountDownLatch(1);
    Area hanging =
        new Area(
            "Redis",
            findings -> {
              findings.begin("connected to redis:6379");
              try {
                never.await();
              } finally {
                findings.ok("later", "is too late");
                interrupted.countDown();
              }
            });
    Report report = new Examiner(Duration.ofMillis(50)).examine(List.of(hanging, ok("Files")));
    assertThat(report.sections().get(0).findings())
        .singleElement()
        .satisfies(
            finding -> {
              assertThat(finding.level()).isEqualTo(Level.FAULT);
              assertThat(finding.what()).endsWith("while it connected to redis:6379");
              assertThat(finding.mend()).isNotEmpty();
            });
    assertThat(report.hasFaults()).isTrue();
    assertThat(interrupted)
        .satisfies(
            latch -> assertThat(latch.await(1, java.util.concurrent.TimeUnit.MINUTES)).isTrue());
  }

  @Test
  void theReportCountsAndIsAlsoJson() throws Exception {
    Area all =
        new Area(
            "Redis",
            findings -> {
              findings.ok("a", "b");
              findings.note("a", "b", "c");
              findings.warning("a", "b", "c");
              findings.warning("redis:6379", "two\nlines \u001b[31m", "mend it");
            });
    Report report = new Examiner(LONG).examine(List.of(all));
    assertThat(report.hasFaults()).isFalse();
    assertThat(report.text())
        .startsWith("Redis\n  ok       a: b\n  note     a: b\n           -> c\n")
        .contains("  warning  redis:6379: two?lines ?[31m\n           -> mend it\n")
        .contains("\n0 faults, 2 warnings, 1 note, 1 ok, in ");
    JsonNode json = new ObjectMapper().readTree(report.json());
    assertThat(json.path("summary").path("warning").asInt()).isEqualTo(2);
    assertThat(json.path("findings")).hasSize(4);
    assertThat(json.path("findings").get(3).toString())
        .isEqualTo(
            "{\"area\":\"Redis\",\"level\":\"warning\",\"where\":\"redis:6379\",\"what\":\"two?lines"
                + " ?[31m\",\"mend\":\"mend it\"}");
  }
}
