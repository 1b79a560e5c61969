package org.elastauth.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.yaml.snakeyaml.Yaml;

/** The alert rules for Prometheus, and the pages that say what to do about them. */
class AlertRulesTest {
  private static final Path RULES = Path.of("docker/monitoring/alerts.yaml");
  private static final Pattern REASON = Pattern.compile("(?:because\\(|-> )\"([a-z_]+)\"[);]");

  @Test
  void theMonitoringPageSaysWhatToDoAboutEachAlert() throws IOException {
    Map<String, List<Map<String, List<Map<String, String>>>>> rules =
        new Yaml().load(Files.readString(RULES));
    List<String> alerts =
        rules.get("groups").stream()
            .flatMap(group -> group.get("rules").stream())
            .map(rule -> rule.get("alert"))
            .toList();
    assertThat(alerts).isNotEmpty();
    String page = Files.readString(Path.of("src/docs/monitoring.md"));
    assertThat(alerts).allSatisfy(alert -> assertThat(page).contains("| `" + alert + "` |"));
  }

  /** Label values are few and known: nothing of a request becomes one. */
  @Test
  void thePageOfTheMetricsListsEveryReasonOfADecision() throws IOException {
    String page = Files.readString(Path.of("src/docs/reference/metrics.md"));
    try (Stream<Path> sources = Files.walk(Path.of("src/main/java"))) {
      for (Path source : sources.filter(file -> file.toString().endsWith(".java")).toList()) {
        String text = Files.readString(source);
        boolean isOfErrors = text.contains("because(") || source.endsWith("HttpError.java");
        for (Matcher reason = REASON.matcher(text); isOfErrors && reason.find(); ) {
          assertThat(page).as("%s", source).contains("`" + reason.group(1) + "`");
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "check rules docker/monitoring/alerts.yaml",
        "test rules docker/monitoring/alerts-test.yaml",
        "check config docker/monitoring/prometheus.yml"
      })
  void prometheusReadsTheFiles(String arguments) throws IOException, InterruptedException {
    assumeTrue(isInstalled("promtool"), "promtool is not installed");
    Process promtool =
        new ProcessBuilder(("promtool " + arguments).split(" ")).redirectErrorStream(true).start();
    String output = new String(promtool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(promtool.waitFor()).as(output).isZero();
  }

  private static boolean isInstalled(String program) {
    return Stream.of(System.getenv("PATH").split(File.pathSeparator))
        .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
  }
}
