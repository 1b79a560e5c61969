package org.elastauth.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.elastauth.server.ElasticsearchServer;
import org.elastauth.server.KeycloakServer;
import org.elastauth.server.RedisServer;
import org.elastauth.server.Servers;
import org.elastauth.server.TestGateway;
import org.elastauth.server.TestGateway.SetClock;
import org.elastauth.server.Visitor;
import org.elastauth.server.Wiretap;
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
  private Wiretap toKeycloak;

  SessionRenewalIT(ElasticsearchServer elasticsearch, KeycloakServer keycloak) {
    this.elasticsearch = elasticsearch;
    this.keycloak = keycloak;
  }

  @BeforeEach
  void tap() {
    toKeycloak = Wiretap.to(URI.create(keycloak.url()).getPort());
  }

  @AfterEach
  void untap() {
    toKeycloak.close();
  }

  private TestGateway.Builder gateway() {
    return Visitor.gateway(KeycloakServer.issuer("http://127.0.0.1:" + toKeycloak.port()), SITE)
        .set("elasticsearch.dry_run", true)
        .clock(clock);
  }

  private long renewals() {
    return toKeycloak.drain().split("grant_type=refresh_token", -1).length - 1;
  }

  @Test
  void changedGroupsTakeEffect() {
    KeycloakServer.User user = keycloak.addUser("renewed.groups");
    try (TestGateway gateway =
        Visitor.gateway(KeycloakServer.issuer("http://127.0.0.1:" + toKeycloak.port()), SITE)
            .on(elasticsearch)
            .set("group_mappings.platform-admins", "superuser")
            .clock(clock)
            .start()) {
      Visitor visitor = new Visitor(gateway, SITE);
      visitor.logIn("/", user);
      assertThat(visitor.open("/").statusCode()).isEqualTo(200);
      assertThat(elasticsearch.user(user.name()).path("roles").toString()).contains("viewer");

      keycloak.addToGroup(user, "platform-admins");
      clock.advance(TOKEN_LIFE);
      assertThat(visitor.open("/").statusCode()).isEqualTo(200);
      assertThat(elasticsearch.user(user.name()).path("roles").toString()).contains("superuser");
      assertThat(renewals()).isEqualTo(1);
    }
  }

  @Test
  void oneOfAllGatewaysRenewsAndNobodyWaitsForIt(RedisServer redis) throws Exception {
    try (TestGateway gateway = gateway().with(redis).set("cache.type", "hybrid").start();
        TestGateway other = gateway().with(redis).set("cache.type", "hybrid").start()) {
      Visitor visitor = new Visitor(gateway, SITE);
      visitor.logIn("/", KeycloakServer.JANE);
      clock.advance(TOKEN_LIFE);
      toKeycloak.drain();
      List<Callable<HttpResponse<String>>> requests = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        Visitor tab = new Visitor(i % 2 == 0 ? gateway : other, SITE);
        tab.cookies().putAll(visitor.cookies());
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
      Visitor visitor = new Visitor(gateway, SITE);
      visitor.logIn("/", KeycloakServer.JANE);
      toKeycloak.cut();
      clock.advance(TOKEN_LIFE);
      assertThat(visitor.open("/").statusCode()).isEqualTo(200);
      assertThat(visitor.open("/").statusCode()).isEqualTo(200);
      toKeycloak.mend();
      toKeycloak.drain();
      clock.advance(Duration.ofSeconds(31));
      assertThat(visitor.open("/").statusCode()).isEqualTo(200);
      assertThat(renewals()).as("it is tried again").isEqualTo(1);
      assertThat(visitor.open("/").statusCode()).isEqualTo(200);
      assertThat(renewals()).as("and then it is good for a while").isZero();
    }
  }

  @Test
  void logoutWhileTheProviderIsDownIsALogoutHere() {
    try (TestGateway gateway = gateway().set("oidc.cache.discovery", "1s").start()) {
      Visitor visitor = new Visitor(gateway, SITE);
      visitor.logIn("/", KeycloakServer.JANE);
      Visitor copy = new Visitor(gateway, SITE);
      copy.cookies().putAll(visitor.cookies());
      toKeycloak.cut();
      assertThat(visitor.ask("/elastauth/oidc/logout").statusCode()).isEqualTo(303);
      assertThat(copy.open("/").statusCode()).isNotEqualTo(200);
    }
  }

  @Test
  void aSessionThatTheProviderEndedIsOver() {
    KeycloakServer.User user = keycloak.addUser("renewed.ended");
    try (TestGateway gateway = gateway().start()) {
      Visitor visitor = new Visitor(gateway, SITE);
      visitor.logIn("/", user);
      keycloak.logout(user);
      assertThat(visitor.open("/").statusCode()).as("nobody has said so").isEqualTo(200);
      clock.advance(TOKEN_LIFE);
      assertThat(visitor.open("/").statusCode()).isEqualTo(302);
      assertThat(visitor.open("/").statusCode()).as("for good").isEqualTo(302);
      assertThat(renewals()).isEqualTo(1);
    }
  }

  @Test
  void noSessionOutlivesItsMaxAge() {
    try (TestGateway gateway = gateway().set("session.max_age", "60s").start()) {
      Visitor visitor = new Visitor(gateway, SITE);
      visitor.logIn("/", KeycloakServer.JANE);
      assertThat(visitor.open("/").statusCode()).isEqualTo(200);
      clock.advance(Duration.ofSeconds(60));
      assertThat(visitor.open("/").statusCode()).isEqualTo(302);
    }
  }

  /** The provider's userinfo holds too, where token_validation says so. */
  @Test
  void whatUserinfoSaysCounts() {
    try (TestGateway gateway = gateway().set("oidc.token_validation", "both").start()) {
      Visitor visitor = new Visitor(gateway, SITE);
      visitor.logIn("/", KeycloakServer.JANE);
      assertThat(visitor.open("/").body()).contains("jane.roe");
      assertThat(toKeycloak.drain()).contains("/protocol/openid-connect/userinfo");
    }
  }
}
