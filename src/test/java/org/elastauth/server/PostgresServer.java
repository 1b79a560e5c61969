package org.elastauth.server;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/** A real PostgreSQL on a free loopback port, with an empty database. */
public final class PostgresServer implements AutoCloseable {
  private static final Path WORK = TestRun.FOLDER.resolve("postgres");

  private static final boolean IS_ROOT = "root".equals(System.getProperty("user.name"));

  private final int port = RedisServer.freePort();
  private final JdbcTemplate template = new JdbcTemplate(new DriverManagerDataSource(url()));
  private final AtomicInteger databases = new AtomicInteger();
  private List<String> command;

  /** Null until it was started. */
  private ServerProcess process;

  private PostgresServer() {}

  /** Starts with its first database: many cases of its test classes need no PostgreSQL. */
  static PostgresServer shared() {
    return new PostgresServer();
  }

  public static PostgresServer start() {
    PostgresServer server = new PostgresServer();
    server.startFirst();
    return server;
  }

  private void startFirst() {
    assumeTrue(
        !IS_ROOT || mayUnshare(),
        "PostgreSQL refuses to run as root, and unshare -U is not allowed here");
    Path data = WORK.resolve("data-" + port);
    try {
      Files.createDirectories(WORK);
      // unpacks the programs and makes the database; from then on it is a process of ours
      EmbeddedPostgres.builder()
          .setOverrideWorkingDirectory(WORK.toFile())
          .setDataDirectory(data)
          // the one every machine has
          .setLocaleConfig("locale", "C")
          .setCleanDataDirectory(false)
          .setPort(port)
          .setPGStartupWait(Duration.ofMinutes(1))
          .start()
          .close();
      command = command(data, port);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    restart();
  }

  private static boolean mayUnshare() {
    try {
      return new ProcessBuilder("unshare", "-U", "true").start().waitFor() == 0;
    } catch (IOException notInstalled) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private static List<String> command(Path data, int port) throws IOException {
    List<String> command = new ArrayList<>();
    if (IS_ROOT) {
      command.addAll(List.of("unshare", "-U"));
    }
    try (Stream<Path> programs = Files.list(WORK)) {
      command.add(
          programs
              .map(folder -> folder.resolve("bin/postgres"))
              .filter(Files::isExecutable)
              .findFirst()
              .orElseThrow()
              .toString());
    }
    command.addAll(List.of("-D", data.toString(), "-p", Integer.toString(port), "-F"));
    command.addAll(List.of("-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="));
    return command;
  }

  /** Starts it again on the same port, with what it held. */
  public void restart() {
    process =
        ServerProcess.start(
            WORK, WORK.resolve("postgres-" + port + ".log"), environment -> {}, command);
    process.await("PostgreSQL", Duration.ofSeconds(60), this::answers);
  }

  private boolean answers() {
    try {
      template.execute("SELECT 1");
      return true;
    } catch (DataAccessException notYet) {
      return false;
    }
  }

  public String url() {
    return url("postgres");
  }

  private String url(String database) {
    return "jdbc:postgresql://127.0.0.1:" + port + "/" + database + "?user=postgres";
  }

  /** The URL of a database that no other test uses; it has no table yet. */
  public synchronized String newDatabase() {
    if (process == null) {
      startFirst();
    }
    String name = "test" + databases.incrementAndGet();
    template.execute("CREATE DATABASE " + name);
    return url(name);
  }

  public void kill() {
    process.kill();
  }

  public void freeze() {
    process.freeze();
  }

  public void resume() {
    process.resume();
  }

  @Override
  public void close() {
    // told to stop, it would wait for whoever is connected
    process.kill();
    process.close();
  }
}
