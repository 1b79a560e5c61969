package org.elastauth.redis;

import io.lettuce.core.AbstractRedisClient;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisCredentials;
import io.lettuce.core.RedisCredentialsProvider.ImmediateRedisCredentialsProvider;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.SocketOptions.KeepAliveOptions;
import io.lettuce.core.SslOptions;
import io.lettuce.core.SslVerifyMode;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.cluster.ClusterClientOptions;
import io.lettuce.core.cluster.ClusterTopologyRefreshOptions;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.GenericMapOutput;
import io.lettuce.core.protocol.CommandType;
import io.lettuce.core.protocol.ProtocolVersion;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.sentinel.api.StatefulRedisSentinelConnection;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import org.elastauth.config.ConfigurationFaults;
import org.elastauth.config.SecretFiles;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.ssl.SslManagerBundle;

/**
 * Opens connections to a Redis server, to the master that Sentinels name, or to a cluster. If the
 * configured server is a node of a cluster, the whole cluster is used.
 */
final class RedisConnector implements AutoCloseable {
  private static final int ATTEMPTS = 5;
  private static final Logger LOG = LoggerFactory.getLogger(RedisConnector.class);
  private static final String SUBSCRIPTION = "elastauth-revocations";
  private static final ByteArrayCodec BYTES = ByteArrayCodec.INSTANCE;
  private static final Duration TOPOLOGY_REFRESH = Duration.ofSeconds(30);

  /** Detects a dead peer within a minute instead of two hours. */
  private static final Duration KEEPALIVE_IDLE = Duration.ofSeconds(30);

  private static final Duration KEEPALIVE_INTERVAL = Duration.ofSeconds(10);
  private static final int KEEPALIVE_COUNT = 3;

  private final RedisUrl server;
  private final RedisSettings settings;
  private final ClientResources resources;
  private final RedisRights rights;
  private final SslOptions tls;
  private final SecretFiles secrets;

  /** Null until a single server was reached. */
  private volatile RedisClient single;

  private volatile ClusterClient cluster;

  /** Whether the server, or a proxy before it, refuses HELLO, and then CLIENT, too. */
  private volatile boolean resp2;

  /** Whether the last handshake succeeded. */
  private volatile boolean reached;

  /**
   * Whether it closes the connection instead, as twemproxy does on any command it does not know.
   */
  private volatile boolean closes;

  RedisConnector(
      RedisSettings settings, ClientResources resources, RedisRights rights, SecretFiles secrets) {
    this.secrets = secrets;
    this.server = settings.server();
    this.settings = settings;
    this.resources = resources;
    this.rights = rights;
    SslManagerBundle managers = settings.tls().files().managers(settings.tls().skipVerify());
    this.tls =
        SslOptions.builder()
            .jdkSslProvider()
            .handshakeTimeout(settings.connectTimeout())
            .keyManager(managers.getKeyManagerFactory())
            .trustManager(managers.getTrustManagerFactory())
            .build();
  }

  /**
   * @throws ConfigurationFaults if Redis answers but {@code redis.db} cannot be used
   */
  StatefulConnection<byte[], byte[]> connect() {
    for (int attempt = 1; ; attempt++) {
      try {
        if (single == null && cluster == null) {
          detectServer();
        }
        return cluster != null ? cluster.connect(BYTES) : single.connect(BYTES);
      } catch (RuntimeException failure) {
        if (attempt < ATTEMPTS && RedisFailure.isWithoutReason(failure)) {
          continue;
        }
        RedisFailure.database(failure, server.db())
            .ifPresent(
                fault -> {
                  throw new ConfigurationFaults(List.of(fault));
                });
        throw failure;
      }
    }
  }

  /** Finds the nodes of a cluster that has other addresses now. Blocks. */
  void refreshNodes() {
    if (cluster != null) {
      cluster.askHosts();
    }
  }

  /** Opens a connection to a Sentinel. A master must have been reached before. */
  StatefulRedisSentinelConnection<byte[], byte[]> connectTo(RedisUrl.Node sentinel) {
    return single.connectSentinel(BYTES, sentinel(sentinel));
  }

  /**
   * @return null if the Redis user may not subscribe, or Redis was not reached yet
   * @throws RedisException if the connection fails
   */
  StatefulRedisPubSubConnection<byte[], byte[]> subscription() {
    if (!rights.maySubscribe()) {
      return null;
    }
    if (cluster != null) {
      return cluster.connectPubSub(BYTES);
    }
    if (single != null) {
      RedisURI uri = uri(server.nodes());
      if (!resp2) {
        uri.setClientName(SUBSCRIPTION);
      }
      return single.connectPubSub(BYTES, uri);
    }
    return null;
  }

  private void detectServer() {
    reached = false;
    try {
      detect();
    } catch (RuntimeException failure) {
      if (reached || !RedisFailure.mayRefuseHello(failure)) {
        throw failure;
      }
      boolean closed = RedisFailure.reply(failure).isEmpty();
      resp2 = true;
      closes = closed;
      try {
        detect();
      } catch (RuntimeException second) {
        throw RedisFailure.reply(second).isPresent() ? second : failure;
      } finally {
        resp2 = single != null || cluster != null;
        closes = resp2 && closed;
      }
      LOG.atInfo()
          .addKeyValue("reason", RedisFailure.reason(failure))
          .log("Redis, or a proxy before it, refuses HELLO, so the protocol RESP2 is used");
    }
  }

  private void detect() {
    if (server.isCluster()) {
      detectCluster();
      return;
    }
    RedisClient client = RedisClient.create(resources, uri(server.nodes()));
    client.setOptions(options(ClientOptions.builder()));
    try (StatefulRedisConnection<String, String> connection = client.connect()) {
      reached = true;
      if (!isClusterNode(connection)) {
        rights.check(connection.sync(), closes ? null : client::connectPubSub);
        single = client;
        return;
      }
    } finally {
      if (single == null) {
        client.shutdown(Duration.ZERO, Duration.ZERO);
      }
    }
    LOG.atInfo()
        .addKeyValue("node", server.nodes().get(0))
        .log("This Redis is a node of a cluster, so the whole cluster is used");
    detectCluster();
  }

  private void detectCluster() {
    ClusterClient client =
        new ClusterClient(
            resources, server.nodes().stream().map(node -> uri(List.of(node))).toList());
    client.setOptions(
        (ClusterClientOptions)
            options(
                ClusterClientOptions.builder()
                    // a slot may move to a node that has just joined
                    .validateClusterNodeMembership(false)
                    .topologyRefreshOptions(
                        ClusterTopologyRefreshOptions.builder()
                            .enableAllAdaptiveRefreshTriggers()
                            .enablePeriodicRefresh(TOPOLOGY_REFRESH)
                            .build())));
    try (StatefulRedisClusterConnection<String, String> connection = client.connect()) {
      reached = true;
      rights.check(connection.sync(), closes ? null : client::connectPubSub);
      cluster = client;
    } finally {
      if (cluster == null) {
        client.shutdown(Duration.ZERO, Duration.ZERO);
      }
    }
  }

  /** Redis 5 does not know HELLO, but INFO. A proxy may know neither. */
  private boolean isClusterNode(StatefulRedisConnection<String, String> connection) {
    if (resp2) {
      requireAnswer(connection);
    } else {
      try {
        return "cluster"
            .equals(
                connection
                    .sync()
                    .dispatch(CommandType.HELLO, new GenericMapOutput<>(StringCodec.UTF8))
                    .get("mode"));
      } catch (RedisCommandExecutionException unknown) {
        LOG.debug("This Redis does not know HELLO", unknown);
      }
    }
    try {
      // Envoy says that it is a cluster, and passes on CLUSTER to a server that is none
      return !closes
          && connection.sync().info("cluster").contains("cluster_enabled:1")
          && connection.sync().clusterInfo() != null;
    } catch (RedisException refused) {
      return false;
    }
  }

  /** Without HELLO and a password, a connection counts as open before Redis has said anything. */
  private static void requireAnswer(StatefulRedisConnection<String, String> connection) {
    try {
      connection.sync().ping();
    } catch (RedisCommandExecutionException refused) {
      LOG.debug("Redis refuses PING", refused);
    }
  }

  /**
   * @param nodes one server, or all Sentinels
   */
  private RedisURI uri(List<RedisUrl.Node> nodes) {
    RedisURI.Builder uri = RedisURI.builder();
    if (server.isSentinel()) {
      uri.withSentinelMasterId(server.master());
      nodes.forEach(node -> uri.withSentinel(sentinel(node)));
    } else {
      encrypt(uri, nodes.get(0));
    }
    authenticate(
        uri,
        server.username(),
        server.password().isEmpty() ? null : () -> settings.server(secrets).password());
    if (!resp2) {
      uri.withClientName("elastauth");
    }
    return uri.withSsl(server.tls())
        .withVerifyPeer(verification())
        .withDatabase(server.db())
        // CLIENT SETINFO takes a right that the Redis user may lack
        .withLibraryName("")
        .withLibraryVersion("")
        .withTimeout(settings.connectTimeout())
        .build();
  }

  private RedisURI sentinel(RedisUrl.Node node) {
    RedisURI.Builder uri = encrypt(RedisURI.builder(), node);
    String password = settings.sentinelPassword();
    authenticate(
        uri,
        settings.sentinelUsername(),
        password.isEmpty() ? null : () -> secrets.current("redis.sentinel_password", password));
    return uri.build();
  }

  /**
   * @param password asked for each connection; null for none
   */
  private static void authenticate(
      RedisURI.Builder uri, String username, Supplier<String> password) {
    if (password != null) {
      ImmediateRedisCredentialsProvider credentials =
          () ->
              RedisCredentials.just(
                  username.isEmpty() ? null : username, password.get().toCharArray());
      uri.withAuthentication(credentials);
    }
  }

  private RedisURI.Builder encrypt(RedisURI.Builder uri, RedisUrl.Node node) {
    return uri.withHost(node.host())
        .withPort(node.port())
        .withSsl(server.tls())
        .withVerifyPeer(verification())
        .withTimeout(settings.connectTimeout());
  }

  private SslVerifyMode verification() {
    return settings.tls().skipVerify() ? SslVerifyMode.NONE : SslVerifyMode.FULL;
  }

  private ClientOptions options(ClientOptions.Builder options) {
    return options
        .protocolVersion(resp2 ? ProtocolVersion.RESP2 : null)
        // without HELLO it would be sent first, and is refused after a failed snapshot
        .pingBeforeActivateConnection(false)
        // queueing while disconnected would let every request wait for its timeout
        .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
        // RedisDeadlines ends the wait for a command
        .timeoutOptions(TimeoutOptions.builder().timeoutCommands(false).build())
        .sslOptions(tls)
        .socketOptions(
            SocketOptions.builder()
                .connectTimeout(settings.connectTimeout())
                .keepAlive(
                    KeepAliveOptions.builder()
                        .enable(settings.keepalive())
                        .idle(KEEPALIVE_IDLE)
                        .interval(KEEPALIVE_INTERVAL)
                        .count(KEEPALIVE_COUNT)
                        .build())
                .build())
        .build();
  }

  @Override
  public void close() {
    for (AbstractRedisClient client : new AbstractRedisClient[] {single, cluster}) {
      if (client != null) {
        client.shutdown(Duration.ZERO, Duration.ZERO);
      }
    }
  }
}
