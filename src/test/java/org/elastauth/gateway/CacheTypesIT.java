package org.elastauth.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.elastauth.crypto.PaddedEntry;
import org.elastauth.server.ElasticsearchServer;
import org.elastauth.server.RedisServer;
import org.elastauth.server.Servers;
import org.elastauth.server.TestGateway;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** SPEC 4 and 8: cache.type file and none, on a real Elasticsearch. */
@ExtendWith(Servers.class)
class CacheTypesIT {
  private final ElasticsearchServer elasticsearch;
  @TempDir Path parent;

  CacheTypesIT(ElasticsearchServer elasticsearch) {
    this.elasticsearch = elasticsearch;
  }

  private Path folder() throws IOException {
    return Files.createDirectories(parent.resolve("entries"));
  }

  private TestGateway.Builder withFiles() throws IOException {
    return TestGateway.builder().set("cache.type", "file").set("cache.path", folder().toString());
  }

  private List<Path> entries() throws IOException {
    try (Stream<Path> files = Files.list(folder())) {
      return files.toList();
    }
  }

  /** SPEC 13.10: no credential lies there in clear. SPEC 8: Elasticsearch down, password cached. */
  @Test
  void aFileOutlivesARestartAndAnElasticsearchThatIsAway() throws IOException {
    String authorization;
    try (TestGateway gateway = withFiles().on(elasticsearch).start()) {
      authorization = gateway.login("file.restart", "a");
      assertThat(gateway.login("file.restart", "a")).isEqualTo(authorization);
      assertThat(gateway.health().path("cache").path("mode").asText()).isEqualTo("file");
      assertThat(gateway.health().path("redis").path("available").asBoolean()).isFalse();
    }
    assertThat(entries()).hasSize(1);
    assertThat(Files.readString(entries().get(0)))
        .matches("[A-Za-z0-9_-]+")
        .doesNotContain(authorization.substring("Basic ".length()));
    try (TestGateway alone =
        withFiles()
            .set("elasticsearch.hosts", "http://127.0.0.1:" + RedisServer.freePort())
            .start()) {
      assertThat(alone.login("file.restart", "a")).isEqualTo(authorization);
      assertThat(alone.decide("file.restart", "b").statusCode())
          .as("other groups are a miss")
          .isEqualTo(503);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "damaged", "AdAAAA", "\u00e4", "Zm9yZWlnbg=="})
  void aDamagedFileIsAMissAndIsReplaced(String value) throws IOException {
    try (TestGateway gateway = withFiles().on(elasticsearch).start()) {
      String authorization = gateway.login("file.damaged");
      long version = elasticsearch.version("file.damaged");
      overwrite(value);
      assertThat(gateway.login("file.damaged")).isEqualTo(authorization);
      assertThat(Files.readString(entries().get(0))).isNotEqualTo(value).hasSizeGreaterThan(100);
      assertThat(elasticsearch.version("file.damaged")).isEqualTo(version);
    }
  }

  @Test
  void aHugeFileAndAnotherUsersFileAreMisses() throws IOException {
    try (TestGateway gateway = withFiles().on(elasticsearch).start()) {
      String mine = gateway.login("file.mine");
      String key = "elastauth-ZmlsZS5taW5l";
      overwrite(PaddedEntry.of(TestGateway.KEY, key, Files.readString(entries().get(0)), 70_000));
      assertThat(gateway.login("file.mine")).isEqualTo(mine);
      assertThat(Files.size(entries().get(0))).as("replaced, thus a miss").isLessThan(1_000);
      Path file = entries().get(0);
      gateway.login("file.theirs");
      Path theirs =
          entries().stream().filter(other -> !other.equals(file)).findFirst().orElseThrow();
      Files.copy(
          theirs,
          file,
          java.nio.file.StandardCopyOption.REPLACE_EXISTING,
          java.nio.file.StandardCopyOption.COPY_ATTRIBUTES);
      assertThat(gateway.login("file.mine")).isEqualTo(mine);
    }
  }

  private void overwrite(String value) throws IOException {
    Path file = entries().get(0);
    Files.writeString(file, value);
    Files.setLastModifiedTime(file, FileTime.from(Instant.now().plusSeconds(600)));
  }

  @Test
  void aFolderThatDisappearsIsAMissAndNoError() throws IOException {
    try (TestGateway gateway = withFiles().on(elasticsearch).start()) {
      String authorization = gateway.login("file.vanished");
      Path away = Files.move(folder(), parent.resolve("away"));
      assertThat(gateway.login("file.vanished")).isEqualTo(authorization);
      assertThat(gateway.login("file.vanished", "other")).isEqualTo(authorization);
      assertThat(parent.resolve("entries")).doesNotExist();
      Files.move(away, parent.resolve("entries"));
      assertThat(gateway.login("file.vanished", "other")).isEqualTo(authorization);
      assertThat(entries()).hasSize(1);
    }
  }

  /** One gateway needs no key of its operator's: a random one serves as long as it runs. */
  @ParameterizedTest
  @ValueSource(strings = {"file", "none"})
  @ExtendWith(OutputCaptureExtension.class)
  void withoutAKeyARandomOneServesAndAWarningSaysSo(String type, CapturedOutput output)
      throws IOException {
    String user = type + ".keyless";
    String before;
    try (TestGateway gateway = keyless(type)) {
      assertThat(output.toString().lines())
          .anyMatch(line -> line.contains(" WARN ") && line.contains("secret_key is not set"));
      before = gateway.login(user);
      assertThat(gateway.login(user)).isEqualTo(before);
      assertOpens(before);
    }
    try (TestGateway restarted = keyless(type)) {
      String after = restarted.login(user);
      assertThat(after).as("another random key").isNotEqualTo(before);
      assertThat(restarted.login(user)).isEqualTo(after);
      assertOpens(after);
    }
  }

  private TestGateway keyless(String type) throws IOException {
    return withFiles().set("cache.type", type).set("secret_key", "").on(elasticsearch).start();
  }

  private void assertOpens(String header) {
    assertThat(elasticsearch.request("GET", "/_security/_authenticate", header, null).statusCode())
        .isEqualTo(200);
  }

  @Test
  void withoutACacheEveryRequestAsksElasticsearchAndThePasswordStays() {
    try (TestGateway gateway =
        TestGateway.builder().on(elasticsearch).set("cache.type", "none").start()) {
      String authorization = gateway.login("none.user", "a");
      long version = elasticsearch.version("none.user");
      assertThat(gateway.login("none.user", "a")).isEqualTo(authorization);
      assertThat(elasticsearch.version("none.user")).as("nothing was written").isEqualTo(version);
      assertThat(gateway.health().path("cache").path("mode").asText()).isEqualTo("none");

      // nothing stands between a change in Elasticsearch and the next request
      elasticsearch.request(
          "POST", "/_security/user/_password", authorization, "{\"password\":\"my-own-choice\"}");
      String healed = gateway.login("none.user", "a");
      assertThat(healed).isNotEqualTo(authorization);
      assertThat(
              elasticsearch.request("GET", "/_security/_authenticate", healed, null).statusCode())
          .isEqualTo(200);
    }
  }
}
