package org.elastauth.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * A server beside the tests that can be killed, frozen and resumed. It ends with this JVM, however
 * that ends: a shell holds our pipe, and stops the server when the pipe closes.
 */
final class ServerProcess implements AutoCloseable {
  /** Ctrl-C reaches the shell too; it must outlive that to stop the server. */
  private static final String KEEPER =
      "trap '' INT; \"$@\" </dev/null & pid=$!; echo $pid >&3; exec 3>&-; cat >/dev/null; kill $pid 2>/dev/null; wait $pid";

  private final Process keeper;
  private final ProcessHandle server;

  private ServerProcess(Process keeper, ProcessHandle server) {
    this.keeper = keeper;
    this.server = server;
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
      ProcessBuilder builder =
          new ProcessBuilder("sh", "-c", "exec 3>\"$0\"; " + KEEPER, pidFile.toString());
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
        keeper.destroyForcibly();
        throw new IllegalStateException("did not start: " + command + "\n" + Files.readString(log));
      }
      return new ServerProcess(keeper, server.get());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  void kill() {
    List<ProcessHandle> family = family();
    signal("KILL", family);
    family.forEach(handle -> handle.onExit().join());
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
      if (!server.isAlive()) {
        // the shell would stop whoever has the server's pid by now: a thread of this JVM, for one
        keeper.destroyForcibly();
        return;
      }
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
