package org.elastauth.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Clients fill all stores: the smallest heap has room for them. */
class SessionMemoryTest {
  private static final int LONGEST_SECONDS = 60;

  @TempDir private Path folder;

  /** With the heap of 128.args. */
  @Test
  void fullStoresFitIntoTheSmallestHeap() throws Exception {
    Path output = folder.resolve("output");
    Process program =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                "-Xmx32m",
                "-Xmn6m",
                "-XX:+UseSerialGC",
                "-XX:+ExitOnOutOfMemoryError",
                "-cp",
                System.getProperty("java.class.path"),
                FullStores.class.getName())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    try {
      assertThat(program.waitFor(LONGEST_SECONDS, TimeUnit.SECONDS)).as("in time").isTrue();
      String text = Files.readString(output);
      assertThat(program.exitValue()).as(text).isZero();
      assertThat(text)
          .as("500 entries of a first tier fit, 20,000 do not")
          .containsOnlyOnce("The heap has room for about")
          .contains("less than cache.hybrid_l1_size: 20000");
    } finally {
      program.destroyForcibly();
    }
  }
}
