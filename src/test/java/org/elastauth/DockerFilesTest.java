package org.elastauth;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.Yaml;

/** The shipped files of docker/ that no integration test starts. */
class DockerFilesTest {
  private static final Path DOCKER = Path.of("docker");
  private static final List<String> IDENTITY =
      List.of("remote-user", "remote-groups", "remote-email", "remote-name");

  @Test
  void everyYamlFileIsYaml() throws IOException {
    try (Stream<Path> files = Files.walk(DOCKER)) {
      // a chart's templates become YAML only when Helm fills them in
      for (Path file :
          files
              .filter(
                  path ->
                      path.toString().endsWith(".yaml") && !path.toString().contains("/templates/"))
              .toList()) {
        for (Object document : new Yaml().loadAll(Files.readString(file))) {
          assertThat(document).as(file.toString()).isNotNull();
        }
      }
    }
  }

  @Test
  void theImageRunsAsAUserAndGroupOfItsOwn() throws IOException {
    List<String> steps = Files.readAllLines(DOCKER.resolve("Dockerfile"));
    assertThat(steps.subList(steps.lastIndexOf("FROM runtime"), steps.size()))
        .contains("USER 10001:10001", "ENTRYPOINT [\"start\"]")
        .noneMatch(line -> line.matches("(?i)(RUN|ADD) .*"));
  }

  /** A tag without a version would be another system or JDK from one day to the next. */
  @Test
  void theImageIsBuiltFromNamedVersions() throws IOException {
    String steps = Files.readString(DOCKER.resolve("Dockerfile"));
    assertThat(steps.lines().filter(line -> line.startsWith("ARG ") && line.contains("docker.io/")))
        .hasSize(2)
        .allMatch(line -> line.matches("ARG [A-Z]+=docker\\.io/library/[a-z]+:\\d[\\w.-]*"));
    assertThat(steps.lines().filter(line -> line.startsWith("FROM ")))
        .allMatch(
            line ->
                line.matches(
                    "FROM (--platform=\\S+ )?(\\$\\{(JDK|SYSTEM)}|scratch|runtime)( AS .*)?"));
    assertThat(steps).doesNotContain("amd64 ", "x86_64", "aarch64", "arm64");
  }

  /** Without its folder or with one file more, a build would not be what this folder says. */
  @Test
  void theContextOfTheBuildHasWhatTheImageCopies() throws IOException {
    List<String> context = Files.readAllLines(Path.of(".dockerignore"));
    assertThat(
            Files.readString(DOCKER.resolve("Dockerfile"))
                .lines()
                .filter(line -> line.startsWith("COPY ") && !line.contains("--from="))
                .flatMap(line -> Stream.of(line.split(" ")).skip(1))
                .filter(path -> Files.exists(Path.of(path)) && !path.equals("."))
                .map(path -> path.equals("src") ? "src/main" : path))
        .isNotEmpty()
        .allMatch(path -> context.contains("!" + path));
  }

  /** On the way to the gateway and on the way to Kibana. */
  @Test
  void envoyRemovesAClientsIdentityTwice() throws IOException {
    String envoy = Files.readString(DOCKER.resolve("proxies/envoy/headers.yaml"));
    int authelia = envoy.indexOf("- name: authelia");
    for (String header : IDENTITY) {
      assertThat(envoy.indexOf("{ remove: " + header + " }")).isBetween(0, authelia);
    }
    assertThat(envoy).contains("request_headers_to_remove: [" + String.join(", ", IDENTITY) + ", ");
  }

  /** Also those of proxies that are not installed here. */
  @Test
  void eachProxyHasTwoFilesThatRemoveAClientsIdentity() throws IOException {
    try (Stream<Path> files = Files.walk(DOCKER.resolve("proxies"))) {
      Map<Path, List<Path>> folders =
          files
              .filter(file -> file.getFileName().toString().matches("(headers|oidc)[.].*"))
              .collect(Collectors.groupingBy(Path::getParent));
      assertThat(folders).hasSize(7).allSatisfy((folder, two) -> assertThat(two).hasSize(2));
      for (Path file : folders.values().stream().flatMap(List::stream).toList()) {
        String text = Files.readString(file).toLowerCase(Locale.ROOT);
        assertThat(
                text.contains("remote-*") || text.contains("^remote[-_]")
                    ? IDENTITY
                    : IDENTITY.stream().filter(text::contains).toList())
            .as(file.toString())
            .isEqualTo(IDENTITY);
      }
    }
  }

  /** The page of the first try has its names and secrets. */
  @Test
  void theExampleRealmIsThatOfThePage() throws IOException {
    JsonNode realm = new ObjectMapper().readTree(DOCKER.resolve("example-realm.json").toFile());
    String page = Files.readString(Path.of("src", "docs", "nginx-and-keycloak.md"));
    JsonNode client = realm.path("clients").path(0);
    assertThat(page)
        .contains("/realms/" + realm.path("realm").asText())
        .contains("client_id: " + client.path("clientId").asText())
        .contains("ELASTAUTH_OIDC_CLIENT_SECRET=" + client.path("secret").asText())
        .contains("redirect_url: " + client.path("redirectUris").path(0).asText());
    for (JsonNode user : realm.path("users")) {
      assertThat(page)
          .contains(user.path("username").asText())
          .contains(user.path("credentials").path(0).path("value").asText());
    }
  }
}
