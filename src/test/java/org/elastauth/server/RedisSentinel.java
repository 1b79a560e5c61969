package org.elastauth.server;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;

/** A real master with its replica, and a Sentinel that watches them as {@code mymaster}. */
public final class RedisSentinel implements AutoCloseable {
  private final RedisServer master;
  private final RedisServer replica;
  private final int port = RedisServer.freePort();
  private final ServerProcess sentinel;
  private final RedisClient client;

  private RedisSentinel(RedisServer master, RedisServer replica) {
    this.master = master;
    this.replica = replica;
    this.client = RedisClient.create();
    Path configuration = RedisServer.WORK.resolve("sentinel-" + port + ".conf");
    try {
      Files.writeString(
          configuration,
          """
          port %d
          bind 127.0.0.1
          sentinel monitor mymaster 127.0.0.1 %d 1
          sentinel down-after-milliseconds mymaster 1000
          sentinel failover-timeout mymaster 5000
          """
              .formatted(port, master.port()));
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
    RedisServer master = RedisServer.start();
    RedisServer replica =
        RedisServer.start("--replicaof", "127.0.0.1", Integer.toString(master.port()));
    Awaitility.await("replication")
        .until(() -> replica.admin().info("replication").contains("master_link_status:up"));
    RedisSentinel all = new RedisSentinel(master, replica);
    Awaitility.await("the Sentinel knows the replica")
        .atMost(Duration.ofSeconds(30))
        .ignoreExceptions()
        .until(() -> "1".equals(all.master().get("num-slaves")));
    return all;
  }

  private Map<String, String> master() {
    try (var connection = client.connectSentinel(RedisURI.create("redis://" + address()))) {
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

  /** Until the Sentinel says that the second one is the master. */
  public void awaitFailover() {
    Awaitility.await("failover")
        .atMost(Duration.ofSeconds(60))
        .until(() -> Integer.toString(replica.port()).equals(master().get("port")));
  }

  @Override
  public void close() {
    client.shutdown(Duration.ZERO, Duration.ZERO);
    sentinel.close();
    replica.close();
    master.close();
  }
}
