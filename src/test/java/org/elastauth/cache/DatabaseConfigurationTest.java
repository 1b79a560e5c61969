package org.elastauth.cache;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.Statement;
import java.util.Map;
import java.util.stream.Stream;
import org.elastauth.config.TestSettings;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The file of the H2 database is the gateway's alone. */
@EnabledOnOs({OS.LINUX, OS.MAC})
class DatabaseConfigurationTest {
  @TempDir Path folder;

  private static CacheSettings settings(String url) {
    return TestSettings.of(Map.of("cache.type", "database", "cache.url", url)).cache();
  }

  private void write(String url) throws Exception {
    try (HikariDataSource pool = new DatabaseConfiguration().cacheDataSource(settings(url))) {
      pool.setConnectionTimeout(60_000); // a busy machine opens the first one slowly
      try (Connection connection = pool.getConnection();
          Statement statement = connection.createStatement()) {
        statement.execute("CREATE TABLE IF NOT EXISTS t (x INT)");
        statement.execute("INSERT INTO t VALUES (1)");
      }
    }
  }

  private void assertOwnerOnly() throws Exception {
    try (Stream<Path> files = Files.walk(folder)) {
      assertThat(files.filter(Files::isRegularFile))
          .isNotEmpty()
          .allSatisfy(
              file ->
                  assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                      .as(file.toString())
                      .isEqualTo("rw-------"));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "jdbc:h2:%s/entries",
        "jdbc:h2:file:%s/entries",
        "jdbc:h2:%s/new/folder/entries",
        "jdbc:h2:%s/entries;USER=sa;MODE=PostgreSQL"
      })
  void aNewFile(String url) throws Exception {
    write(url.formatted(folder));
    assertOwnerOnly();
    write(url.formatted(folder)); // and again, with what was written
  }

  @ParameterizedTest
  @ValueSource(strings = {"rw-r--r--", "rw-rw-rw-"})
  void aFileOfAnEarlierRelease(String rights) throws Exception {
    write("jdbc:h2:" + folder.resolve("entries"));
    Files.setPosixFilePermissions(
        folder.resolve("entries.mv.db"), PosixFilePermissions.fromString(rights));
    write("jdbc:h2:" + folder.resolve("entries"));
    assertOwnerOnly();
  }

  @ParameterizedTest
  @CsvSource({
    "jdbc:h2:./elastauth-cache, ./elastauth-cache.mv.db",
    "jdbc:h2:file:/data/cache;MODE=MySQL, /data/cache.mv.db"
  })
  void whereItIs(String url, String file) {
    assertThat(settings(url).files()).containsExactly(Path.of(file));
    assertThat(settings("jdbc:h2:~/cache").files())
        .containsExactly(Path.of(System.getProperty("user.home"), "cache.mv.db"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "jdbc:h2:mem:x",
        "jdbc:h2:tcp://host/~/x",
        "jdbc:h2:ssl://host/x",
        "jdbc:postgresql://host/x"
      })
  void noFile(String url) {
    assertThat(settings(url).files()).isEmpty();
  }
}
