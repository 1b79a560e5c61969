package org.elastauth.config;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.elastauth.config.SettingsReader.Reading;
import org.elastauth.crypto.SecretKeys;
import org.elastauth.startup.Settings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.yaml.snakeyaml.Yaml;

/** The files of docker/compose, without Docker. */
class ComposeFilesTest {
  private static final Path FOLDER = Path.of("docker", "compose");
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String DEVELOPMENT = "development.yaml";
  private static final Set<String> PROXIES = Set.of("nginx", "traefik");
  private static final Pattern VARIABLE = Pattern.compile("\\$\\{(\\w+)(:[?-])?([^}]*)}");
  private static final Pattern SECRET = Pattern.compile("PASSWORD|SECRET|(_KEY|CREDENTIAL)(_|$)");
  private static final Pattern VERSION = Pattern.compile(".+:v?\\d[\\w.-]*");
  private static final Pattern MOUNT = Pattern.compile("(\\.{1,2}/[^:]+):.*");
  private static final Pattern MAXMEMORY = Pattern.compile("(?m)^maxmemory (\\d+)mb$");
  private static final List<String> SHARED = List.of("redis", "hybrid");

  private static List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(FOLDER)) {
      List<Path> found = files.filter(file -> file.toString().endsWith(".yaml")).sorted().toList();
      assertThat(found).hasSizeGreaterThan(4);
      return found;
    }
  }

  /** As Compose reads it, with a value for each required variable. */
  private static JsonNode read(Path file) throws IOException {
    return JSON.valueToTree(new Yaml().load(interpolate(Files.readString(file))));
  }

  private static String interpolate(String text) {
    return VARIABLE
        .matcher(text)
        .replaceAll(
            found ->
                Matcher.quoteReplacement(
                    ":-".equals(found.group(2)) ? found.group(3) : example(found.group(1))));
  }

  private static String example(String variable) {
    return switch (variable) {
      case "SECRET_KEY" -> SecretKeys.generate();
      case "ELASTAUTH_ELASTICSEARCH_HOSTS", "OIDC_ISSUER" -> "https://server.example.org";
      default -> "example";
    };
  }

  private static Map<String, JsonNode> services(JsonNode compose) {
    Map<String, JsonNode> services = new TreeMap<>();
    compose.path("services").properties().forEach(s -> services.put(s.getKey(), s.getValue()));
    return services;
  }

  /** The services of this image. */
  private static Map<String, JsonNode> gateways(JsonNode compose) {
    Map<String, JsonNode> gateways = services(compose);
    gateways.values().removeIf(service -> !service.has("build"));
    assertThat(gateways).isNotEmpty();
    return gateways;
  }

  private static Reading<Settings> settings(Path file, JsonNode gateway) throws IOException {
    Map<String, Object> variables = new HashMap<>();
    for (Map.Entry<String, JsonNode> variable : gateway.path("environment").properties()) {
      // the files are those of the container
      boolean inFile = variable.getKey().endsWith("_FILE");
      variables.put(
          variable.getKey().replaceFirst("_FILE$", ""),
          inFile ? SecretKeys.generate() : variable.getValue().asText());
    }
    Map<String, Object> mounted = new HashMap<>();
    if (gateway.path("volumes").toString().contains("/config.yml")) {
      flatten("", JSON.valueToTree(new Yaml().load(Files.readString(config(file)))), mounted);
    }
    return TestSettings.read(TestSettings.environment(variables, mounted));
  }

  private static Path config(Path file) {
    return file.resolveSibling("config.yml");
  }

  private static void flatten(String path, JsonNode node, Map<String, Object> values) {
    if (node.isObject()) {
      node.properties()
          .forEach(
              child ->
                  flatten(
                      path.isEmpty() ? child.getKey() : path + "." + child.getKey(),
                      child.getValue(),
                      values));
    } else if (node.isArray()) {
      List<String> items = new ArrayList<>();
      node.forEach(item -> items.add(item.asText()));
      values.put(path, String.join(",", items));
    } else {
      values.put(path, node.asText());
    }
  }

  @ParameterizedTest
  @MethodSource("files")
  void itFollowsTheComposeSpecification(Path file) throws IOException {
    Path schema = Path.of("src/test/resources/compose/compose-spec.json");
    assertThat(
            JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V7)
                .getSchema(SchemaLocation.of(schema.toUri().toString()))
                .validate(read(file)))
        .extracting(ValidationMessage::getMessage)
        .isEmpty();
  }

  @ParameterizedTest
  @MethodSource("files")
  void theGatewayKnowsEachSettingAndAcceptsIt(Path file) throws IOException {
    for (JsonNode gateway : gateways(read(file)).values()) {
      Reading<Settings> reading = settings(file, gateway);
      assertThat(reading.unknown()).isEmpty();
      assertThat(reading.invalid()).isEmpty();
      gateway
          .path("environment")
          .fieldNames()
          .forEachRemaining(name -> assertThat(name).startsWith("ELASTAUTH_"));
    }
  }

  @ParameterizedTest
  @MethodSource("files")
  void itNamesTheVersionOfEachImage(Path file) throws IOException {
    services(read(file))
        .forEach(
            (name, service) -> {
              if (!service.has("build")) {
                assertThat(service.path("image").asText()).as(name).matches(VERSION);
              }
            });
  }

  @ParameterizedTest
  @MethodSource("files")
  void onlyTheProxyListensOutsideOfThisMachine(Path file) throws IOException {
    boolean development = file.endsWith(DEVELOPMENT);
    services(read(file))
        .forEach(
            (name, service) -> {
              for (JsonNode port : service.path("ports")) {
                if (development || !PROXIES.contains(name)) {
                  assertThat(port.asText()).as(name).startsWith("127.0.0.1:");
                }
              }
            });
  }

  @ParameterizedTest
  @MethodSource("files")
  void itContainsNoSecretAndNoDefaultOfOne(Path file) throws IOException {
    JsonNode raw = JSON.valueToTree(new Yaml().load(Files.readString(file)));
    services(raw)
        .forEach(
            (name, service) ->
                service
                    .path("environment")
                    .properties()
                    .forEach(
                        variable -> {
                          if (SECRET.matcher(variable.getKey()).find()) {
                            assertThat(variable.getValue().asText())
                                .as("%s of %s", variable.getKey(), name)
                                .matches("\\$\\{\\w+:\\?[^}]+}|/run/secrets/\\w+");
                          }
                        }));
    assertThat(Files.readString(file)).doesNotContain("requirepass");
  }

  /** An evicted session logs its user out, and an evicted token can be used twice. */
  @ParameterizedTest
  @MethodSource("files")
  void redisEvictsEntriesOnlyIfItHasTheCacheAlone(Path file) throws IOException {
    JsonNode compose = read(file);
    JsonNode command = compose.path("services").path("redis").path("command");
    String started = String.join(" ", JSON.convertValue(command, String[].class));
    boolean keeps = false;
    for (JsonNode gateway : gateways(compose).values()) {
      Settings settings = settings(file, gateway).settings();
      keeps |= settings.session().enabled() && SHARED.contains(settings.session().store());
      keeps |= settings.rateLimit().enabled() || settings.replay().enabled();
    }
    if (keeps) {
      assertThat(started).isEqualTo("/etc/redis/start sessions");
    } else if (!started.startsWith("/etc/redis/start ")) {
      assertThat(redisConf("cache"))
          .containsAll(options(started.replace("--protected-mode no ", "")));
    }
  }

  @Test
  void redisKeepsSessions() throws IOException {
    assertThat(redisConf("sessions")).contains("maxmemory-policy noeviction");
    assertThat(redisConf("cache")).contains("maxmemory-policy allkeys-lru");
  }

  private static List<String> redisConf(String name) throws IOException {
    return Files.readAllLines(Path.of("docker", "redis", name + ".conf"));
  }

  /** The options of redis-server as lines of redis.conf. */
  private static List<String> options(String command) {
    return Stream.of(command.split(" --"))
        .skip(1)
        .map(option -> option.endsWith(" ") ? option + "\"\"" : option)
        .toList();
  }

  @ParameterizedTest
  @MethodSource("files")
  void theLimitsAreThoseOfTheMemoryFormsAndOfRedis(Path file) throws IOException {
    JsonNode compose = read(file);
    for (JsonNode gateway : gateways(compose).values()) {
      assertThat(gateway.path("stop_grace_period").asText())
          .as("longer than shutdown.drain")
          .isEqualTo("15s");
      assertThat(memory(gateway)).isIn("", "256M", "160M", "128M");
    }
    String redis = memory(compose.path("services").path("redis"));
    if (!redis.isEmpty()) {
      Matcher maxmemory = MAXMEMORY.matcher(String.join("\n", redisConf("sessions")));
      assertThat(maxmemory.find()).isTrue();
      assertThat(redis).isEqualTo(2 * Integer.parseInt(maxmemory.group(1)) + "M");
    }
  }

  private static String memory(JsonNode service) {
    return service.path("deploy").path("resources").path("limits").path("memory").asText();
  }

  /** In development all private networks are trusted, and all ports are on loopback. */
  @ParameterizedTest
  @ValueSource(strings = {"basic.yaml", "redis-auth.yaml", "production.yaml", "traefik.yaml"})
  void onlyTheProxyIsTrusted(String name) throws IOException {
    JsonNode compose = read(FOLDER.resolve(name));
    String network = compose.path("networks").has("front") ? "front" : "default";
    JsonNode ipam = compose.path("networks").path(network).path("ipam").path("config").path(0);
    String trusted =
        ipam.has("ip_range")
            ? ipam.path("ip_range").asText()
            : ipam.path("gateway").asText() + "/32";
    for (JsonNode gateway : gateways(compose).values()) {
      assertThat(gateway.path("environment").path("ELASTAUTH_TRUSTED_PROXIES").asText())
          .isEqualTo(trusted);
    }
    services(compose)
        .forEach(
            (service, definition) -> {
              if (network.equals("front")
                  && definition.path("networks").toString().contains("front")) {
                assertThat(PROXIES.contains(service) || definition.has("build"))
                    .as(service)
                    .isTrue();
              }
            });
  }

  @ParameterizedTest
  @MethodSource("files")
  void eachMountedFileExists(Path file) throws IOException {
    services(read(file))
        .forEach(
            (name, service) -> {
              for (JsonNode volume : service.path("volumes")) {
                Matcher mount = MOUNT.matcher(volume.asText());
                if (mount.matches()) {
                  assertThat(FOLDER.resolve(mount.group(1))).exists();
                }
              }
            });
  }

  /** The middlewares decide who gets in, so development has those that are shipped. */
  @ParameterizedTest
  @CsvSource({
    "headers.yaml, authelia, authelia",
    "headers.yaml, elastauth, elastauth",
    "headers.yaml, identity-ends-here, identity-ends-here",
    "oidc.yaml, no-identity-from-outside, no-identity-from-outside",
    "oidc.yaml, elastauth, elastauth-oidc"
  })
  void developmentHasTheMiddlewaresOfTraefiksFiles(String file, String name, String here)
      throws IOException {
    JsonNode shipped = middlewares(Path.of("docker", "proxies", "traefik", file)).path(name);
    assertThat(shipped).isNotEmpty();
    assertThat(middlewares(FOLDER.resolve("development/traefik.yaml")).path(here))
        .isEqualTo(shipped);
  }

  /** Without the addresses, which differ. */
  private static JsonNode middlewares(Path file) throws IOException {
    String yaml = Files.readString(file).replaceAll("http://[^/\\s\"]+", "http://x");
    return JSON.<JsonNode>valueToTree(new Yaml().load(yaml)).path("http").path("middlewares");
  }

  /** The scripts change the shipped files of the proxies; they refuse a file that they cannot. */
  @ParameterizedTest
  @CsvSource({"start-nginx, nginx/oidc.conf", "start-traefik, traefik/oidc.yaml"})
  void theProxiesStartWithTheShippedFiles(String script, String shipped, @TempDir Path folder)
      throws Exception {
    Path file = Path.of("docker", "proxies").resolve(shipped);
    assertThat(start(script, file, folder)).doesNotContain(script + ": no line");
    try (Stream<Path> written = Files.walk(folder)) {
      for (Path each : written.filter(path -> Files.isRegularFile(path, NOFOLLOW_LINKS)).toList()) {
        assertThat(Files.readString(each).replaceAll("#.*", ""))
            .doesNotContain("example.org", "127.0.0.1:5000", "127.0.0.1:5601");
      }
    }
    Path other =
        Files.writeString(folder.resolve("other"), Files.readString(file).replace("5601", "5602"));
    assertThat(start(script, other, folder)).contains(script + ": no line");
  }

  private static String start(String script, Path file, Path folder) throws Exception {
    Path programs = Files.createDirectories(folder.resolve("bin"));
    for (String program : Set.of("sh", "sed", "grep", "cat", "head", "mkdir")) {
      Path link = programs.resolve(program);
      if (!Files.exists(link)) {
        Files.createSymbolicLink(link, installed(program));
      }
    }
    ProcessBuilder builder =
        new ProcessBuilder(
                installed("sh").toString(),
                FOLDER.resolve(script).toString(),
                file.toAbsolutePath().toString())
            .redirectErrorStream(true);
    builder.environment().clear();
    builder
        .environment()
        .putAll(
            Map.of(
                "PATH",
                programs.toString(),
                "TMPDIR",
                folder.toString(),
                "SITE",
                "kibana.test",
                "KIBANA",
                "kibana:5601"));
    Process process = builder.start();
    String output = new String(process.getInputStream().readAllBytes());
    assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
    // the proxy itself is not among the programs
    assertThat(process.exitValue()).isIn(1, 127);
    return output;
  }

  private static Path installed(String program) {
    return Stream.of(System.getenv("PATH").split(File.pathSeparator))
        .map(folder -> Path.of(folder, program))
        .filter(Files::isExecutable)
        .findFirst()
        .orElseThrow();
  }

  @Test
  void eachVariableOfTheFilesIsExplained() throws IOException {
    String page = Files.readString(Path.of("src", "docs", "compose.md"));
    TreeSet<String> missing = new TreeSet<>();
    for (Path file : files()) {
      Matcher variable = VARIABLE.matcher(Files.readString(file));
      while (variable.find()) {
        if (!page.contains("`" + variable.group(1) + "`")) {
          missing.add(variable.group(1));
        }
      }
    }
    assertThat(missing).isEmpty();
  }
}
