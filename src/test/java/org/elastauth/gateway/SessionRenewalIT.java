package org.elastauth.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.MeterRegistry;
import java.net.URI;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.awaitility.Awaitility;
import org.elastauth.identity.Identity;
import org.elastauth.replay.MemoryReplayStore;
import org.elastauth.replay.ReplayKind;
import org.elastauth.server.BrowserClient;
import org.elastauth.server.ElasticsearchServer;
import org.elastauth.server.KeycloakServer;
import org.elastauth.server.ProviderDouble;
import org.elastauth.server.RecordingTcpProxy;
import org.elastauth.server.RedisServer;
import org.elastauth.server.Servers;
import org.elastauth.server.TestGateway;
import org.elastauth.server.TestGateway.SetClock;
import org.elastauth.session.Session;
import org.elastauth.session.SessionId;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** SPEC 3: what a session knows of its user is renewed when the access token ends. */
@ExtendWith(Servers.class)
@Timeout(120)
class SessionRenewalIT {
  private static final String SITE = "localhost:8443";

  /** The access token has ended, and none that is issued now has. */
  private static final Duration TOKEN_LIFE = Duration.ofSeconds(301);

  private final ElasticsearchServer elasticsearch;
  private final KeycloakServer keycloak;
  private final SetClock clock = new SetClock(Instant.now());
  private RecordingTcpProxy toKeycloak;

  SessionRenewalIT(ElasticsearchServer elasticsearch, KeycloakServer keycloak) {
    this.elasticsearch = elasticsearch;
    this.keycloak = keycloak;
  }

  @BeforeEach
  void tap() {
    toKeycloak = RecordingTcpProxy.to(URI.create(keycloak.url()).getPort());
  }

  @AfterEach
  void untap() {
    toKeycloak.close();
  }

  private TestGateway.Builder gateway() {
    return BrowserClient.gateway(
            KeycloakServer.issuer("http://127.0.0.1:" + toKeycloak.port()), SITE)
        .set("elasticsearch.dry_run", true)
        .clock(clock);
  }

  private long renewals() {
    return toKeycloak.drain().split("grant_type=refresh_token", -1).length - 1;
  }

  private static double events(TestGateway gateway, String event) {
    return gateway
        .bean(MeterRegistry.class)
        .counter("elastauth.session.events", "event", event)
        .count();
  }

  @Test
  void changedGroupsTakeEffect() {
    KeycloakServer.User user = keycloak.addUser("renewed.groups");
    try (TestGateway gateway =
        BrowserClient.gateway(KeycloakServer.issuer("http://127.0.0.1:" + toKeycloak.port()), SITE)
            .on(elasticsearch)
            .set("group_mappings.platform-admins", "superuser")
            .clock(clock)
            .start()) {
      BrowserClient browser = new BrowserClient(gateway, SITE);
      browser.logIn("/", user);
      assertThat(browser.open("/").statusCode()).isEqualTo(200);
      assertThat(elasticsearch.user(user.name()).path("roles").toString()).contains("viewer");

      keycloak.addToGroup(user, "platform-admins");
      clock.advance(TOKEN_LIFE);
      assertThat(browser.open("/").statusCode()).isEqualTo(200);
      assertThat(elasticsearch.user(user.name()).path("roles").toString()).contains("superuser");
      assertThat(renewals()).isEqualTo(1);
    }
  }

  @Test
  void oneOfAllGatewaysRenewsAndNobodyWaitsForIt(RedisServer redis) throws Exception {
    try (TestGateway gateway = gateway().with(redis).set("cache.type", "hybrid").start();
        TestGateway other = gateway().with(redis).set("cache.type", "hybrid").start()) {
      BrowserClient browser = new BrowserClient(gateway, SITE);
      browser.logIn("/", KeycloakServer.JANE);
      clock.advance(TOKEN_LIFE);
      toKeycloak.drain();
      List<Callable<HttpResponse<String>>> requests = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        BrowserClient tab = new BrowserClient(i % 2 == 0 ? gateway : other, SITE);
        tab.cookies().putAll(browser.cookies());
        requests.add(() -> tab.open("/"));
      }
      ExecutorService browsers = Executors.newFixedThreadPool(20);
      try {
        for (Future<HttpResponse<String>> answer : browsers.invokeAll(requests)) {
          assertThat(answer.get().statusCode()).isEqualTo(200);
        }
      } finally {
        browsers.shutdown();
      }
      assertThat(renewals()).isEqualTo(1);
    }
  }

  /** SPEC 3: the provider being down does not lock out who holds a session. */
  @Test
  void aSessionGoesOnWhileTheProviderIsDown() {
    try (TestGateway gateway = gateway().start()) {
      BrowserClient browser = new BrowserClient(gateway, SITE);
      browser.logIn("/", KeycloakServer.JANE);
      toKeycloak.cut();
      clock.advance(TOKEN_LIFE);
      assertThat(browser.open("/").statusCode()).isEqualTo(200);
      assertThat(browser.open("/").statusCode()).isEqualTo(200);
      toKeycloak.mend();
      toKeycloak.drain();
      clock.advance(Duration.ofSeconds(37));
      assertThat(browser.open("/").statusCode()).isEqualTo(200);
      assertThat(renewals()).as("it is tried again").isEqualTo(1);
      assertThat(browser.open("/").statusCode()).isEqualTo(200);
      assertThat(renewals()).as("and then it is good for a while").isZero();
      assertThat(events(gateway, "created")).isEqualTo(1);
      assertThat(events(gateway, "refresh_failed")).isEqualTo(1);
      assertThat(events(gateway, "refreshed")).isEqualTo(1);
    }
  }

  @Test
  void logoutWhileTheProviderIsDownIsALogoutHere() {
    try (TestGateway gateway = gateway().set("oidc.cache.discovery", "1s").start()) {
      BrowserClient browser = new BrowserClient(gateway, SITE);
      browser.logIn("/", KeycloakServer.JANE);
      BrowserClient copy = new BrowserClient(gateway, SITE);
      copy.cookies().putAll(browser.cookies());
      toKeycloak.cut();
      assertThat(browser.ask("/elastauth/oidc/logout").statusCode()).isEqualTo(303);
      assertThat(copy.open("/").statusCode()).isNotEqualTo(200);
      assertThat(events(gateway, "logout")).isEqualTo(1);
    }
  }

  @Test
  void aSessionThatTheProviderEndedIsOver() {
    KeycloakServer.User user = keycloak.addUser("renewed.ended");
    try (TestGateway gateway = gateway().start()) {
      BrowserClient browser = new BrowserClient(gateway, SITE);
      browser.logIn("/", user);
      keycloak.logout(user);
      assertThat(browser.open("/").statusCode()).as("nobody has said so").isEqualTo(200);
      clock.advance(TOKEN_LIFE);
      HttpResponse<String> over = browser.open("/");
      assertThat(over.statusCode()).as(over.body()).isEqualTo(302);
      assertThat(browser.open("/").statusCode()).as("for good").isEqualTo(302);
      assertThat(renewals()).isEqualTo(1);
      assertThat(events(gateway, "refresh_refused")).isEqualTo(1);
    }
  }

  /**
   * Nor does what fails at a gateway alone, or between it and the provider, even where a refresh
   * token is good for one time.
   */
  @Test
  void whatFailsHereEndsNoSessionAndLosesNoRefreshToken(RedisServer redis) {
    keycloak.setRefreshTokensGoodOnce(true);
    try (TestGateway good = gateway().with(redis).start();
        TestGateway wrongSecret =
            gateway().with(redis).set("oidc.client_secret", "that-of-before").start();
        TestGateway withoutKeys =
            gateway()
                .with(redis)
                .set("oidc.jwks_uri", "http://127.0.0.1:" + RedisServer.freePort() + "/")
                .start();
        TestGateway foreignKeys =
            gateway()
                .with(redis)
                .set(
                    "oidc.jwks_uri",
                    keycloak.url() + "/realms/master/protocol/openid-connect/certs")
                .start()) {
      BrowserClient browser = new BrowserClient(good, SITE);
      browser.logIn("/", KeycloakServer.JANE);
      clock.advance(TOKEN_LIFE);
      for (TestGateway failing : List.of(wrongSecret, withoutKeys, foreignKeys)) {
        freeTurn(redis);
        toKeycloak.drain();
        HttpResponse<String> answer = browser.at(failing).open("/");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(renewals()).isEqualTo(1);
      }
      freeTurn(redis);
      assertThat(browser.at(good).open("/").statusCode()).isEqualTo(200);
      assertThat(renewals()).isEqualTo(1);
      freeTurn(redis);
      clock.advance(Duration.ofSeconds(37));
      assertThat(browser.open("/").statusCode()).isEqualTo(200);
      assertThat(renewals()).as("it was good").isZero();
    } finally {
      keycloak.setRefreshTokensGoodOnce(false);
    }
  }

  private static void freeTurn(RedisServer redis) {
    redis.admin().keys("elastauth-refresh-*").forEach(key -> redis.admin().del(key));
  }

  /** SPEC 3: what nobody can ask the provider about again is not believed for longer. */
  @Test
  void withoutARefreshTokenASessionIsAsLongAsTheAccessToken() {
    keycloak.setRefreshTokens(false);
    try (TestGateway gateway = gateway().start()) {
      BrowserClient browser = new BrowserClient(gateway, SITE);
      browser.logIn("/", KeycloakServer.JANE);
      assertThat(browser.open("/").statusCode()).isEqualTo(200);
      clock.advance(TOKEN_LIFE);
      assertThat(browser.open("/").statusCode()).isEqualTo(302);
      assertThat(renewals()).isZero();
      browser.logIn("/", KeycloakServer.JANE);
      assertThat(browser.open("/").statusCode()).isEqualTo(200);
    } finally {
      keycloak.setRefreshTokens(true);
    }
  }

  private static TestGateway.Builder at(ProviderDouble provider) {
    return provider
        .believer()
        .set("oidc.client_secret", "secret")
        .set("oidc.redirect_url", "https://" + SITE + "/elastauth/oidc/callback")
        .set("oidc.read_timeout", "20s");
  }

  /** The answer of a token endpoint about a user. */
  private static String tokens(ProviderDouble provider, String user) {
    return """
        {"access_token":"access","token_type":"Bearer","expires_in":300,"refresh_token":"next",
         "id_token":"%s"}
        """
        .formatted(provider.token(user));
  }

  /** Has a session of the user john that is to be renewed. */
  private static BrowserClient holder(TestGateway gateway, SessionId id) {
    long now = Instant.now().getEpochSecond();
    Session session =
        new Session(
            new Identity("john", "", "", List.of(), now),
            "id-of-john",
            "",
            "",
            "",
            "refresh",
            now - 1,
            now - 301,
            now + 86_000);
    gateway.keep(id, session);
    return browser(gateway, id);
  }

  private static BrowserClient browser(TestGateway gateway, SessionId id) {
    BrowserClient browser = new BrowserClient(gateway, SITE);
    browser.cookies().put("__Host-elastauth_session", id.cookie());
    return browser;
  }

  @Test
  void tokensOfSomebodyElseEndTheSession() {
    try (ProviderDouble provider = new ProviderDouble();
        TestGateway gateway = at(provider).start()) {
      provider.answer("/token", tokens(provider, "jane"));
      BrowserClient browser = holder(gateway, SessionId.random());
      assertThat(browser.open("/").statusCode()).isEqualTo(302);
      assertThat(browser.open("/").statusCode()).isEqualTo(302);
      assertThat(provider.asked("/token")).isEqualTo(1);
      provider.answer("/token", tokens(provider, "john"));
      assertThat(holder(gateway, SessionId.random()).open("/").statusCode()).isEqualTo(200);
    }
  }

  /** The turn, which lasts for 30 s, is not spent standing in line. */
  @Test
  void whoStandsInLineHasNoTurnYetAndLooksAgainBeforeIt(RedisServer redis) throws Exception {
    ExecutorService browsers = Executors.newCachedThreadPool();
    try (ProviderDouble provider = new ProviderDouble();
        TestGateway busy = at(provider).with(redis).start();
        TestGateway free = at(provider).with(redis).start()) {
      provider.answer("/token", tokens(provider, "john"));
      CountDownLatch held = provider.hold("/token");
      List<Future<HttpResponse<String>>> answers = new ArrayList<>();
      for (int i = 0; i < 10; i++) {
        BrowserClient ahead = holder(busy, SessionId.random());
        answers.add(browsers.submit(() -> ahead.open("/")));
      }
      Awaitility.await("all threads are taken").until(() -> provider.asked("/token") == 10);
      SessionId id = SessionId.random();
      BrowserClient waiting = holder(busy, id);
      answers.add(browsers.submit(() -> waiting.open("/")));
      MemoryReplayStore claims = busy.bean(MemoryReplayStore.class);
      Awaitility.await("in line")
          .until(() -> !claims.isUnused("elastauth-renewal-" + id.key(), ReplayKind.LOCK));

      provider.letPass("/token");
      assertThat(browser(free, id).open("/").statusCode()).isEqualTo(200);
      assertThat(provider.asked("/token")).as("the other gateway had the turn").isEqualTo(11);
      redis.admin().del("elastauth-refresh-" + id.key()); // as if it were over
      held.countDown();
      for (Future<HttpResponse<String>> answer : answers) {
        assertThat(answer.get().statusCode()).isEqualTo(200);
      }
      assertThat(provider.asked("/token")).as("what was renewed is not due").isEqualTo(11);
    } finally {
      browsers.shutdownNow();
    }
  }

  /** Only threads that are there for it wait for tokens. */
  @Test
  void aSlowTokenEndpointHoldsNobodyElseUp() throws Exception {
    ExecutorService browsers = Executors.newCachedThreadPool();
    try (ProviderDouble provider = new ProviderDouble();
        TestGateway gateway = at(provider).clock(clock).start()) {
      assertThat(browser(gateway, SessionId.random()).open("/").statusCode()).isEqualTo(302);
      List<BrowserClient> visitors = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        visitors.add(holder(gateway, SessionId.random()));
      }
      clock.advance(Duration.ofHours(2)); // so that all wait for the provider's endpoints
      CountDownLatch held = provider.hold("/token");
      CountDownLatch discovery = provider.hold("/.well-known/openid-configuration");
      List<Future<HttpResponse<String>>> answers = new ArrayList<>();
      for (BrowserClient browser : visitors) {
        answers.add(browsers.submit(() -> browser.open("/")));
      }
      Awaitility.await("each on a thread of its own").until(() -> provider.asked("/token") == 8);
      held.countDown();
      discovery.countDown();
      for (Future<HttpResponse<String>> answer : answers) {
        assertThat(answer.get().statusCode()).isEqualTo(200);
      }
    } finally {
      browsers.shutdownNow();
    }
  }

  @Test
  void noSessionOutlivesItsMaxAge() {
    try (TestGateway gateway = gateway().set("session.max_age", "60s").start()) {
      BrowserClient browser = new BrowserClient(gateway, SITE);
      browser.logIn("/", KeycloakServer.JANE);
      assertThat(browser.open("/").statusCode()).isEqualTo(200);
      clock.advance(Duration.ofSeconds(60));
      assertThat(browser.open("/").statusCode()).isEqualTo(302);
    }
  }

  /** The provider's userinfo holds too, where token_validation says so. */
  @Test
  void whatUserinfoSaysCounts() {
    try (TestGateway gateway = gateway().set("oidc.token_validation", "both").start()) {
      BrowserClient browser = new BrowserClient(gateway, SITE);
      browser.logIn("/", KeycloakServer.JANE);
      assertThat(browser.open("/").body()).contains("jane.roe");
      assertThat(toKeycloak.drain()).contains("/protocol/openid-connect/userinfo");
    }
  }
}
