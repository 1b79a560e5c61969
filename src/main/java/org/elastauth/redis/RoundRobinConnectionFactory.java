package org.elastauth.redis;

import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.api.StatefulRedisConnection;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.InvalidDataAccessApiUsageException;
import org.springframework.data.redis.connection.RedisClusterConnection;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.RedisSentinelConnection;
import org.springframework.data.redis.connection.lettuce.LettuceConnection;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionProvider;
import org.springframework.data.redis.connection.lettuce.LettuceExceptionConverter;

/**
 * Gives the spring-redis endpoints the open connections in turn. They send commands on keys;
 * transactions and subscriptions would need a connection of their own.
 *
 * @param timeout of each command
 */
record RoundRobinConnectionFactory(RedisConnections connections, int db, Duration timeout)
    implements RedisConnectionFactory {
  private static final LettuceExceptionConverter TRANSLATION = new LettuceExceptionConverter();

  @Override
  public RedisConnection getConnection() {
    StatefulConnection<byte[], byte[]> connection = connections.next();
    return connection instanceof StatefulRedisConnection<byte[], byte[]> single
        ? new LettuceConnection(single, new Dedicated(null), timeout.toMillis(), db)
        // Spring has no public constructor for a shared connection to a cluster
        : new LettuceConnection(
            (StatefulRedisConnection<byte[], byte[]>) null,
            new Dedicated(connection),
            timeout.toMillis(),
            db);
  }

  /** Spring's own connection; null where Spring must use the shared one only. */
  private record Dedicated(StatefulConnection<byte[], byte[]> connection)
      implements LettuceConnectionProvider {
    @Override
    public <T extends StatefulConnection<?, ?>> CompletableFuture<T> getConnectionAsync(
        Class<T> type) {
      return type.isInstance(connection)
          ? CompletableFuture.completedFuture(type.cast(connection))
          : CompletableFuture.failedFuture(unsupported());
    }

    /** Keeps it open for other requests. */
    @Override
    public void release(StatefulConnection<?, ?> used) {}
  }

  @Override
  public RedisClusterConnection getClusterConnection() {
    throw unsupported();
  }

  @Override
  public RedisSentinelConnection getSentinelConnection() {
    throw unsupported();
  }

  private static InvalidDataAccessApiUsageException unsupported() {
    return new InvalidDataAccessApiUsageException("only commands on keys are supported");
  }

  @Override
  public boolean getConvertPipelineAndTxResults() {
    return true;
  }

  @Override
  public DataAccessException translateExceptionIfPossible(RuntimeException failure) {
    return TRANSLATION.convert(failure);
  }
}
