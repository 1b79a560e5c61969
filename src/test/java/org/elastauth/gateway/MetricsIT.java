package org.elastauth.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.elastauth.cache.MemoryCache;
import org.elastauth.server.Certificates;
import org.elastauth.server.ElasticsearchServer;
import org.elastauth.server.ProviderDouble;
import org.elastauth.server.RedisServer;
import org.elastauth.server.Servers;
import org.elastauth.server.TestGateway;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.yaml.snakeyaml.Yaml;

/**
 * The page of the metrics, the dashboard and the alert rules name what a gateway with all features
 * really shows.
 */
@ExtendWith(Servers.class)
class MetricsIT {
  private static final Path PAGE = Path.of("src/docs/reference/metrics.md");
  private static final Path FRESH = Path.of("target/metrics.md");
  private static final Path MONITORING = Path.of("docker/monitoring");
  private static final String USER = "metrics.user";

  private static final Pattern ROW =
      Pattern.compile("\\| `(\\w+)` \\| (\\w+) \\| ([^|]*) \\| ([^|]*) \\| ([^|]*) \\|");
  private static final Pattern CODE = Pattern.compile("`([^`]+)`");
  private static final Pattern METRIC =
      Pattern.compile("\\b(?:elastauth|jvm|process|system|resilience4j)_\\w+");
  private static final Pattern SELECTOR = Pattern.compile("(\\w+)\\{([^}]*)}");
  private static final Pattern MATCHER =
      Pattern.compile("(\\w+)\\s*(?:=~|!~|!=|=)\\s*\"([^\"]*)\"");
  private static final Pattern GROUPING = Pattern.compile("\\bby \\(([^)]*)\\)");

  /** The labels that Prometheus adds, and the bounds of a histogram. */
  private static final Set<String> ADDED = Set.of("job", "instance", "le");

  private static Scrape scrape;

  @BeforeAll
  static void scrape(ElasticsearchServer elasticsearch, RedisServer redis, @TempDir Path folder)
      throws IOException {
    Path authority = new Certificates(folder).authority("ca").certificate("ca");
    Path routes = Files.createDirectory(folder.resolve("routes"));
    Files.writeString(
        routes.resolve("mine.camel.yaml"),
        "- route: {id: my-route, from: {uri: 'direct:my-route', steps: [{setBody: {id: my-route-set, constant: a}}]}}");
    try (ProviderDouble provider = new ProviderDouble();
        TestGateway gateway =
            TestGateway.builder()
                .on(elasticsearch)
                .with(redis)
                .set("cache.type", "hybrid")
                .set("auth_provider", "oidc")
                .set("oidc.issuer", provider.issuer())
                .set("oidc.client_id", ProviderDouble.CLIENT)
                .set("oidc.client_secret", "a-secret-of-the-client")
                .set("oidc.redirect_url", "http://127.0.0.1/elastauth/oidc/callback")
                .set("oidc.tls.ca_cert", authority.toString())
                .set("session.enabled", true)
                .set("rate_limit.enabled", true)
                .set("audit.enabled", true)
                .set("audit.target", "elasticsearch")
                .set("audit.path", folder.resolve("audit").toString())
                .set("routes", routes.toString())
                .set("routes_reload", true)
                .start()) {
      Awaitility.await().until(() -> gateway.health().path("status").asText().equals("healthy"));
      String bearer = "Bearer " + provider.token(USER);
      assertThat(gateway.get("/elastauth", "Authorization", bearer).statusCode()).isEqualTo(200);
      assertThat(gateway.get("/elastauth", "Authorization", bearer).statusCode()).isEqualTo(200);
      gateway.bean(MemoryCache.class).delete("elastauth-bWV0cmljcy51c2Vy");
      assertThat(gateway.get("/elastauth", "Authorization", bearer).statusCode()).isEqualTo(200);
      assertThat(gateway.get("/elastauth").statusCode()).isEqualTo(401);
      gateway.get("/metrics"); // from now on, collections of garbage are counted
      System.gc();
      Awaitility.await()
          .until(() -> gateway.get("/metrics").body().contains("jvm_gc_pause_seconds_sum"));
      String page = gateway.get("/metrics").body();
      assertThat(page).as("no user in any label").doesNotContain(USER);
      scrape = new Scrape(page);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "elastauth_decision_seconds_count{provider=\"oidc\",tier=\"elasticsearch\"} | 1",
        "elastauth_decision_seconds_count{provider=\"oidc\",tier=\"memory\"} | 1",
        "elastauth_decision_seconds_count{provider=\"oidc\",tier=\"redis\"} | 1",
        "elastauth_cache_requests_total{outcome=\"hit\",tier=\"memory\"} | 1",
        "elastauth_cache_requests_total{outcome=\"miss\",tier=\"memory\"} | 2",
        "elastauth_cache_requests_total{outcome=\"hit\",tier=\"redis\"} | 1",
        "elastauth_cache_requests_total{outcome=\"miss\",tier=\"redis\"} | 1",
        "elastauth_decisions_total{outcome=\"allowed\",reason=\"none\"} | 3",
        "elastauth_decisions_total{outcome=\"refused\",reason=\"no_identity\"} | 1",
        "elastauth_redis_cache_hits_total | 1",
        "elastauth_redis_cache_misses_total | 1",
        "elastauth_elasticsearch_request_seconds_count{operation=\"user_put_password\",outcome=\"ok\"} | 1",
        "elastauth_degraded{reason=\"redis\"} | 0",
        "elastauth_degraded{reason=\"elasticsearch\"} | 0",
      })
  void theRequestsAreCounted(String sample, double value) {
    assertThat(scrape.value(sample)).isEqualTo(value);
  }

  @Test
  void namesAndHelpAreFitForOpenMetrics() {
    for (String metric : scrape.metrics()) {
      assertThat(metric).matches("[a-z][a-z0-9_]*");
      assertThat(scrape.help(metric)).as("help of %s", metric).isNotBlank();
      if (scrape.type(metric).equals("counter")) {
        assertThat(metric).endsWith("_total");
      }
    }
  }

  /**
   * The last column is written by hand; the others come from the gateway. Only the libraries' own
   * metrics are explained by hand, too.
   */
  @Test
  void thePageListsEveryMetric() throws IOException {
    Set<String> missing = new TreeSet<>(scrape.metrics());
    List<String> fresh = new ArrayList<>();
    for (String line : Files.readAllLines(PAGE)) {
      Matcher row = ROW.matcher(line);
      if (!row.matches()) {
        fresh.add(line);
      } else if (missing.remove(row.group(1))) {
        fresh.add(row(row.group(1), row.group(4), row.group(5)));
      } else if (isOptional(row.group(1))) {
        fresh.add(line);
      }
    }
    missing.removeIf(MetricsIT::isOptional);
    missing.forEach(metric -> fresh.add(row(metric, "?", "?")));
    Files.write(FRESH, fresh);
    assertThat(Files.readAllLines(PAGE)).as("copy %s to %s", FRESH, PAGE).isEqualTo(fresh);
  }

  /** Each Java and each garbage collector has others. */
  private static boolean isOptional(String metric) {
    return metric.startsWith("jvm_gc_");
  }

  private static String row(String metric, String meaning, String note) {
    boolean isOurs = metric.startsWith("elastauth_");
    String labels =
        scrape.labels(metric).keySet().stream()
            .map(label -> "`" + label + "`")
            .collect(Collectors.joining(", "));
    return "| `%s` | %s | %s | %s | %s |"
        .formatted(
            metric, scrape.type(metric), labels, isOurs ? scrape.help(metric) : meaning, note);
  }

  /** By label; those of a label with a free text are not listed. */
  private static Map<String, Set<String>> documentedValues() throws IOException {
    Map<String, Set<String>> values = new TreeMap<>();
    for (String line : Files.readAllLines(PAGE)) {
      String[] cells = line.split(" \\| ", 2);
      if (line.matches("\\| `\\w+`( [^|]*)? \\| [^|]* \\|")) {
        values
            .computeIfAbsent(find(CODE, cells[0]).get(0), label -> new TreeSet<>())
            .addAll(find(CODE, cells[1]));
      }
    }
    return values;
  }

  @Test
  void thePageListsTheValuesOfEveryLabel() throws IOException {
    Map<String, Set<String>> documented = documentedValues();
    for (String metric : scrape.metrics()) {
      scrape
          .labels(metric)
          .forEach(
              (label, values) -> {
                assertThat(documented.keySet()).as(metric).contains(label);
                if (!documented.get(label).isEmpty()) {
                  assertThat(documented.get(label)).as(metric).containsAll(values);
                }
              });
    }
  }

  static Stream<String> expressions() throws IOException {
    List<String> expressions = new ArrayList<>();
    Path dashboard = MONITORING.resolve("grafana-dashboard.json");
    expressions.addAll(new ObjectMapper().readTree(dashboard.toFile()).findValuesAsText("expr"));
    Map<String, List<Map<String, List<Map<String, String>>>>> rules =
        new Yaml().load(Files.readString(MONITORING.resolve("alerts.yaml")));
    rules
        .get("groups")
        .forEach(group -> group.get("rules").forEach(rule -> expressions.add(rule.get("expr"))));
    return expressions.stream();
  }

  @ParameterizedTest
  @MethodSource("expressions")
  void dashboardAndAlertsUseWhatTheGatewayShows(String expression) throws IOException {
    Map<String, Set<String>> documented = documentedValues();
    Set<String> labels = new TreeSet<>(ADDED);
    for (String metric : find(METRIC, expression)) {
      assertThat(scrape.labelsOfSample(metric)).as(metric).isNotNull();
      labels.addAll(scrape.labelsOfSample(metric));
    }
    for (Matcher selector = SELECTOR.matcher(expression); selector.find(); ) {
      for (Matcher matcher = MATCHER.matcher(selector.group(2)); matcher.find(); ) {
        String label = matcher.group(1);
        if (!ADDED.contains(label)) {
          assertThat(scrape.labelsOfSample(selector.group(1))).as(expression).contains(label);
          if (!documented.get(label).isEmpty()) {
            assertThat(documented.get(label)).contains(matcher.group(2).split("\\|"));
          }
        }
      }
    }
    for (String grouping : find(GROUPING, expression)) {
      assertThat(labels).as(expression).contains(grouping.split(", "));
    }
  }

  private static List<String> find(Pattern pattern, String text) {
    return pattern
        .matcher(text)
        .results()
        .map(found -> found.group(found.groupCount() == 0 ? 0 : 1))
        .toList();
  }
}
