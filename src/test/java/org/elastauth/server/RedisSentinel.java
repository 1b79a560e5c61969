package org.elastauth.server;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;

/** A real master with its replica, and a Sentinel that watches them as {@code mymaster}. */
public final class RedisSentinel implements AutoCloseable {
  private static final String BY_NAME =
      "sentinel resolve-hostnames yes\nsentinel announce-hostnames yes";

  private final RedisServer master;
  private final RedisServer replica;
  private final int port = RedisServer.freePort();
  private final ServerProcess sentinel;
  private final RedisClient client;

  private final String password;

  private RedisSentinel(
      RedisServer master, RedisServer replica, String password, String host, String others) {
    this.master = master;
    this.replica = replica;
    this.password = password;
    this.client = RedisClient.create();
    Path configuration = RedisServer.WORK.resolve("sentinel-" + port + ".conf");
    try {
      Files.writeString(
          configuration,
          """
          port %d
          bind 127.0.0.1
          %s
          sentinel monitor mymaster %s %d 1
          sentinel down-after-milliseconds mymaster 1000
          sentinel failover-timeout mymaster 5000
          %s
          """
              .formatted(
                  port, host.equals("127.0.0.1") ? "" : BY_NAME, host, master.port(), others));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    this.sentinel =
        ServerProcess.start(
            RedisServer.WORK,
            RedisServer.WORK.resolve("sentinel-" + port + ".log"),
            environment -> {},
            List.of(RedisServer.executable(), configuration.toString(), "--sentinel"));
  }

  public static RedisSentinel start() {
    return start(RedisServer.start(), "", "127.0.0.1", "");
  }

  /**
   * One that announces its master by name, and never another server.
   *
   * @param name of 127.0.0.1
   */
  public static RedisSentinel startAnnouncing(String name) {
    return start(RedisServer.start(), "", name, "", "--replica-priority", "0");
  }

  /**
   * @param password of the servers
   * @param own of the Sentinel itself
   */
  public static RedisSentinel startWithPasswords(String password, String own) {
    return start(
        RedisServer.start("--requirepass", password, "--masterauth", password),
        own,
        "127.0.0.1",
        "sentinel auth-pass mymaster %s\nrequirepass %s".formatted(password, own),
        "--requirepass",
        password,
        "--masterauth",
        password);
  }

  private static RedisSentinel start(
      RedisServer master, String password, String host, String others, String... options) {
    List<String> following =
        new ArrayList<>(List.of("--replicaof", "127.0.0.1", Integer.toString(master.port())));
    following.addAll(List.of(options));
    RedisServer replica = RedisServer.start(following.toArray(String[]::new));
    Awaitility.await("replication")
        .until(() -> replica.admin().info("replication").contains("master_link_status:up"));
    RedisSentinel all = new RedisSentinel(master, replica, password, host, others);
    try {
      Awaitility.await("the Sentinel knows the replica")
          .atMost(Duration.ofSeconds(30))
          .ignoreExceptions()
          .until(() -> "1".equals(all.master().get("num-slaves")));
      return all;
    } catch (RuntimeException failed) {
      all.close();
      throw failed;
    }
  }

  private RedisURI uri() {
    RedisURI.Builder uri = RedisURI.builder().withHost("127.0.0.1").withPort(port);
    if (!password.isEmpty()) {
      uri.withPassword(password.toCharArray());
    }
    return uri.build();
  }

  private Map<String, String> master() {
    try (var connection = client.connectSentinel(uri())) {
      return connection.sync().master("mymaster");
    }
  }

  public RedisServer first() {
    return master;
  }

  public RedisServer second() {
    return replica;
  }

  public String address() {
    return "127.0.0.1:" + port;
  }

  /** Until the Sentinel names it. */
  public void awaitMaster(RedisServer server) {
    Awaitility.await("failover")
        .atMost(Duration.ofSeconds(60))
        .until(() -> Integer.toString(server.port()).equals(master().get("port")));
  }

  /** Until it follows the other. */
  public void awaitReplica(RedisServer server) {
    Awaitility.await("replication")
        .atMost(Duration.ofSeconds(60))
        .ignoreExceptions()
        .until(() -> server.admin().info("replication").contains("master_link_status:up"));
  }

  /** Fails over to it, unless it is the master. */
  public void makeMaster(RedisServer server) {
    if (!Integer.toString(server.port()).equals(master().get("port"))) {
      failover();
      awaitMaster(server);
    }
  }

  /** Makes the replica the master, with both alive. */
  public void failover() {
    try (var connection = client.connectSentinel(uri())) {
      Awaitility.await("a failover is begun, once no other is under way")
          .atMost(Duration.ofSeconds(60))
          .ignoreExceptions()
          .until(() -> "OK".equals(connection.sync().failover("mymaster")));
    }
  }

  @Override
  public void close() {
    client.shutdown(Duration.ZERO, Duration.ZERO);
    sentinel.close();
    replica.close();
    master.close();
  }
}
