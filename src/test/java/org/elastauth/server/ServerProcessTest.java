package org.elastauth.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@EnabledOnOs({OS.LINUX, OS.MAC})
@Timeout(60)
class ServerProcessTest {
  @TempDir Path folder;

  private ServerProcess start(String script) {
    return ServerProcess.start(
        folder, folder.resolve("log"), environment -> {}, List.of("sh", "-c", script));
  }

  /** The pids that a script has printed. */
  private List<ProcessHandle> printed(int number) {
    return Awaitility.await()
        .until(() -> Files.readAllLines(folder.resolve("log")), lines -> lines.size() == number)
        .stream()
        .map(pid -> ProcessHandle.of(Long.parseLong(pid)).orElseThrow())
        .toList();
  }

  /** It would kill the pid of the server later, which may be a thread of a test JVM by then. */
  @Test
  void itsShellEndsWithIt() throws Exception {
    try (ServerProcess process = start("echo $$; echo $PPID; exec sleep 1000")) {
      List<ProcessHandle> printed = printed(2);
      printed.get(0).destroy();
      printed.get(1).onExit().get(30, TimeUnit.SECONDS);
      assertThat(process.isAlive()).isFalse();
    }
  }

  @Test
  void itEndsWhenItIsClosed() throws Exception {
    ServerProcess process = start("echo $$; exec sleep 1000");
    ProcessHandle server = printed(1).get(0);
    process.close();
    assertThat(server.isAlive()).isFalse();
  }

  @Test
  void aStartThatFailsLeavesNoProcess() {
    ServerProcess process = start("echo $$; exec sleep 1000");
    ProcessHandle server = printed(1).get(0);
    assertThatThrownBy(() -> process.await("it", Duration.ofSeconds(1), () -> false))
        .hasMessageContaining("it did not start")
        .hasMessageContaining(Long.toString(server.pid()));
    assertThat(server.isAlive()).isFalse();
  }

  @Test
  void aServerThatEndsAtItsStartIsNotAwaited() {
    ServerProcess process = start("until [ -e asked ]; do :; done; echo a port is in use; exit 1");
    assertThatThrownBy(() -> process.await("it", Duration.ofSeconds(50), this::refuse))
        .hasMessageContaining("a port is in use");
  }

  private boolean refuse() throws IOException {
    Files.writeString(folder.resolve("asked"), "");
    return false;
  }
}
