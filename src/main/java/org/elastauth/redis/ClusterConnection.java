package org.elastauth.redis;

import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import java.time.Duration;
import org.springframework.dao.InvalidDataAccessApiUsageException;
import org.springframework.data.redis.connection.ClusterCommandExecutor;
import org.springframework.data.redis.connection.ClusterNodeResourceProvider;
import org.springframework.data.redis.connection.ClusterTopology;
import org.springframework.data.redis.connection.RedisClusterNode;
import org.springframework.data.redis.connection.lettuce.LettuceClusterConnection;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionProvider;

/** Commands on keys, which Lettuce leads to their nodes; and nothing that all nodes must do. */
final class ClusterConnection extends LettuceClusterConnection {
  private static final ClusterCommandExecutor NONE =
      new ClusterCommandExecutor(
          ClusterConnection::refuse,
          new ClusterNodeResourceProvider() {
            @Override
            public <S> S getResourceForSpecificNode(RedisClusterNode node) {
              throw refusal();
            }

            @Override
            public void returnResourceForSpecificNode(RedisClusterNode node, Object resource) {
              throw refusal();
            }
          },
          failure -> null);

  private final StatefulRedisClusterConnection<byte[], byte[]> connection;

  ClusterConnection(
      StatefulRedisClusterConnection<byte[], byte[]> connection,
      LettuceConnectionProvider dedicated,
      Duration timeout) {
    super(connection, dedicated, ClusterConnection::refuse, NONE, timeout);
    this.connection = connection;
  }

  /** Of one node. */
  @Override
  public String ping() {
    return connection.sync().ping();
  }

  private static ClusterTopology refuse() {
    throw refusal();
  }

  private static InvalidDataAccessApiUsageException refusal() {
    return new InvalidDataAccessApiUsageException("not a command on keys");
  }
}
