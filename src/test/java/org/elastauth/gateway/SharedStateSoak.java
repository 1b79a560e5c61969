package org.elastauth.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.elastauth.server.ElasticsearchServer;
import org.elastauth.server.PackagedGateway;
import org.elastauth.server.RedisSentinel;
import org.junit.jupiter.api.Test;

/**
 * Ten minutes at a constant rate on two packaged gateways that share a Redis behind a Sentinel,
 * while Redis is killed, frozen, restarted and failed over. Run by hand; {@code -Dsoak.percent=10
 * -Dsoak.rate=500} is a trial of a minute, after the warm-up:
 *
 * <pre>mvn verify -Psoak -Dit.test=SharedStateSoak</pre>
 */
class SharedStateSoak {
  private static final int RATE = Integer.getInteger("soak.rate", 4_000);

  /** By how much what is still in use may differ from one moment to another. */
  private static final long TOLERANCE_KIB = 8 * 1024;

  private static PackagedGateway gateway(
      String folder, ElasticsearchServer elasticsearch, RedisSentinel redis) throws Exception {
    return PackagedGateway.start(
        Files.createDirectories(Path.of("target", "soak", folder).toAbsolutePath()),
        ConstantLoad.settings(
            elasticsearch,
            Map.of(
                "ELASTAUTH_CACHE_TYPE",
                "hybrid",
                "ELASTAUTH_REDIS_URL",
                "redis-sentinel://" + redis.address() + "/0#mymaster")),
        PackagedGateway.SMALL_HEAP);
  }

  /** SPEC 8, of Redis: no wrong answer, no failed request, no growth of memory. */
  @Test
  void redisLostInEveryWay() throws Exception {
    try (ElasticsearchServer elasticsearch = ElasticsearchServer.start();
        RedisSentinel redis = RedisSentinel.start();
        PackagedGateway one = gateway("one", elasticsearch, redis);
        PackagedGateway other = gateway("other", elasticsearch, redis);
        ConstantLoad load = new ConstantLoad(one, other)) {
      load.warmUpTo(RATE);
      load.run("all well", 60);
      long oneInUse = one.inUseKiB();
      long otherInUse = other.inUseKiB();

      redis.first().kill();
      load.run("master killed, failover", 60);
      redis.awaitMaster(redis.second());
      redis.first().restart();
      load.run("the killed one back, a replica", 40);
      redis.awaitReplica(redis.first());

      redis.second().freeze();
      load.run("master frozen, failover", 60);
      redis.awaitMaster(redis.first());
      redis.second().resume();
      load.run("the frozen one goes on", 40);
      redis.awaitReplica(redis.second());

      redis.first().kill();
      redis.first().restart();
      load.run("master restarted, empty", 40);

      // it may have been away for long enough to be failed over
      redis.makeMaster(redis.first());
      redis.awaitReplica(redis.second());
      redis.second().kill();
      redis.first().kill();
      load.run("all killed", 40);
      redis.first().restart();
      redis.second().restart();
      load.run("all restarted", 40);

      redis.first().freeze();
      redis.second().freeze();
      load.run("all frozen", 40);
      redis.first().resume();
      redis.second().resume();
      load.run("all go on", 40);

      redis.failover();
      load.run("failover on request", 40);
      load.run("all well again", 100);
      load.end();
      load.assertNothingWrong();
      assertThat(one.inUseKiB()).isLessThan(oneInUse + TOLERANCE_KIB);
      assertThat(other.inUseKiB()).isLessThan(otherInUse + TOLERANCE_KIB);
    }
  }
}
