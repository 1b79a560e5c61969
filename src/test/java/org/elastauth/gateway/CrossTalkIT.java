package org.elastauth.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.elastauth.credential.Window;
import org.elastauth.crypto.SecretKeys;
import org.elastauth.server.ElasticsearchServer;
import org.elastauth.server.RedisServer;
import org.elastauth.server.Servers;
import org.elastauth.server.TestGateway;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * SPEC 13.3: no request ever leaves with another's password. Many users ask at once, hits and
 * misses mixed, and each answer is held against the password that SPEC 4 gives for its user.
 */
@ExtendWith(Servers.class)
@Timeout(120)
class CrossTalkIT {
  private static final int REQUESTS = 40;

  private final RedisServer redis;

  CrossTalkIT(RedisServer redis) {
    this.redis = redis;
  }

  private record Asked(String user, CompletableFuture<HttpResponse<String>> answer) {}

  @Test
  void aHundredUsersOfADryRun() {
    try (TestGateway gateway =
        TestGateway.builder().with(redis).set("elasticsearch.dry_run", true).start()) {
      ask(gateway, 100, new SecretKeys(List.of(TestGateway.KEY), " dry run"));
    }
  }

  @Test
  void usersOfElasticsearch(ElasticsearchServer elasticsearch) {
    try (TestGateway gateway =
        TestGateway.builder()
            .with(redis)
            .on(elasticsearch)
            .set("elasticsearch.max_password_writes", 100)
            .start()) {
      ask(gateway, 30, new SecretKeys(List.of(TestGateway.KEY), ""));
    }
  }

  private void ask(TestGateway gateway, int users, SecretKeys keys) {
    redis.flush();
    long from = System.currentTimeMillis() / 1000;
    List<String> order = new ArrayList<>();
    for (int i = 0; i < users * REQUESTS; i++) {
      order.add("cross.talk-" + i % users);
    }
    Collections.shuffle(order, new Random(7));
    List<Asked> asked = new ArrayList<>();
    for (int i = 0; i < order.size(); i++) {
      if (i == order.size() / 2) {
        redis.flush();
      }
      // now and then with another group, which is a miss for its user alone
      String group = i % 10 == 0 ? "moved" : "staff";
      asked.add(new Asked(order.get(i), gateway.decideLater(order.get(i), group)));
    }
    for (Asked each : asked) {
      HttpResponse<String> response = each.answer.join();
      assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
      assertThat(response.body()).isEqualTo("{\"status\":\"OK\",\"user\":\"" + each.user + "\"}");
      assertThat(TestGateway.authorization(response).orElseThrow())
          .isIn(expected(keys, each.user, from));
    }
    assertThat(redis.reads()).isGreaterThanOrEqualTo(order.size());
  }

  /** One, or two where a window turned meanwhile. */
  private static List<String> expected(SecretKeys keys, String user, long from) {
    long until = System.currentTimeMillis() / 1000;
    return Arrays.stream(new long[] {from, until})
        .map(now -> Window.of(user, now, TestGateway.LIFETIME.toSeconds()).issued())
        .distinct()
        .mapToObj(issued -> keys.password(keys.currentId(), user, issued, 1))
        .map(password -> ElasticsearchServer.basic(user, password))
        .toList();
  }
}
