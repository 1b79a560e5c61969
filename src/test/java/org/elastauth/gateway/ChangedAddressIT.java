package org.elastauth.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.ConnectException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.elastauth.server.ElasticsearchServer;
import org.elastauth.server.FaultyTcpProxy;
import org.elastauth.server.HostsFile;
import org.elastauth.server.KeycloakServer;
import org.elastauth.server.PackagedGateway;
import org.elastauth.server.RedisCluster;
import org.elastauth.server.RedisSentinel;
import org.elastauth.server.RedisServer;
import org.elastauth.server.Servers;
import org.elastauth.server.TestGateway;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A server that is found again behind its name, which has another address now. */
@ExtendWith(Servers.class)
@Timeout(180)
class ChangedAddressIT {
  /** Servers that announce a name must resolve it, too: to them, it is always 127.0.0.1. */
  private static final String NAME = "localhost";

  /** The JVM's own cache would hide the address for longer. */
  private static final Duration SOON = Duration.ofSeconds(60);

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
        // beside tests with thousands of connections, this machine may have no port left for one
        .ignoreExceptionsInstanceOf(ConnectException.class)
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
      Awaitility.await("logins go on")
          .during(Duration.ofSeconds(2))
          .atMost(SOON)
          .until(() -> login(gateway, "address.user").equals(header));
      hosts.set(NAME, "127.0.0.3");
      awaitUse(gateway, third);
      second.resume();
      assertThat(login(gateway, "address.user")).isEqualTo(header);
      assertThat(gateway.log()).doesNotContain("has been blocked");
    }
  }

  @Test
  void sentinelAndTheMasterThatItNames() throws Exception {
    HostsFile hosts = new HostsFile(folder);
    hosts.set(NAME, "127.0.0.1");
    try (RedisSentinel servers = RedisSentinel.startAnnouncing(NAME);
        FaultyTcpProxy sentinel = FaultyTcpProxy.to(servers.address()).open();
        FaultyTcpProxy moved = sentinel.at("127.0.0.2");
        RedisServer second = RedisServer.startAt("127.0.0.2", servers.first().port());
        PackagedGateway gateway =
            gateway(
                hosts,
                Map.of(
                    "ELASTAUTH_REDIS_URL",
                    "redis-sentinel://" + NAME + ":" + port(sentinel) + "/0#mymaster"))) {
      String header = login(gateway, "address.sentinel");
      awaitUse(gateway, servers.first());
      sentinel.shut();
      moved.open();
      servers.first().kill();
      hosts.set(NAME, "127.0.0.2");
      awaitUse(gateway, second);
      assertThat(login(gateway, "address.sentinel")).isEqualTo(header);
    }
  }

  private static String port(FaultyTcpProxy proxy) {
    return proxy.address().replaceFirst(".*:", "");
  }

  /** Redis announces host names from 7.0 on. */
  @ParameterizedTest
  @CsvSource({
    "'', --cluster-announce-ip, frozen",
    "/usr/bin/redis-server, --cluster-announce-hostname, killed"
  })
  void cluster(String program, String announcement, String way) throws Exception {
    Assumptions.assumeTrue(
        program.isEmpty() || Files.isExecutable(Path.of(program)), program + " is not installed");
    HostsFile hosts = new HostsFile(folder);
    hosts.set(NAME, "127.0.0.1");
    int port = RedisCluster.freePort();
    boolean byName = announcement.endsWith("hostname");
    try (RedisServer first =
            RedisCluster.startNode(
                program, "127.0.0.1", port, announcement, byName ? NAME : "127.0.0.1");
        RedisServer second =
            RedisCluster.startNode(
                program, "127.0.0.2", port, announcement, byName ? NAME : "127.0.0.2");
        PackagedGateway gateway =
            gateway(hosts, Map.of("ELASTAUTH_REDIS_HOST", NAME + ":" + port))) {
      String header = login(gateway, "address.cluster");
      awaitUse(gateway, first);
      if (way.equals("killed")) {
        first.kill();
      } else {
        first.freeze();
      }
      hosts.set(NAME, "127.0.0.2");
      awaitUse(gateway, second);
      assertThat(login(gateway, "address.cluster")).isEqualTo(header);
      first.resume();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"killed", "frozen"})
  void elasticsearchAndTheProvider(
      String way, ElasticsearchServer elasticsearch, KeycloakServer keycloak) throws Exception {
    HostsFile hosts = new HostsFile(folder);
    hosts.set(NAME, "127.0.0.1");
    try (FaultyTcpProxy store = FaultyTcpProxy.to(elasticsearch).open();
        FaultyTcpProxy provider =
            FaultyTcpProxy.to(keycloak.url().replaceFirst(".*//", "")).open();
        FaultyTcpProxy movedStore = store.at("127.0.0.2").open();
        FaultyTcpProxy movedProvider = provider.at("127.0.0.2").open()) {
      String url = "http://" + NAME + ":" + port(provider);
      Map<String, String> environment = new HashMap<>();
      environment.put("ELASTAUTH_ELASTICSEARCH_DRY_RUN", "false");
      environment.put("ELASTAUTH_ELASTICSEARCH_HOSTS", "http://" + NAME + ":" + port(store));
      environment.put("ELASTAUTH_ELASTICSEARCH_USERNAME", ElasticsearchServer.GATEWAY);
      environment.put("ELASTAUTH_ELASTICSEARCH_PASSWORD", ElasticsearchServer.GATEWAY_PASSWORD);
      environment.put("ELASTAUTH_ELASTICSEARCH_READ_TIMEOUT", "1s");
      environment.put("ELASTAUTH_AUTH_PROVIDER", "oidc");
      environment.put("ELASTAUTH_OIDC_ISSUER", KeycloakServer.issuer(url));
      environment.put("ELASTAUTH_OIDC_CLIENT_ID", KeycloakServer.CLIENT);
      environment.put("ELASTAUTH_OIDC_CLIENT_SECRET", KeycloakServer.CLIENT_SECRET);
      environment.put("ELASTAUTH_OIDC_TOKEN_VALIDATION", "userinfo");
      environment.put("ELASTAUTH_OIDC_READ_TIMEOUT", "1s");
      // Another issuer's users of these names would not be theirs.
      for (String user : List.of("john.doe", "jane.roe")) {
        elasticsearch.admin("DELETE", "/_security/user/" + user, null);
      }
      try (PackagedGateway gateway = gateway(hosts, environment)) {
        String john = keycloak.tokens(url, KeycloakServer.CLIENT, KeycloakServer.JOHN).access();
        String jane = keycloak.tokens(url, KeycloakServer.CLIENT, KeycloakServer.JANE).access();
        Awaitility.await("both are reached").atMost(SOON).until(() -> status(gateway, john) == 200);
        if (way.equals("killed")) {
          store.shut();
          provider.shut();
        } else {
          store.freeze();
          provider.freeze();
        }
        assertThat(status(gateway, jane)).isEqualTo(503);
        hosts.set(NAME, "127.0.0.2");
        Awaitility.await("both are reached at their new address")
            .atMost(SOON)
            .until(() -> status(gateway, jane) == 200);
        assertThat(movedStore.entered()).isPositive();
        assertThat(movedProvider.entered()).isPositive();
      }
    }
  }

  private static int status(PackagedGateway gateway, String token) throws Exception {
    return gateway.get("/elastauth", "Authorization", "Bearer " + token).statusCode();
  }
}
