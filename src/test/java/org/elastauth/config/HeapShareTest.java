package org.elastauth.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients may fill every store: the heap of each shipped file of Java options has room for all. */
class HeapShareTest {
  private static final long MIB = 1 << 20;
  private static final long BASE = 20 * MIB;

  @ParameterizedTest
  @ValueSource(strings = {"128", "160", "256"})
  void allStoresFitTogether(String form) throws IOException {
    List<String> options = Files.readAllLines(Path.of("docker/memory", form + ".args"));
    long heap =
        options.stream()
            .filter(option -> option.startsWith("-Xmx"))
            .mapToLong(option -> Long.parseLong(option.replaceAll("\\D", "")) * MIB)
            .findFirst()
            .orElseThrow();
    assertThat(Stream.of(HeapShare.values()).mapToLong(store -> store.bytesOf(heap)).sum())
        .isBetween((heap - BASE) / 2, heap - BASE);
    assertThat(options)
        .as("a process without memory ends, and is started again")
        .contains("-XX:+ExitOnOutOfMemoryError");
  }
}
