package org.elastauth.redis;

import io.lettuce.core.RedisException;
import io.lettuce.core.SetArgs;
import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import io.lettuce.core.cluster.api.sync.RedisClusterCommands;
import io.lettuce.core.cluster.models.partitions.RedisClusterNode;
import io.lettuce.core.models.role.RedisInstance.Role;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.DefaultClientResources;
import io.lettuce.core.sentinel.api.StatefulRedisSentinelConnection;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.elastauth.config.ConfigurationFaults;
import org.elastauth.config.SecretFiles;

/**
 * Asks Redis about itself, over the same connection as the gateway. Changes nothing, and never
 * calls {@code CONFIG}.
 */
public final class RedisInspection implements AutoCloseable {
  private static final int PINGS = 5;

  /**
   * What a server says of itself.
   *
   * @param address host:port
   * @param info the fields of {@code INFO}; empty if it is refused
   * @param refused why {@code INFO} is refused; empty if it is not
   * @param latency of the fastest of a few commands
   * @param ahead how far its clock is ahead of this one; null if {@code TIME} is refused
   */
  public record Node(
      String address, Map<String, String> info, String refused, Duration latency, Duration ahead) {}

  /**
   * @param state the fields of {@code SENTINEL MASTER}; empty if it does not answer
   * @param failure why it does not answer; empty if it does
   */
  public record Sentinel(String address, Map<String, String> state, String failure) {}

  private final RedisUrl server;
  private final RedisRights rights;
  private final ClientResources resources;
  private final RedisConnector connector;
  private final byte[] unusedKey;
  private StatefulConnection<byte[], byte[]> connection;

  /**
   * @param features whose rights are tried
   * @param prefix of all keys and channels
   */
  public RedisInspection(
      RedisSettings settings, List<RequiredRights> features, String prefix, SecretFiles secrets) {
    this.server = settings.server();
    this.rights = new RedisRights(features, prefix, prefix + "revoked");
    this.unusedKey = (prefix + "rights").getBytes(StandardCharsets.UTF_8);
    this.resources =
        DefaultClientResources.builder()
            .addressResolverGroup(new HostNames(settings.connectTimeout()))
            .nettyCustomizer(new RedisPipeline())
            .build();
    this.connector = new RedisConnector(settings, resources, rights, secrets);
  }

  /**
   * Connects, and tries the rights of each feature.
   *
   * @throws ConfigurationFaults if {@code redis.db} cannot be used
   * @throws RedisException if Redis is unreachable or refuses the connection
   */
  public void connect() {
    connection = connector.connect();
  }

  public boolean isCluster() {
    return connection instanceof StatefulRedisClusterConnection;
  }

  public List<MissingRights> missing() {
    return rights.missing();
  }

  /** Why Redis refuses a write that would change nothing; empty if it does not. */
  public String writeRefusal() {
    try {
      commands().set(unusedKey, new byte[0], SetArgs.Builder.xx());
      return "";
    } catch (RedisException refused) {
      return RedisFailure.isNotPermitted(refused) ? "" : RedisFailure.reason(refused);
    }
  }

  private RedisClusterCommands<byte[], byte[]> commands() {
    return connection instanceof StatefulRedisClusterConnection<byte[], byte[]> cluster
        ? cluster.sync()
        : ((StatefulRedisConnection<byte[], byte[]>) connection).sync();
  }

  /** The server, or the masters of a cluster. */
  public List<Node> nodes() {
    if (connection instanceof StatefulRedisClusterConnection<byte[], byte[]> cluster) {
      List<Node> nodes = new ArrayList<>();
      cluster.getPartitions().stream()
          .filter(node -> node.getRole() == Role.UPSTREAM)
          .sorted(Comparator.comparing(node -> node.getUri().getPort()))
          .forEach(node -> nodes.add(node(cluster, node)));
      return nodes;
    }
    RedisUrl.Node first = server.nodes().get(0);
    String address = server.isSentinel() ? "master " + server.master() : address(first);
    return List.of(node(address, ((StatefulRedisConnection<byte[], byte[]>) connection).sync()));
  }

  private static Node node(
      StatefulRedisClusterConnection<byte[], byte[]> cluster, RedisClusterNode node) {
    String address = node.getUri().getHost() + ":" + node.getUri().getPort();
    return node(address, cluster.getConnection(node.getNodeId()).sync());
  }

  private static Node node(String address, RedisCommands<byte[], byte[]> redis) {
    Map<String, String> info = Map.of();
    String refused = "";
    try {
      info = fields(redis.info());
    } catch (RedisException failure) {
      refused = RedisFailure.reason(failure);
    }
    long fastest = Long.MAX_VALUE;
    for (int i = 0; i < PINGS; i++) {
      long began = System.nanoTime();
      orNull(redis::ping); // a refusal takes as long
      fastest = Math.min(fastest, System.nanoTime() - began);
    }
    long asked = System.currentTimeMillis();
    List<byte[]> time = orNull(redis::time);
    long here = (asked + System.currentTimeMillis()) / 2;
    Duration ahead =
        time == null
            ? null
            : Duration.ofMillis(
                TimeUnit.SECONDS.toMillis(number(time.get(0))) + number(time.get(1)) / 1000 - here);
    return new Node(address, info, refused, Duration.ofNanos(fastest), ahead);
  }

  private static long number(byte[] text) {
    return Long.parseLong(new String(text, StandardCharsets.US_ASCII));
  }

  /** Null if Redis refuses the command. */
  private static <T> T orNull(Supplier<T> command) {
    try {
      return command.get();
    } catch (RedisException refused) {
      if (RedisFailure.reply(refused).isEmpty()) {
        throw refused;
      }
      return null;
    }
  }

  /** The fields of {@code CLUSTER INFO}; empty without a cluster. */
  public Map<String, String> clusterState() {
    return isCluster() ? fields(commands().clusterInfo()) : Map.of();
  }

  /** Each configured Sentinel; none without Sentinels. */
  public List<Sentinel> sentinels() {
    return server.isSentinel() ? server.nodes().stream().map(this::sentinel).toList() : List.of();
  }

  private Sentinel sentinel(RedisUrl.Node node) {
    try (StatefulRedisSentinelConnection<byte[], byte[]> sentinel = connector.connectTo(node)) {
      Map<String, String> state = new LinkedHashMap<>();
      sentinel
          .sync()
          .master(server.master().getBytes(StandardCharsets.UTF_8))
          .forEach(
              (name, value) ->
                  state.put(
                      new String(name, StandardCharsets.UTF_8),
                      new String(value, StandardCharsets.UTF_8)));
      return new Sentinel(address(node), state, "");
    } catch (RedisException failure) {
      return new Sentinel(address(node), Map.of(), RedisFailure.reason(failure));
    }
  }

  private static String address(RedisUrl.Node node) {
    return node.host() + ":" + node.port();
  }

  /** The lines {@code name:value}. */
  private static Map<String, String> fields(String text) {
    Map<String, String> fields = new LinkedHashMap<>();
    text.lines()
        .filter(line -> line.indexOf(':') > 0)
        .forEach(
            line ->
                fields.put(
                    line.substring(0, line.indexOf(':')), line.substring(line.indexOf(':') + 1)));
    return fields;
  }

  @Override
  public void close() {
    connector.close();
    resources.shutdown(0, 0, TimeUnit.MILLISECONDS);
  }
}
