package org.elastauth.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import org.elastauth.crypto.SecretKeys;
import org.elastauth.server.ElasticsearchServer;
import org.elastauth.server.RedisServer;
import org.elastauth.server.Servers;
import org.elastauth.server.TestGateway;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** SPEC 4: a key rotated in three rollouts over two gateways, and in a careless one. */
@ExtendWith(Servers.class)
class KeyRolloutIT {
  private static final int ROUNDS = 8;

  private final ElasticsearchServer elasticsearch;
  private final RedisServer redis;
  private final String old = SecretKeys.generate();
  private final String fresh = SecretKeys.generate();
  private final List<TestGateway> gateways = new ArrayList<>();

  KeyRolloutIT(ElasticsearchServer elasticsearch, RedisServer redis) {
    this.elasticsearch = elasticsearch;
    this.redis = redis;
  }

  @BeforeEach
  void start() {
    redis.flush();
    gateways.add(gateway(old));
    gateways.add(gateway(old));
  }

  @AfterEach
  void stop() {
    gateways.forEach(TestGateway::close);
  }

  private TestGateway gateway(String... keys) {
    return TestGateway.builder()
        .on(elasticsearch)
        .with(redis)
        .set("secret_key", "")
        .set("secret_keys", String.join(",", keys))
        .start();
  }

  private void replace(int position, String... keys) {
    gateways.get(position).close();
    gateways.set(position, gateway(keys));
  }

  /** Asks both in turns, other groups each time, so that the cache answers nothing. */
  private List<HttpResponse<String>> ask(String user) {
    List<HttpResponse<String>> answers = new ArrayList<>();
    for (int i = 0; i < ROUNDS; i++) {
      answers.add(gateways.get(i % 2).decide(user, "group-" + i));
    }
    return answers;
  }

  private long generation(String user) {
    return elasticsearch.user(user).path("metadata").path("elastauth").path("generation").asLong();
  }

  private void assertAllGet(String user, String header) {
    assertThat(ask(user))
        .allSatisfy(answer -> assertThat(TestGateway.authorization(answer)).contains(header));
    assertThat(elasticsearch.request("GET", "/_security/_authenticate", header, null).statusCode())
        .isEqualTo(200);
  }

  /** SPEC 8: key rotated. */
  @Test
  void threeRolloutsKeepThePasswordUntilTheOldKeyIsGoneAndThenCostOneWrite() {
    String user = "rollout.three";
    String before = gateways.get(0).login(user);
    List<String[]> rollouts = List.of(new String[] {old, fresh}, new String[] {fresh, old});
    for (String[] keys : rollouts) {
      for (int position = 0; position < 2; position++) {
        replace(position, keys);
        assertAllGet(user, before);
        assertThat(generation(user)).isEqualTo(1);
      }
    }
    replace(0, fresh);
    String after = gateways.get(0).login(user);
    assertThat(after).isNotEqualTo(before);
    assertAllGet(user, after);
    replace(1, fresh);
    assertAllGet(user, after);
    assertThat(generation(user)).isEqualTo(2);
  }

  /** SPEC 13.7: a change of key costs its users one write. */
  @Test
  void aCarelessRolloutCostsOneWriteAndTheOldGatewayGivesWay() {
    String user = "rollout.careless";
    String before = gateways.get(0).login(user);
    replace(1, fresh);
    String after = gateways.get(1).login(user);
    assertThat(after).isNotEqualTo(before);

    List<HttpResponse<String>> answers = ask(user);
    for (int i = 0; i < ROUNDS; i++) {
      if (i % 2 == 0) {
        assertThat(answers.get(i).statusCode()).as("the old one").isEqualTo(503);
      } else {
        assertThat(TestGateway.authorization(answers.get(i))).contains(after);
      }
    }
    assertThat(gateways.get(0).health().path("key_conflict").asBoolean()).isTrue();
    replace(0, fresh);
    assertAllGet(user, after);
    assertThat(generation(user)).isEqualTo(2);
  }
}
