package org.elastauth.gateway;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.elastauth.server.ElasticsearchServer;
import org.elastauth.server.PackagedGateway;
import org.elastauth.server.RedisServer;
import org.junit.jupiter.api.Test;

/**
 * Ten minutes at a constant rate on the packaged jar while its servers fail in turn. Run by hand:
 *
 * <pre>mvn verify -Psoak</pre>
 */
class Soak {
  private static final int RATE = Integer.getInteger("soak.rate", 3_000);

  /** SPEC 8: no wrong answer, no failed request, no growth of memory. */
  @Test
  void failuresInTurn() throws Exception {
    Path folder = Files.createDirectories(Path.of("target", "soak", "one").toAbsolutePath());
    try (ElasticsearchServer elasticsearch = ElasticsearchServer.start();
        RedisServer redis = RedisServer.start();
        PackagedGateway gateway =
            PackagedGateway.start(
                folder, settings(elasticsearch, redis), PackagedGateway.SMALL_HEAP);
        ConstantLoad load = new ConstantLoad(gateway)) {
      load.warmUpTo(RATE);
      load.run("all well", 60);
      redis.kill();
      load.run("Redis killed", 30);
      redis.restart();
      load.run("Redis back", 30);
      redis.freeze();
      load.run("Redis frozen", 30);
      redis.resume();
      load.run("Redis goes on", 30);
      redis.flush();
      load.run("Redis emptied", 30);
      load.loginsMayFail(true);
      elasticsearch.kill();
      load.run("Elasticsearch killed", 40);
      load.begin("Elasticsearch starting again");
      elasticsearch.restart();
      back(load, "Elasticsearch back");
      load.loginsMayFail(true);
      elasticsearch.freeze();
      load.run("Elasticsearch frozen", 40);
      elasticsearch.resume();
      back(load, "Elasticsearch goes on");
      load.loginsMayFail(true);
      redis.kill();
      elasticsearch.freeze();
      load.run("both away", 40);
      redis.restart();
      elasticsearch.resume();
      back(load, "both back");
      load.run("all well again", 120);
      load.end();
      load.assertNothingWrong();
    }
  }

  private static Map<String, String> settings(
      ElasticsearchServer elasticsearch, RedisServer redis) {
    return ConstantLoad.settings(elasticsearch, Map.of("ELASTAUTH_REDIS_HOST", redis.address()));
  }

  /** With a moment in which the gateway may not have noticed yet. */
  private static void back(ConstantLoad load, String name) throws InterruptedException {
    load.run(name, 20);
    load.loginsMayFail(false);
    load.run(name + ", noticed", 20);
  }
}
