package org.elastauth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The unit of docker/systemd, as systemd itself judges it. */
class SystemdFilesTest {
  private static final String NAME = "elastauth.service";
  private static final Path UNIT = Path.of("docker", "systemd", NAME);
  private static final Path ANALYZE = Path.of("/usr/bin/systemd-analyze");

  @TempDir Path folder;

  @BeforeEach
  void systemdIsInstalled() {
    assumeTrue(Files.isExecutable(ANALYZE), "systemd-analyze is not installed");
  }

  private record Answer(int code, String text) {}

  private static Answer analyze(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(ANALYZE.toString()));
    command.addAll(Arrays.asList(arguments));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String text = new String(process.getInputStream().readAllBytes());
    return new Answer(process.waitFor(), text);
  }

  /** The unit with the JVM of this machine. */
  private Path unit(String search, String replacement) throws IOException {
    String text = Files.readString(UNIT);
    assertThat(text).contains("ExecStart=/usr/bin/java ").contains(search);
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    return Files.writeString(
        folder.resolve(NAME), text.replace("/usr/bin/java", java).replace(search, replacement));
  }

  @Test
  void systemdAcceptsTheUnit() throws IOException, InterruptedException {
    assertThat(analyze("verify", unit("", "").toString())).isEqualTo(new Answer(0, ""));
  }

  @ParameterizedTest
  @ValueSource(strings = {"DynamicUser", "LoadCredential", "MemoryMax", "TimeoutStopSec"})
  void aMisspelledSettingIsNamed(String setting) throws IOException, InterruptedException {
    Path unit = unit(setting + "=", setting + "x=");
    assertThat(analyze("verify", unit.toString()).text()).contains("'" + setting + "x'");
  }

  /** In tenths: 2.0 of 10. Without the sandbox it would be 9.2. */
  @Test
  void theServiceIsHardlyExposed() throws IOException, InterruptedException {
    Answer answer =
        analyze("security", "--offline=true", "--threshold=20", unit("", "").toString());
    assertThat(answer.code()).as(answer.text()).isZero();
  }
}
