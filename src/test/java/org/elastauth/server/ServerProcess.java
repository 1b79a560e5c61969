package org.elastauth.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/**
 * A server beside the tests that can be killed, frozen and resumed. It ends with this JVM, however
 * that ends: a shell holds our pipe, and stops the server when the pipe closes.
 */
final class ServerProcess implements AutoCloseable {
  /**
   * The shell ends with the server: the pid of a server that has ended may soon be a thread of a
   * test JVM. Ctrl-C reaches the shell too; it must outlive that to stop the server.
   */
  private static final String KEEPER =
      """
      trap '' INT
      exec 3>"$0" 4<&0 </dev/null
      "$@" 3>&- 4<&- & server=$!
      echo $server >&3
      exec 3>&-
      { read -r end <&4; kill $server; } 2>/dev/null & pipe=$!
      exec 4<&-
      wait $server
      kill $pipe
      wait $pipe 2>/dev/null
      """;

  private final Process keeper;
  private final ProcessHandle server;
  private final Path log;

  private ServerProcess(Process keeper, ProcessHandle server, Path log) {
    this.keeper = keeper;
    this.server = server;
    this.log = log;
  }

  static ServerProcess start(
      Path folder, Path log, Consumer<Map<String, String>> environment, List<String> command) {
    return start(folder, log, environment, command, ProcessBuilder.Redirect.PIPE);
  }

  /**
   * @param life ends when the server shall end
   */
  static ServerProcess start(
      Path folder,
      Path log,
      Consumer<Map<String, String>> environment,
      List<String> command,
      ProcessBuilder.Redirect life) {
    try {
      Path pidFile =
          Files.createTempFile(Files.createDirectories(log.getParent()), "server", ".pid");
      ProcessBuilder builder = new ProcessBuilder("sh", "-c", KEEPER, pidFile.toString());
      builder.command().addAll(command);
      environment.accept(builder.environment());
      Process keeper =
          builder
              .directory(folder.toFile())
              .redirectInput(life)
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .start();
      String pid = "";
      while (!pid.endsWith("\n") && !keeper.waitFor(10, TimeUnit.MILLISECONDS)) {
        pid = Files.readString(pidFile);
      }
      Files.delete(pidFile);
      Optional<ProcessHandle> server =
          pid.isEmpty() ? Optional.empty() : ProcessHandle.of(Long.parseLong(pid.trim()));
      if (server.isEmpty()) {
        keeper.waitFor();
        throw new IllegalStateException("did not start: " + command + "\n" + Files.readString(log));
      }
      return new ServerProcess(keeper, server.get(), log);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /**
   * Waits until it serves. If it does not, it is ended.
   *
   * @param serves throws nothing while the server is starting
   */
  void await(String name, Duration limit, Callable<Boolean> serves) {
    try {
      Awaitility.await(name)
          .atMost(limit)
          .until(
              () -> {
                if (!isAlive()) {
                  throw new IllegalStateException("it ended");
                }
                return serves.call();
              });
    } catch (RuntimeException failed) {
      close();
      throw new IllegalStateException(name + " did not start: " + log + "\n" + said(), failed);
    }
  }

  private String said() {
    try {
      return Files.readString(log);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void kill() {
    List<ProcessHandle> family = family();
    signal("KILL", family);
    family.stream().limit(1).forEach(handle -> handle.onExit().join());
    // the others are zombies until PID 1 reaps them, which not every container does
    CompletableFuture.allOf(
            family.stream().map(ProcessHandle::onExit).toArray(CompletableFuture[]::new))
        .completeOnTimeout(null, 10, TimeUnit.SECONDS)
        .join();
    close();
  }

  void freeze() {
    signal("STOP", family());
  }

  void resume() {
    signal("CONT", family());
  }

  boolean isAlive() {
    return keeper.isAlive() && server.isAlive();
  }

  /** The server and what it started: Elasticsearch's launcher runs the server as its child. */
  private List<ProcessHandle> family() {
    return isAlive() ? Stream.concat(Stream.of(server), server.descendants()).toList() : List.of();
  }

  private static void signal(String name, List<ProcessHandle> family) {
    if (family.isEmpty()) {
      return;
    }
    StringBuilder kill = new StringBuilder("kill -" + name);
    family.forEach(handle -> kill.append(' ').append(handle.pid()));
    try {
      new ProcessBuilder("sh", "-c", kill.toString()).inheritIO().start().waitFor();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    try {
      keeper.getOutputStream().close();
      if (!keeper.waitFor(30, TimeUnit.SECONDS)) {
        signal("KILL", family());
        keeper.destroyForcibly();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
