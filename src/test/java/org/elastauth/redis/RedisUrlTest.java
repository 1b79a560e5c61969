package org.elastauth.redis;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.elastauth.config.Fault;
import org.elastauth.config.TestSettings;
import org.elastauth.redis.RedisUrl.Node;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** SPEC 7: the forms of redis.url, and what stands beside it. */
class RedisUrlTest {
  private static RedisUrl url(String url) {
    return TestSettings.of(Map.of("redis.url", url)).redis().server();
  }

  private static List<String> faults(Map<String, Object> settings) {
    return TestSettings.faults(settings).stream()
        .filter(fault -> fault.key().startsWith("redis"))
        .map(Fault::toString)
        .toList();
  }

  @Test
  void theUrlsOfTheSeeds() {
    assertThat(url("redis://localhost:6379/0"))
        .isEqualTo(new RedisUrl(false, List.of(new Node("localhost", 6379)), "", "", "", 0));
    assertThat(url("redis://:password@localhost:6379/1"))
        .isEqualTo(
            new RedisUrl(false, List.of(new Node("localhost", 6379)), "", "", "password", 1));
    assertThat(url("redis://username:password@localhost:6379/0"))
        .isEqualTo(
            new RedisUrl(
                false, List.of(new Node("localhost", 6379)), "", "username", "password", 0));
    assertThat(url("rediss://localhost:6380/0"))
        .isEqualTo(new RedisUrl(true, List.of(new Node("localhost", 6380)), "", "", "", 0));
    RedisUrl cluster = url("redis://node1:6379,node2:6379,node3:6379/0");
    assertThat(cluster.isCluster()).isTrue();
    assertThat(cluster.nodes())
        .containsExactly(new Node("node1", 6379), new Node("node2", 6379), new Node("node3", 6379));
  }

  @Test
  void sentinels() {
    RedisUrl url = url("redis-sentinel://u:p@s1,s2:26380/2#ours");
    assertThat(url)
        .isEqualTo(
            new RedisUrl(
                false, List.of(new Node("s1", 26379), new Node("s2", 26380)), "ours", "u", "p", 2));
    assertThat(url.isSentinel()).isTrue();
    assertThat(url.isCluster()).isFalse();
    assertThat(url("redis-sentinel://s1").master()).isEqualTo("mymaster");
    assertThat(url("rediss-sentinel://s1").tls()).isTrue();
  }

  @Test
  void portAndDatabaseMayBeLeftOutAndWhatIsSpecialIsEncoded() {
    assertThat(url("redis://host"))
        .isEqualTo(new RedisUrl(false, List.of(new Node("host", 6379)), "", "", "", 0));
    assertThat(url("redis://host/").db()).isZero();
    assertThat(url("redis://[::1]:7000/0").nodes()).containsExactly(new Node("::1", 7000));
    RedisUrl special = url("redis://u%40x:p%3Aa%25b+c/#?@d@host");
    assertThat(special.username()).isEqualTo("u@x");
    assertThat(special.password()).isEqualTo("p:a%b+c/#?@d");
    assertThat(special.nodes()).containsExactly(new Node("host", 6379));
  }

  @Test
  void whatTheUrlDoesNotSayTheOtherSettingsDo() {
    Map<String, Object> beside =
        Map.of(
            "redis.url", "redis://host",
            "redis.host", "ignored:1",
            "redis.db", 4,
            "redis.username", "u",
            "redis.password", "p",
            "redis.tls.enabled", true);
    assertThat(TestSettings.of(beside).redis().server())
        .isEqualTo(new RedisUrl(true, List.of(new Node("host", 6379)), "", "u", "p", 4));
    assertThat(
            TestSettings.of(Map.of("redis.url", "redis://:url@h/1", "redis.password", "p"))
                .redis()
                .server()
                .password())
        .isEqualTo("url");
    assertThat(
            TestSettings.of(Map.of("redis.url", "redis://u@h", "redis.password", "p"))
                .redis()
                .server())
        .isEqualTo(new RedisUrl(false, List.of(new Node("h", 6379)), "", "u", "p", 0));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "localhost:6379",
        "http://:s3cret@host",
        "redis:/:s3cret@host",
        "redis://",
        "redis://:s3cret@",
        "redis://:s3cret@host:0",
        "redis://:s3cret@host:65536",
        "redis://:s3cret@host:port",
        "redis://:s3cret@host:6379/x",
        "redis://:s3cret@host:6379/-1",
        "redis://:s3cret@host:6379/1/2",
        "redis://:s3cret@host:6379?timeout=3s",
        "redis://:s3cret%zz@host",
        "redis://:s3cret@n1:6379,,n3:6379",
        "redis://:s3cret@n1:6379,n2:6379,",
        "redis://:s3cret@host:6379#mymaster",
        "redis-sentinel://:s3cret@host#",
        "redis://:s3cret@ho st:6379",
        "redis+unix://:s3cret@/run/redis.sock",
        "${REDIS_URL:-}s3cret"
      })
  void brokenUrlsAreOneFaultThatShowsNoPassword(String url) {
    assertThat(faults(Map.of("redis.url", url)))
        .singleElement()
        .asString()
        .startsWith("redis.url=***: ")
        .doesNotContain("s3cret");
  }

  @Test
  void faultsOfTheRest() {
    assertThat(faults(Map.of("redis.url", "redis://n1,n2/3")))
        .containsExactly("redis.db=3: does not exist: a Redis Cluster has only db 0");
    assertThat(faults(Map.of("redis.url", "redis://secret@host")))
        .containsExactly(
            "redis.password: is missing, but there is a username; a URL with only a password is"
                + " redis://:password@host");
    assertThat(faults(Map.of("redis.sentinel_password", "s3cret")))
        .containsExactly(
            "redis.sentinel_password=***: needs a redis.url of redis-sentinel://,"
                + " which names the Sentinels");
    assertThat(
            faults(
                Map.of("redis.url", "redis-sentinel://s1", "redis.sentinel_username", "someone")))
        .containsExactly("redis.sentinel_password: is missing, but redis.sentinel_username is set");
    assertThat(faults(Map.of("redis.pool_size", 0)))
        .containsExactly("redis.pool_size=0: must lie between 1 and 200");
    assertThat(faults(Map.of("redis.write_timeout", "1ms"))).hasSize(1);
    assertThat(faults(Map.of("redis.host", "redis/0"))).hasSize(1);
    assertThat(faults(Map.of("redis.host", "redis")))
        .as("port 6379, as elastauth has it")
        .isEmpty();
    assertThat(faults(Map.of("redis.tls.ca_cert", "/nowhere", "redis.tls.client_key", "/none")))
        .contains(
            "redis.tls.ca_cert=***: does not exist",
            "redis.tls.client_cert: is required together with redis.tls.client_key",
            "redis.tls.enabled=false: is off, so the certificates are not used;"
                + " set it, or write rediss://");
  }
}
