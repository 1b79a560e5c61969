package org.elastauth.elasticsearch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.benmanes.caffeine.cache.Ticker;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.elastauth.config.SecretFiles;
import org.elastauth.config.TestSettings;
import org.elastauth.credential.Credential;
import org.elastauth.crypto.SecretKeys;
import org.elastauth.health.Health;
import org.elastauth.health.TestHealth;
import org.elastauth.http.HttpError;
import org.elastauth.identity.Identity;
import org.elastauth.identity.RoleMapping;
import org.elastauth.server.ElasticsearchServer;
import org.elastauth.server.FaultProxy;
import org.elastauth.server.Servers;
import org.elastauth.server.TestGateway;
import org.elastauth.startup.Settings;
import org.elasticsearch.client.RestClient;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** The rounds of a login with a real Elasticsearch, without routes and HTTP server. */
@ExtendWith(Servers.class)
@Timeout(120)
class UserReconcilerIT {
  private static final List<String> ROLES = List.of("viewer");

  private final ElasticsearchServer elasticsearch;

  UserReconcilerIT(ElasticsearchServer elasticsearch) {
    this.elasticsearch = elasticsearch;
  }

  /** One gateway's conversations. */
  private final class Side implements AutoCloseable {
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final CircuitBreaker breaker = CircuitBreaker.ofDefaults("elasticsearch");
    private final RestClient client;
    private final UserReconciler reconciler;

    Side(String hosts, Map<String, Object> more) {
      Map<String, Object> values = new HashMap<>(more);
      values.put("elasticsearch.hosts", hosts);
      values.put("elasticsearch.username", ElasticsearchServer.GATEWAY);
      values.put("elasticsearch.password", ElasticsearchServer.GATEWAY_PASSWORD);
      values.put("cache.expiration", TestGateway.LIFETIME.toSeconds());
      Settings settings = TestSettings.of(values);
      Clock clock = Clock.systemUTC();
      Health health = TestHealth.of(breaker, clock);
      this.client = new ElasticsearchConnection().elasticsearchClient(settings.elasticsearch());
      Ticker ticker = Ticker.systemTicker();
      WriteLimits limits = new WriteLimits(settings.elasticsearch(), ticker);
      this.reconciler =
          new UserReconciler(
              new ElasticsearchUsers(
                  client,
                  breaker,
                  new GatewayAccount(settings.elasticsearch(), SecretFiles.NONE),
                  new ObjectMapper(),
                  meters,
                  health),
              new UserChangePlanner(
                  settings.cache().lifetime().toSeconds(),
                  settings.elasticsearch(),
                  new RoleMapping(settings.roles(), TestSettings.fields(settings)),
                  new SecretKeys(List.of(TestGateway.KEY), ""),
                  clock,
                  new InstanceStart(clock.millis()),
                  health,
                  new ProtectedAccounts(settings.elasticsearch(), settings.identity(), ticker),
                  limits),
              limits,
              event -> {});
    }

    Credential login(Identity identity) {
      return reconciler.reconcile(identity, ROLES);
    }

    Credential login(String user) {
      Identity identity =
          new Identity(user, "", "", List.of("staff"), Clock.systemUTC().millis() / 1000);
      return login(identity);
    }

    double requests(String operation) {
      return meters.counter("elastauth.elasticsearch.requests", "operation", operation).count();
    }

    @Override
    public void close() throws IOException {
      client.close();
    }
  }

  private int status(Credential credential) {
    return elasticsearch
        .request("GET", "/_security/_authenticate", credential.authorization(), null)
        .statusCode();
  }

  private void setPassword(String user, String password) {
    elasticsearch.admin(
        "PUT", "/_security/user/" + user + "/_password", "{\"password\":\"" + password + "\"}");
  }

  private static void assertRefused(int status, String message, ThrowingCallable login) {
    assertThatThrownBy(login)
        .isInstanceOfSatisfying(
            HttpError.class, refusal -> assertThat(refusal.status()).isEqualTo(status))
        .hasMessageContaining(message);
  }

  @Test
  void oneRoundForANewUserAndNoWriteForAKnownOne() throws Exception {
    try (Side one = new Side(elasticsearch.url(), Map.of());
        Side other = new Side(elasticsearch.url(), Map.of())) {
      Credential credential = one.login("reconcile.new");
      assertThat(status(credential)).isEqualTo(200);
      assertThat(one.requests("user_get")).isEqualTo(1);
      assertThat(other.login("reconcile.new").password()).isEqualTo(credential.password());
      assertThat(other.requests("user_put_password")).isZero();
      assertThat(other.requests("authenticate")).isEqualTo(1);
    }
  }

  /** Each write would also clear the user from the realm cache of Elasticsearch. */
  @Test
  void twoTokensOfOneSecondInTurnWriteTheProfileOnce() throws Exception {
    long issued = Clock.systemUTC().millis() / 1000 - 60;
    List<String> staff = List.of("staff");
    Identity one = new Identity("reconcile.turns", "", "One", staff, issued);
    Identity other = new Identity("reconcile.turns", "", "Other", staff, issued);
    try (Side side = new Side(elasticsearch.url(), Map.of())) {
      side.login(one);
      for (int i = 0; i < 3; i++) {
        side.login(other);
        side.login(one);
      }
      assertThat(side.requests("user_put_profile")).isEqualTo(1);
      side.login(new Identity("reconcile.turns", "", "Newer", staff, issued + 1));
      assertThat(side.requests("user_put_profile")).isEqualTo(2);
    }
  }

  @Test
  void aPasswordThatElasticsearchRefusesIsReplacedInAnotherRound() throws Exception {
    try (Side side = new Side(elasticsearch.url(), Map.of())) {
      Credential before = side.login("reconcile.changed");
      setPassword("reconcile.changed", "chosen-by-user");
      Credential after = side.login("reconcile.changed");
      assertThat(after.generation()).isEqualTo(before.generation() + 1);
      assertThat(status(after)).isEqualTo(200);
    }
  }

  /** Another party writes the password after each of our writes, before we can prove it. */
  @Test
  void aFightForThePasswordEnds() throws Exception {
    String user = "reconcile.fight";
    try (FaultProxy proxy = new FaultProxy(elasticsearch);
        Side side = new Side(proxy.url(), Map.of())) {
      FaultProxy.Hold proof = proxy.holdNextProof();
      CompletableFuture<Credential> login = CompletableFuture.supplyAsync(() -> side.login(user));
      for (int writes = 1; writes <= 4; writes++) {
        proof.awaitArrival();
        setPassword(user, "somebody-elses-" + writes);
        FaultProxy.Hold next = proxy.holdNextProof();
        proof.release();
        proof = next;
      }
      proof.release();
      assertThatThrownBy(login::join)
          .cause()
          .isInstanceOf(HttpError.class)
          .hasMessageContaining("another party keeps changing");
      assertThat(side.requests("user_put_password")).as("one, and three repairs").isEqualTo(4);
      assertRefused(503, "another party keeps changing", () -> side.login(user));
    }
  }

  /** It is planned again from a new read, and counts as one new user. */
  @Test
  void aWriteThatAHostLosesIsAnotherRound() throws Exception {
    String user = "reconcile.lost";
    try (FaultProxy proxy = new FaultProxy(elasticsearch);
        Side side =
            new Side(
                elasticsearch.url() + "," + proxy.url(),
                Map.of("elasticsearch.max_new_users", 1))) {
      FaultProxy.Hold write = proxy.holdNext("PUT");
      CompletableFuture<Credential> login = CompletableFuture.supplyAsync(() -> side.login(user));
      write.awaitArrival();
      proxy.answer(503);
      write.release();
      assertThat(status(login.join())).isEqualTo(200);
      assertThat(side.requests("user_put_password")).isEqualTo(2);
      assertThat(side.requests("user_get")).isGreaterThanOrEqualTo(2);
      assertThat(side.breaker.getMetrics().getNumberOfFailedCalls()).isZero();
      assertRefused(429, "too many new users", () -> side.login(user + "2"));
    }
  }

  @Test
  void refusalsAreNoFailuresOfElasticsearch() throws Exception {
    elasticsearch.admin(
        "PUT",
        "/_security/user/reconcile.foreign",
        "{\"password\":\"theirs-1\",\"roles\":[\"viewer\"]}");
    try (Side side = new Side(elasticsearch.url(), Map.of("elasticsearch.max_new_users", 1))) {
      side.login("reconcile.first");
      assertRefused(403, "does not manage", () -> side.login("reconcile.foreign"));
      assertRefused(429, "too many new users", () -> side.login("reconcile.second"));
      assertThat(side.breaker.getMetrics().getNumberOfFailedCalls()).isZero();
    }
  }

  @Test
  void anOpenBreakerAndAFailureRefuseAlike() throws Exception {
    String message = "Elasticsearch is unavailable at the moment; try again";
    try (FaultProxy proxy = new FaultProxy(elasticsearch);
        Side side = new Side(proxy.url(), Map.of())) {
      proxy.answer(500);
      assertRefused(503, message, () -> side.login("reconcile.away"));
      proxy.answer(0);
      side.breaker.transitionToOpenState();
      double asked = side.requests("user_get");
      assertRefused(503, message, () -> side.login("reconcile.away"));
      assertThat(side.requests("user_get")).isEqualTo(asked);
    }
  }
}
