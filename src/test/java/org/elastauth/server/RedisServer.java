package org.elastauth.server;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.StaticCredentialsProvider;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.StatusOutput;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.elastauth.redis.RedisConnections;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.data.redis.core.StringRedisTemplate;
import redis.embedded.core.ExecutableProvider;

/** A real Redis on a free loopback port; with TLS on a second one, where that is asked for. */
public final class RedisServer implements AutoCloseable {
  static final Path WORK = TestRun.FOLDER.resolve("redis");

  private static final String LOCAL = "127.0.0.1";

  private static String executable;

  private final String host;
  private final int port;
  private final int tlsPort;
  private final List<String> command;
  private final LettuceConnectionFactory connections;
  private final StringRedisTemplate template;
  private final RedisClient client;
  private ServerProcess process;
  private StatefulRedisConnection<String, String> admin;

  private RedisServer(String host, int port, int tlsPort, List<String> command) {
    this.host = host;
    this.port = port;
    this.tlsPort = tlsPort;
    this.command = command;
    int option = command.indexOf("--requirepass") + 1;
    String password = option > 0 ? command.get(option) : "";
    RedisStandaloneConfiguration server = new RedisStandaloneConfiguration(host, port);
    server.setPassword(password);
    RedisURI uri = RedisURI.create(host, port);
    if (!password.isEmpty()) { // without HELLO, an empty one would be sent, too
      uri.setCredentialsProvider(new StaticCredentialsProvider(null, password.toCharArray()));
    }
    this.client = RedisClient.create(uri);
    this.connections = new LettuceConnectionFactory(server);
    this.connections.afterPropertiesSet();
    this.connections.start();
    this.template = new StringRedisTemplate(connections);
  }

  /**
   * @param options as on the command line, such as {@code --maxmemory 1mb}
   */
  public static RedisServer start(String... options) {
    return start(freePort(), 0, options);
  }

  /**
   * @param certificates of which it shows {@code server}
   * @param clients whether it demands a certificate signed by {@code ca} in return
   */
  public static RedisServer startWithTls(
      Certificates certificates, String server, boolean clients, String... options) {
    int tlsPort = freePort();
    List<String> all =
        new ArrayList<>(
            List.of(
                "--tls-port",
                Integer.toString(tlsPort),
                "--tls-cert-file",
                certificates.certificate(server).toString(),
                "--tls-key-file",
                certificates.key(server).toString(),
                "--tls-ca-cert-file",
                certificates.certificate("ca").toString(),
                "--tls-auth-clients",
                clients ? "yes" : "no"));
    all.addAll(List.of(options));
    return start(freePort(), tlsPort, all.toArray(String[]::new));
  }

  /**
   * @param host a loopback address, such as 127.0.0.2
   */
  public static RedisServer startAt(String host, int port, String... options) {
    return start(executable(), host, port, 0, options);
  }

  static RedisServer start(int port, int tlsPort, String... options) {
    return start(executable(), LOCAL, port, tlsPort, options);
  }

  static RedisServer start(String program, String host, int port, int tlsPort, String... options) {
    List<String> command =
        new ArrayList<>(
            List.of(
                program,
                "--port",
                Integer.toString(port),
                "--bind",
                host,
                "--save",
                "",
                "--appendonly",
                "no",
                "--dbfilename",
                snapshot(host, port)));
    command.addAll(List.of(options));
    RedisServer server = new RedisServer(host, port, tlsPort, command);
    server.restart();
    return server;
  }

  /** A replica keeps what its master sent, and would begin with it. */
  private static String snapshot(String host, int port) {
    return name(host, port) + ".rdb";
  }

  private static String name(String host, int port) {
    return "redis-" + port + (host.equals(LOCAL) ? "" : "-" + host);
  }

  /** Unpacked once: a program that runs cannot be written. */
  static synchronized String executable() {
    if (executable == null) {
      try {
        executable =
            ExecutableProvider.newJarResourceProvider(Files.createDirectories(WORK).toFile())
                .get()
                .getAbsolutePath();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return executable;
  }

  /** Starts it again, empty, on the same port. */
  public void restart() {
    try {
      Files.deleteIfExists(WORK.resolve(snapshot(host, port)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    process =
        ServerProcess.start(
            WORK, WORK.resolve(name(host, port) + ".log"), environment -> {}, command);
    process.await("Redis", Duration.ofSeconds(20), this::accepts);
  }

  private boolean accepts() {
    try (var socket = new java.net.Socket(host, port)) {
      return socket.isConnected();
    } catch (IOException notYet) {
      return false;
    }
  }

  public String address() {
    return host + ":" + port;
  }

  public int port() {
    return port;
  }

  public String tlsAddress() {
    return "127.0.0.1:" + tlsPort;
  }

  /** As the administrator. */
  public synchronized RedisCommands<String, String> admin() {
    if (admin == null || !admin.isOpen()) {
      admin = client.connect();
    }
    return admin.sync();
  }

  /**
   * Lets a user in with the password {@code pw}.
   *
   * @param rights beside those of the seed
   */
  public void acl(String user, String... rights) {
    List<String> rules = new ArrayList<>(List.of("on", ">pw", "~elastauth-*", "+@read", "+@write"));
    rules.addAll(List.of(rights));
    CommandArgs<String, String> arguments =
        new CommandArgs<>(StringCodec.UTF8).add("SETUSER").add(user);
    rules.forEach(arguments::add);
    admin().dispatch(CommandType.ACL, new StatusOutput<>(StringCodec.UTF8), arguments);
  }

  /** Sends a command over a connection of its own, and does not wait for its reply. */
  public void later(String command, String... arguments) {
    CommandArgs<String, String> all = new CommandArgs<>(StringCodec.UTF8);
    List.of(arguments).forEach(all::add);
    client
        .connect()
        .async()
        .dispatch(CommandType.valueOf(command), new StatusOutput<>(StringCodec.UTF8), all);
  }

  /** How many connections the gateways hold. */
  public long gatewayConnections() {
    return admin().clientList().lines().filter(line -> line.contains(" name=elastauth ")).count();
  }

  /**
   * Until the gateway has opened its connections, ten by default, and its subscription. From then
   * on it sends what requests and health checks need, and nothing else.
   */
  public void awaitConnections(TestGateway gateway) {
    RedisConnections opened = gateway.bean(RedisConnections.class);
    Awaitility.await("ten connections and a subscription")
        .until(() -> opened.active() == 10 && !admin().pubsubChannels().isEmpty());
  }

  /** How many commands ran since the start; the next call of this adds one. */
  public long commands() {
    return Long.parseLong(info("stats", "total_commands_processed"));
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

  /** How often gateways read an entry since the start. */
  public long reads() {
    return calls("getrange");
  }

  /** How often a command ran since the start, such as {@code setex}. */
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
    client.shutdown(Duration.ZERO, Duration.ZERO);
    connections.destroy();
    process.close();
  }

  /** A port on which no server listens now. */
  public static int freePort() {
    return FreePorts.next();
  }
}
