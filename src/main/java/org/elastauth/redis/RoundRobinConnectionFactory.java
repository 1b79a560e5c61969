package org.elastauth.redis;

import java.time.Duration;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.InvalidDataAccessApiUsageException;
import org.springframework.data.redis.connection.RedisClusterConnection;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.RedisSentinelConnection;
import org.springframework.data.redis.connection.lettuce.LettuceExceptionConverter;

/**
 * Hands the open connections to Spring's templates, one after the other.
 *
 * @param timeout of each command
 */
record RoundRobinConnectionFactory(RedisConnections connections, Duration timeout)
    implements RedisConnectionFactory {
  private static final LettuceExceptionConverter TRANSLATION = new LettuceExceptionConverter();

  @Override
  public RedisConnection getConnection() {
    return connections.next(timeout);
  }

  @Override
  public RedisClusterConnection getClusterConnection() {
    if (getConnection() instanceof RedisClusterConnection cluster) {
      return cluster;
    }
    throw new InvalidDataAccessApiUsageException("not a cluster");
  }

  @Override
  public RedisSentinelConnection getSentinelConnection() {
    throw new InvalidDataAccessApiUsageException("Sentinels are asked by Lettuce");
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
