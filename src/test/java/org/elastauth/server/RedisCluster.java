package org.elastauth.server;

import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.cluster.SlotHash;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/** A real Redis Cluster of three masters. */
public final class RedisCluster implements AutoCloseable {
  private final List<RedisServer> nodes = new ArrayList<>();

  /**
   * @param options of each node
   */
  public static RedisCluster start(String... options) {
    RedisCluster cluster = new RedisCluster();
    try {
      for (int i = 0; i < 3; i++) {
        cluster.nodes.add(node(RedisServer.executable(), "127.0.0.1", freePort(), options));
      }
      cluster.join();
      return cluster;
    } catch (RuntimeException failed) {
      cluster.close();
      throw failed;
    }
  }

  private void join() {
    int share = SlotHash.SLOT_COUNT / 3 + 1;
    for (int i = 0; i < 3; i++) {
      RedisCommands<String, String> node = nodes.get(i).admin();
      int end = Math.min(SlotHash.SLOT_COUNT, (i + 1) * share);
      node.clusterAddSlots(java.util.stream.IntStream.range(i * share, end).toArray());
      node.clusterSetConfigEpoch(i + 1L);
      node.clusterMeet("127.0.0.1", nodes.get(0).port());
    }
    Awaitility.await("the nodes know each other")
        .atMost(Duration.ofSeconds(30))
        .until(
            () ->
                nodes.stream()
                    .map(node -> node.admin().clusterInfo())
                    .allMatch(
                        info ->
                            info.contains("cluster_state:ok")
                                && info.contains("cluster_known_nodes:3")));
  }

  /**
   * A node with all slots, which is a cluster of its own.
   *
   * @param program redis-server; empty: the Redis of the tests
   */
  public static RedisServer startNode(String program, String host, int port, String... options) {
    RedisServer node =
        node(program.isEmpty() ? RedisServer.executable() : program, host, port, options);
    node.admin()
        .clusterAddSlots(java.util.stream.IntStream.range(0, SlotHash.SLOT_COUNT).toArray());
    Awaitility.await("the slots are served")
        .until(() -> node.admin().clusterInfo().contains("cluster_state:ok"));
    return node;
  }

  /** A port of a node: the nodes talk to each other on one that is higher by 10 000. */
  public static int freePort() {
    return Stream.generate(RedisServer::freePort)
        .filter(port -> FreePorts.isFree(port + FreePorts.BUS))
        .findFirst()
        .orElseThrow();
  }

  private static RedisServer node(String program, String host, int port, String... options) {
    try {
      String state = "nodes-" + port + "-" + host + ".conf";
      Files.createDirectories(RedisServer.WORK);
      Files.deleteIfExists(RedisServer.WORK.resolve(state));
      List<String> all =
          new ArrayList<>(
              List.of(
                  "--cluster-enabled",
                  "yes",
                  "--cluster-config-file",
                  state,
                  "--cluster-node-timeout",
                  "2000"));
      all.addAll(List.of(options));
      return RedisServer.start(program, host, port, 0, all.toArray(String[]::new));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public List<RedisServer> nodes() {
    return nodes;
  }

  /** All its nodes. */
  public String url() {
    return "redis://"
        + nodes.stream().map(RedisServer::address).collect(Collectors.joining(","))
        + "/0";
  }

  /** The node that holds a key. */
  public RedisServer owner(String key) {
    String id =
        nodes
            .get(0)
            .admin()
            .clusterNodes()
            .lines()
            .filter(line -> hasSlot(line, SlotHash.getSlot(key)))
            .findFirst()
            .orElseThrow()
            .split(" ")[0];
    return nodes.stream()
        .filter(node -> node.admin().clusterMyId().equals(id))
        .findFirst()
        .orElseThrow();
  }

  private static boolean hasSlot(String node, int slot) {
    String[] fields = node.split(" ");
    for (int i = 8; i < fields.length; i++) {
      if (fields[i].matches("\\d+(-\\d+)?")) {
        String[] range = fields[i].split("-");
        if (Integer.parseInt(range[0]) <= slot
            && slot <= Integer.parseInt(range[range.length - 1])) {
          return true;
        }
      }
    }
    return false;
  }

  /** Moves a key's slot, with everything in it, to another node. */
  public void move(String key, RedisServer target) {
    RedisServer source = owner(key);
    int slot = SlotHash.getSlot(key);
    String sourceId = source.admin().clusterMyId();
    String targetId = target.admin().clusterMyId();
    target.admin().clusterSetSlotImporting(slot, sourceId);
    source.admin().clusterSetSlotMigrating(slot, targetId);
    for (String there : source.admin().clusterGetKeysInSlot(slot, 1000)) {
      source.admin().migrate("127.0.0.1", target.port(), there, 0, 5000);
    }
    for (RedisServer node : List.of(target, source)) {
      node.admin().clusterSetSlotNode(slot, targetId);
    }
    Awaitility.await("everybody knows").until(() -> owner(key) == target);
  }

  @Override
  public void close() {
    nodes.forEach(RedisServer::close);
  }
}
