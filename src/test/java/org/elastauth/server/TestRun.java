package org.elastauth.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.atomic.AtomicInteger;

/** What the tests of this JVM leave for the report at the end of the build. */
final class TestRun {
  /**
   * One folder a JVM: the working folders and logs of its servers, and the logs of its gateways.
   * The demo has its own, because tests may run at the same time.
   */
  static final Path FOLDER =
      Path.of(System.getProperty("servers", "target/demo-servers")).toAbsolutePath();

  /** Has as many bytes as gateways were started. */
  static final String STARTS = "gateway-starts";

  private static final AtomicInteger LOGS = new AtomicInteger();

  static {
    try {
      ElasticsearchServer.deleteRecursively(FOLDER);
      Files.createDirectories(FOLDER);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private TestRun() {}

  static Path logOfNext(String program) {
    return FOLDER.resolve(program + "-" + LOGS.incrementAndGet() + ".log");
  }

  static void gatewayStarts() {
    try {
      Files.writeString(
          FOLDER.resolve(STARTS), "+", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
