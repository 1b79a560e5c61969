package org.elastauth.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import org.elastauth.crypto.SecretKeys;
import org.elastauth.server.ElasticsearchServer;
import org.elastauth.server.RedisServer;
import org.elastauth.server.Servers;
import org.elastauth.server.TestGateway;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** SPEC 4, credential.scope: one secret key, and yet nothing in common. */
@ExtendWith(Servers.class)
class ScopeIT {
  private final ElasticsearchServer elasticsearch;
  private final RedisServer redis;

  ScopeIT(ElasticsearchServer elasticsearch, RedisServer redis) {
    this.elasticsearch = elasticsearch;
    this.redis = redis;
  }

  @Test
  void twoScopesGiveDifferentPasswordsKeysAndEntries() {
    String name = "elastauth-c2NvcGUudXNlcg%3D%3D";
    String ours;
    String entry;
    try (TestGateway plain = TestGateway.builder().on(elasticsearch).with(redis).start()) {
      ours = plain.login("scope.user");
      entry = redis.template().opsForValue().get(name);
      assertThat(entry).isNotNull();
      assertThat(mark()).isEqualTo(plain.bean(SecretKeys.class).currentId());
    }
    try (TestGateway scoped =
        TestGateway.builder()
            .on(elasticsearch)
            .with(redis)
            .set("credential.scope", "prod")
            .start()) {
      // the entry of the other scope lies under the same name, and is a miss
      String theirs = scoped.login("scope.user");
      assertThat(theirs).isNotEqualTo(ours);
      assertThat(redis.template().opsForValue().get(name)).isNotEqualTo(entry);
      assertThat(mark())
          .isEqualTo(scoped.bean(SecretKeys.class).currentId())
          .isEqualTo("9c50065a05ee32df");
      assertThat(
              elasticsearch.request("GET", "/_security/_authenticate", theirs, null).statusCode())
          .isEqualTo(200);
    }
  }

  private String mark() {
    return elasticsearch.user("scope.user").path("metadata").path("elastauth").path("key").asText();
  }
}
