package org.elastauth.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.awaitility.Awaitility;
import org.elastauth.server.HostsFile;
import org.elastauth.server.PackagedGateway;
import org.elastauth.server.RedisServer;
import org.elastauth.server.TestGateway;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A server that is found again behind its name, which has another address now. */
@Timeout(120)
class ChangedAddressIT {
  private static final String NAME = "server.test";

  /** The JVM's own cache would hide the address for longer. */
  private static final Duration SOON = Duration.ofSeconds(15);

  @TempDir Path folder;

  private PackagedGateway gateway(HostsFile hosts, Map<String, String> more) {
    Map<String, String> environment = new HashMap<>();
    environment.put("ELASTAUTH_ELASTICSEARCH_DRY_RUN", "true");
    environment.put("ELASTAUTH_REDIS_READ_TIMEOUT", "500ms");
    environment.put("ELASTAUTH_REDIS_CONNECT_TIMEOUT", "1s");
    environment.put("ELASTAUTH_REDIS_CIRCUIT_BREAKER_TIMEOUT", "1s");
    environment.put("ELASTAUTH_REDIS_HEALTH_CHECK_INTERVAL", "1s");
    environment.putAll(more);
    return PackagedGateway.start(
        folder, environment, hosts.option(), "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC");
  }

  private static String login(PackagedGateway gateway, String user) throws Exception {
    return TestGateway.authorization(gateway.get("/elastauth", "Remote-User", user)).orElseThrow();
  }

  private static void awaitUse(PackagedGateway gateway, RedisServer redis) {
    Awaitility.await("the Redis at " + redis.address() + " is used")
        .atMost(SOON)
        .until(
            () -> {
              login(gateway, "address." + System.nanoTime());
              return redis.admin().dbsize() > 0;
            });
  }

  @Test
  void redis() throws Exception {
    HostsFile hosts = new HostsFile(folder);
    int port = RedisServer.freePort();
    try (PackagedGateway gateway =
            gateway(hosts, Map.of("ELASTAUTH_REDIS_HOST", NAME + ":" + port));
        RedisServer first = RedisServer.startAt("127.0.0.1", port);
        RedisServer second = RedisServer.startAt("127.0.0.2", port);
        RedisServer third = RedisServer.startAt("127.0.0.3", port)) {
      String header = login(gateway, "address.user");
      hosts.set(NAME, "127.0.0.1");
      awaitUse(gateway, first);

      hosts.set(NAME, "127.0.0.2");
      first.kill();
      awaitUse(gateway, second);

      hosts.silence();
      second.freeze();
      for (int i = 0; i < 20; i++) {
        assertThat(login(gateway, "address.user")).isEqualTo(header);
        Thread.sleep(100);
      }
      hosts.set(NAME, "127.0.0.3");
      awaitUse(gateway, third);
      second.resume();
      assertThat(login(gateway, "address.user")).isEqualTo(header);
      assertThat(gateway.log()).doesNotContain("has been blocked");
    }
  }
}
