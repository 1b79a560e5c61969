package org.elastauth.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.data.redis.core.StringRedisTemplate;
import redis.embedded.core.ExecutableProvider;

/** A real Redis on a free loopback port. */
public final class RedisServer implements AutoCloseable {
  private static final Path WORK = Path.of("target", "redis").toAbsolutePath();

  private final int port;
  private final List<String> command;
  private final LettuceConnectionFactory connections;
  private final StringRedisTemplate template;
  private ServerProcess process;

  private RedisServer(int port, List<String> command) {
    this.port = port;
    this.command = command;
    RedisStandaloneConfiguration here = new RedisStandaloneConfiguration("127.0.0.1", port);
    int password = command.indexOf("--requirepass") + 1;
    if (password > 0) {
      here.setPassword(command.get(password));
    }
    this.connections = new LettuceConnectionFactory(here);
    this.connections.afterPropertiesSet();
    this.connections.start();
    this.template = new StringRedisTemplate(connections);
  }

  /**
   * @param options as on the command line, such as {@code --maxmemory 1mb}
   */
  public static RedisServer start(String... options) {
    try {
      Path executable =
          ExecutableProvider.newJarResourceProvider(Files.createDirectories(WORK).toFile())
              .get()
              .toPath();
      int port = freePort();
      List<String> command =
          new ArrayList<>(
              List.of(
                  executable.toAbsolutePath().toString(),
                  "--port",
                  Integer.toString(port),
                  "--bind",
                  "127.0.0.1",
                  "--save",
                  "",
                  "--appendonly",
                  "no"));
      command.addAll(List.of(options));
      RedisServer server = new RedisServer(port, command);
      server.restart();
      return server;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Starts it again, empty, on the same port. */
  public void restart() {
    process =
        ServerProcess.start(
            WORK, WORK.resolve("redis-" + port + ".log"), environment -> {}, command);
    Awaitility.await("Redis").atMost(Duration.ofSeconds(20)).until(this::accepts);
  }

  private boolean accepts() {
    try (var socket = new java.net.Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.isConnected();
    } catch (IOException notYet) {
      return false;
    }
  }

  public String address() {
    return "127.0.0.1:" + port;
  }

  /** To look at and change what the gateways see. */
  public StringRedisTemplate template() {
    return template;
  }

  public void flush() {
    try (var connection = connections.getConnection()) {
      connection.serverCommands().flushAll();
    }
  }

  /** How often a command ran since the start, such as {@code get}. */
  public long calls(String command) {
    String calls = info("commandstats", "cmdstat_" + command);
    return calls == null ? 0 : Long.parseLong(calls.replaceAll("calls=(\\d+).*", "$1"));
  }

  /** A field of INFO, or null. */
  public String info(String section, String field) {
    try (var connection = connections.getConnection()) {
      return connection.serverCommands().info(section).getProperty(field);
    }
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
    connections.destroy();
    process.close();
  }

  /** A port nobody listens on at this moment. */
  public static int freePort() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
