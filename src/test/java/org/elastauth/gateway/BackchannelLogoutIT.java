package org.elastauth.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.JWTParser;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpServer;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.elastauth.identity.Identity;
import org.elastauth.server.BrowserClient;
import org.elastauth.server.KeycloakServer;
import org.elastauth.server.ProviderDouble;
import org.elastauth.server.RedisServer;
import org.elastauth.server.Servers;
import org.elastauth.server.TestGateway;
import org.elastauth.session.Session;
import org.elastauth.session.SessionId;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** OpenID Connect Back-Channel Logout: Keycloak says that a session is over. */
@ExtendWith(Servers.class)
@Timeout(120)
class BackchannelLogoutIT {
  private static final String SITE = "localhost:8443";
  private static final String SESSION = "__Host-elastauth_session";
  private static final String EVENT = "http://schemas.openid.net/event/backchannel-logout";
  private static final String PATH = "/elastauth/oidc/backchannel-logout";

  private static KeycloakServer keycloak;
  private static TestGateway gateway;
  private static TestGateway other;

  /** Takes logout tokens in the gateway's place. */
  private static HttpServer interceptor;

  private static final BlockingQueue<String> INTERCEPTED = new LinkedBlockingQueue<>();

  @BeforeAll
  static void start(KeycloakServer provider, RedisServer redis) throws IOException {
    keycloak = provider;
    gateway =
        BrowserClient.gateway(provider, SITE)
            .set("elasticsearch.dry_run", true)
            .with(redis)
            .start();
    other =
        BrowserClient.gateway(provider, SITE)
            .set("elasticsearch.dry_run", true)
            .with(redis)
            .start();
    interceptor = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
    interceptor.createContext(
        "/",
        exchange -> {
          String form =
              new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
          INTERCEPTED.add(
              URLDecoder.decode(form.replace("logout_token=", ""), StandardCharsets.UTF_8));
          exchange.sendResponseHeaders(200, -1);
          exchange.close();
        });
    interceptor.start();
  }

  @AfterAll
  static void stop() {
    if (keycloak != null) {
      keycloak.setBackchannelLogout("");
    }
    for (TestGateway each : new TestGateway[] {gateway, other}) {
      if (each != null) {
        each.close();
      }
    }
    if (interceptor != null) {
      interceptor.stop(0);
    }
  }

  private static String intercept() {
    return "http://127.0.0.1:" + interceptor.getAddress().getPort() + "/";
  }

  private static BrowserClient loggedIn(KeycloakServer.User user) {
    BrowserClient browser = new BrowserClient(gateway, SITE);
    browser.logIn("/", user);
    assertThat(browser.open("/").statusCode()).isEqualTo(200);
    return browser;
  }

  /** What Keycloak signs when a login of the user ends. */
  private static String logoutToken(KeycloakServer.User user) throws InterruptedException {
    INTERCEPTED.clear();
    keycloak.logout(user);
    String token = INTERCEPTED.poll(30, TimeUnit.SECONDS);
    assertThat(token).isNotNull();
    return token;
  }

  private static HttpResponse<String> post(String token) {
    return post(gateway, token);
  }

  private static HttpResponse<String> post(TestGateway to, String token) {
    return postForm(to, "logout_token=" + URLEncoder.encode(token, StandardCharsets.UTF_8));
  }

  private static HttpResponse<String> postForm(String form) {
    return postForm(gateway, form);
  }

  private static HttpResponse<String> postForm(TestGateway to, String form) {
    return to.send(
        to.request(PATH, "Content-Type", "application/x-www-form-urlencoded")
            .POST(BodyPublishers.ofString(form))
            .build());
  }

  @Test
  void theProviderEndsASessionAtEveryGateway() {
    keycloak.setBackchannelLogout("http://127.0.0.1:" + gateway.port() + PATH);
    KeycloakServer.User user = keycloak.addUser("logout.everywhere");
    BrowserClient browser = loggedIn(user);
    assertThat(browser.at(other).open("/").statusCode()).isEqualTo(200);
    keycloak.logout(user);
    Awaitility.await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(
            () -> {
              assertThat(browser.at(gateway).open("/").statusCode()).isEqualTo(302);
              assertThat(browser.at(other).open("/").statusCode()).isEqualTo(302);
            });
    assertThat(
            gateway
                .bean(MeterRegistry.class)
                .counter("elastauth.session.events", "event", "provider_logout")
                .count())
        .isPositive();
  }

  @Test
  void aLogoutTokenIsGoodOnce() throws Exception {
    keycloak.setBackchannelLogout(intercept());
    KeycloakServer.User user = keycloak.addUser("logout.once");
    BrowserClient browser = loggedIn(user);
    String token = logoutToken(user);
    assertThat(browser.open("/").statusCode()).as("nobody has said so").isEqualTo(200);

    HttpResponse<String> first = post(token);
    assertThat(first.statusCode()).as(first.body()).isEqualTo(200);
    assertThat(first.headers().firstValue("Cache-Control")).contains("no-store");
    assertThat(browser.open("/").statusCode()).isEqualTo(302);
    HttpResponse<String> second = post(token);
    assertThat(second.statusCode()).isEqualTo(400);
    assertThat(second.body()).contains("used before");
  }

  /** 2.8: a provider may say it again, where it is told that it failed. */
  @Test
  void aLogoutThatFailedMayBeToldAgain() throws Exception {
    keycloak.setBackchannelLogout(intercept());
    KeycloakServer.User user = keycloak.addUser("logout.again");
    try (RedisServer server = RedisServer.start();
        TestGateway closed =
            BrowserClient.gateway(keycloak, SITE)
                .set("elasticsearch.dry_run", true)
                .set("session.policy", "fail_closed")
                .set("redis.health_check.interval", "1s")
                .set("redis.circuit_breaker.timeout", "1s")
                .with(server)
                .start()) {
      BrowserClient browser = new BrowserClient(closed, SITE);
      browser.logIn("/", user);
      String token = logoutToken(user);
      server.kill();
      HttpResponse<String> failed = post(closed, token);
      assertThat(failed.statusCode()).as(failed.body()).isEqualTo(503);
      server.restart();
      Awaitility.await("Redis is used again")
          .atMost(Duration.ofSeconds(30))
          .until(() -> closed.health().path("status").asText().equals("healthy"));
      HttpResponse<String> again = post(closed, token);
      assertThat(again.statusCode()).as(again.body()).isEqualTo(200);
      assertThat(browser.open("/").statusCode()).isEqualTo(302);
      assertThat(post(closed, token).statusCode()).as("for good").isEqualTo(400);
    }
  }

  /** 2.4 and 2.6: what no provider should sign, but one that signs it is not believed. */
  @Test
  void whatBreaksARuleEndsNothing() {
    try (ProviderDouble provider = new ProviderDouble();
        TestGateway believer =
            provider
                .believer()
                .set("oidc.client_secret", "secret")
                .set("oidc.redirect_url", "https://" + SITE + "/elastauth/oidc/callback")
                .start()) {
      SessionId id = begin(believer, "id-of-john");
      BrowserClient browser = new BrowserClient(believer, SITE);
      browser.cookies().put(SESSION, id.cookie());
      assertThat(browser.open("/").statusCode()).isEqualTo(200);
      Date past = Date.from(Instant.now().minusSeconds(120));
      Date future = Date.from(Instant.now().plusSeconds(120));
      Map<String, JWTClaimsSet.Builder> broken = new LinkedHashMap<>();
      broken.put("a nonce", logout(provider).claim("nonce", "n"));
      broken.put("neither a user nor", logout(provider).subject(null));
      broken.put("has expired", logout(provider).expirationTime(past));
      broken.put("never expires", logout(provider).expirationTime(null));
      broken.put("in the future", logout(provider).issueTime(future));
      broken.put("when it was issued", logout(provider).issueTime(null));
      broken.put("another issuer", logout(provider).issuer("https://other.example.org"));
      broken.put("another audience", logout(provider).audience("other"));
      List<Object> events =
          Arrays.asList(null, "", List.of(EVENT), EVENT, Map.of(EVENT + "s", Map.of()));
      broken.forEach(
          (reason, claims) -> {
            HttpResponse<String> answer = post(believer, provider.sign(claims.build()));
            assertThat(answer.statusCode()).as(reason).isEqualTo(400);
            assertThat(answer.body()).contains(reason);
          });
      for (Object event : events) {
        String token = provider.sign(logout(provider).claim("events", event).build());
        HttpResponse<String> answer = post(believer, token);
        assertThat(answer.statusCode()).as("events %s", event).isEqualTo(400);
        assertThat(answer.body()).contains("not a logout token");
      }
      assertThat(browser.open("/").statusCode()).isEqualTo(200);
      String good = provider.sign(logout(provider).build());
      assertThat(post(believer, good).statusCode()).as("without any of that").isEqualTo(200);
      assertThat(browser.open("/").statusCode()).isEqualTo(302);

      browser.cookies().put(SESSION, begin(believer, "id-of-john").cookie());
      assertThat(post(believer, good).statusCode()).as("kept, and sent again").isEqualTo(400);
      assertThat(browser.open("/").statusCode()).as("a later session").isEqualTo(200);
    }
  }

  /** 503 is no promise that the provider says it again. */
  @ParameterizedTest
  @ValueSource(strings = {"memory", "fail_closed"})
  void aLogoutThatIsRefusedInAnOutageHoldsAfterwards(String policy) {
    try (RedisServer server = RedisServer.start("--appendonly", "no");
        ProviderDouble provider = new ProviderDouble();
        TestGateway first = sharing(provider, server).start();
        TestGateway closed =
            sharing(provider, server)
                .set("session.policy", policy)
                .set("replay.policy", "fail_closed")
                .start()) {
      SessionId id = begin(first, "id-of-john");
      BrowserClient browser = new BrowserClient(first, SITE);
      browser.cookies().put(SESSION, id.cookie());
      String token = provider.sign(logout(provider).build());

      server.freeze();
      HttpResponse<String> failed = post(closed, token);
      assertThat(failed.statusCode()).as(failed.body()).isEqualTo(503);
      server.resume();
      Awaitility.await("Redis knows")
          .atMost(Duration.ofSeconds(30))
          .until(() -> browser.open("/").statusCode() == 302);
      Awaitility.await("Redis is used again")
          .atMost(Duration.ofSeconds(30))
          .until(() -> closed.health().path("status").asText().equals("healthy"));
      assertThat(post(closed, token).statusCode()).as("said again").isEqualTo(200);
      assertThat(post(closed, token).statusCode()).isEqualTo(400);
    }
  }

  private static TestGateway.Builder sharing(ProviderDouble provider, RedisServer server) {
    return provider
        .believer()
        .with(server)
        .set("oidc.client_secret", "secret")
        .set("oidc.redirect_url", "https://" + SITE + "/elastauth/oidc/callback")
        .set("session.store", "redis")
        .set("redis.health_check.interval", "1s")
        .set("redis.read_timeout", "500ms")
        .set("redis.circuit_breaker.timeout", "1s");
  }

  /** Who signs out a thousand users at once is one address. */
  @Test
  void logoutTokensAreCountedIfTheyAreNotGood() {
    try (ProviderDouble provider = new ProviderDouble();
        TestGateway limited =
            provider
                .believer()
                .set("oidc.client_secret", "secret")
                .set("oidc.redirect_url", "https://" + SITE + "/elastauth/oidc/callback")
                .set("rate_limit.enabled", true)
                .set("rate_limit.max_requests", 3)
                .set("rate_limit.window", "1h")
                .start()) {
      List<String> good = new ArrayList<>();
      for (int i = 0; i < 7; i++) {
        String token = provider.sign(logout(provider).claim("sid", "sid-" + i).build());
        assertThat(postFrom(limited, token)).isEqualTo(200);
        good.add(token);
      }
      String nonce = provider.sign(logout(provider).claim("nonce", "n").build());
      assertThat(postFrom(limited, good.get(0))).as("used before").isEqualTo(400);
      assertThat(postFrom(limited, nonce)).isEqualTo(400);
      assertThat(postFrom(limited, "a.b.c")).isEqualTo(400);
      assertThat(postFrom(limited, good.get(1))).isEqualTo(429);
      assertThat(postFrom(limited, nonce)).isEqualTo(429);
    }
  }

  private static int postFrom(TestGateway to, String token) {
    return to.send(
            to.request(
                    PATH,
                    "Content-Type",
                    "application/x-www-form-urlencoded",
                    "X-Forwarded-For",
                    "203.0.113.7")
                .POST(BodyPublishers.ofString("logout_token=" + token))
                .build())
        .statusCode();
  }

  private static JWTClaimsSet.Builder logout(ProviderDouble provider) {
    return provider.claims("john").claim("events", Map.of(EVENT, Map.of()));
  }

  /** A session that began a while ago, without a login. */
  private static SessionId begin(TestGateway at, String subject) {
    SessionId id = SessionId.random();
    long now = Instant.now().getEpochSecond();
    Session session =
        new Session(
            new Identity("john", "", "", List.of(), now),
            subject,
            "",
            "",
            "",
            "",
            now + 3_600,
            now - 60,
            now + 3_600);
    at.keep(id, session);
    return id;
  }

  /** 2.6: each of its rules, with tokens of Keycloak's own where it makes them. */
  @Test
  void whatIsNoLogoutTokenForThisClientEndsNothing() throws Exception {
    keycloak.setBackchannelLogout(intercept());
    BrowserClient browser = loggedIn(KeycloakServer.JOHN);
    KeycloakServer.Tokens tokens = keycloak.tokens(KeycloakServer.JOHN);
    KeycloakServer.User user = keycloak.addUser("logout.attacked");
    BrowserClient leaving = loggedIn(user);
    String good = logoutToken(user);
    JWTClaimsSet claims = JWTParser.parse(good).getJWTClaimsSet();
    SignedJWT hmac =
        new SignedJWT(
            new JWSHeader.Builder(JWSAlgorithm.HS256).type(JOSEObjectType.JWT).build(), claims);
    hmac.sign(new MACSigner(KeycloakServer.CLIENT_SECRET.repeat(2)));
    for (String bad :
        new String[] {
          tokens.id(),
          tokens.access(),
          tokens.refresh(),
          new PlainJWT(claims).serialize(),
          hmac.serialize(),
          good.substring(0, good.length() - 8) + "AAAAAAAA",
          good.substring(0, good.lastIndexOf('.') + 1),
          "a.b.c",
          "none",
          "",
          "a".repeat(9000),
        }) {
      HttpResponse<String> answer = post(bad);
      assertThat(answer.statusCode()).as(bad).isEqualTo(400);
      assertThat(answer.body()).contains("\"code\":400");
    }
    assertThat(browser.open("/").statusCode()).isEqualTo(200);
    assertThat(leaving.open("/").statusCode()).isEqualTo(200);
    assertThat(post(good).statusCode()).as("the others have not used it up").isEqualTo(200);
    assertThat(leaving.open("/").statusCode()).isEqualTo(302);
    assertThat(browser.open("/").statusCode()).isEqualTo(200);
  }

  /** A logout token of another client of the same provider, about the same user. */
  @Test
  void anotherClientsLogoutTokenEndsNothing() throws Exception {
    keycloak.setBackchannelLogout("");
    KeycloakServer.User user = keycloak.addUser("logout.foreign");
    BrowserClient browser = loggedIn(user);
    JsonNode client =
        keycloak.admin("GET", "/clients?clientId=" + KeycloakServer.PUBLIC_CLIENT, null).get(0);
    String path = "/clients/" + client.path("id").asText();
    ((ObjectNode) client.get("attributes")).put("backchannel.logout.url", intercept());
    keycloak.admin("PUT", path, client.toString());
    try {
      keycloak.tokens(keycloak.url(), KeycloakServer.PUBLIC_CLIENT, user);
      HttpResponse<String> answer = post(logoutToken(user));
      assertThat(answer.statusCode()).isEqualTo(400);
      assertThat(answer.body()).contains("audience");
      assertThat(browser.open("/").statusCode()).isEqualTo(200);
    } finally {
      ((ObjectNode) client.get("attributes")).put("backchannel.logout.url", "");
      keycloak.admin("PUT", path, client.toString());
    }
  }

  /** RFC 9110, 8.3.1: in any case, with parameters; a media range is no type. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "application/x-www-form-urlencoded                 | 400",
        "APPLICATION/X-WWW-Form-UrlEncoded                 | 400",
        "application/x-www-form-urlencoded;charset=UTF-8   | 400",
        "application/x-www-form-urlencoded ; a=\"b;c\"     | 400",
        "application/x-www-form-urlencoded;                | 400",
        "*/*                                               | 415",
        "application/*                                     | 415",
        "*/*;q=0.1                                         | 415",
        "application/x-www-form-urlencoded, text/plain     | 415",
        "application/x-www-form-urlencodedx                | 415",
        "multipart/form-data                               | 415",
        "multipart/form-data; boundary=x                   | 415",
        "form                                              | 415",
        "/                                                 | 415",
        ";                                                 | 415",
        "''                                                | 415",
      })
  void typesOfTheForm(String type, int status) {
    HttpResponse<String> answer =
        gateway.send(
            gateway
                .request(PATH, "Content-Type", type)
                .POST(BodyPublishers.ofString("other=a.b.c"))
                .build());
    assertThat(answer.statusCode()).isEqualTo(status);
    assertThat(answer.body()).contains("\"code\":" + status);
  }

  @Test
  void aFormWithoutATypeOrWithTwo() {
    String head =
        "POST " + PATH + " HTTP/1.1\r\nHost: g\r\nConnection: close\r\nContent-Length: 1\r\n";
    String type = "Content-Type: application/x-www-form-urlencoded\r\n";
    assertThat(gateway.raw(head + "\r\na")).startsWith("HTTP/1.1 415 ");
    assertThat(gateway.raw(head + type + type + "\r\na")).startsWith("HTTP/1.1 415 ");
  }

  /** RFC 9110, 10.1.1: this body is read, so its client is told to send it. */
  @Test
  void aFormWhoseClientWaitsForContinue() throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), gateway.port())) {
      socket.setSoTimeout(10_000);
      OutputStream out = socket.getOutputStream();
      out.write(
          ("POST "
                  + PATH
                  + " HTTP/1.1\r\nHost: g\r\nExpect: 100-continue\r\nContent-Length: 11\r\n"
                  + "Content-Type: application/x-www-form-urlencoded\r\n\r\n")
              .getBytes(StandardCharsets.US_ASCII));
      String go = "HTTP/1.1 100 Continue\r\n";
      InputStream in = socket.getInputStream();
      assertThat(new String(in.readNBytes(go.length()), StandardCharsets.US_ASCII)).isEqualTo(go);
      out.write("other=a.b.c".getBytes(StandardCharsets.US_ASCII));
      assertThat(new String(in.readAllBytes(), StandardCharsets.US_ASCII))
          .contains("HTTP/1.1 400 ")
          .contains("it must have one logout_token");
    }
  }

  @Test
  void formsThatAreNone() {
    assertThat(postForm("").statusCode()).isEqualTo(400);
    assertThat(postForm("logout_token").statusCode()).isEqualTo(400);
    assertThat(postForm("logout_token=a&logout_token=b").statusCode()).isEqualTo(400);
    assertThat(postForm("other=a.b.c").statusCode()).isEqualTo(400);
    assertThat(postForm("logout_token=%zz").statusCode()).isEqualTo(400);
    assertThat(postForm("logout_token=" + "a".repeat(100_000)).statusCode()).isIn(400, 413);
    HttpResponse<String> json =
        gateway.send(
            gateway
                .request(PATH, "Content-Type", "application/json")
                .POST(BodyPublishers.ofString("{\"logout_token\":\"a.b.c\"}"))
                .build());
    assertThat(json.statusCode()).isEqualTo(415);
    assertThat(json.body()).contains("\"code\":415");
    assertThat(gateway.get("/elastauth/live").statusCode()).isEqualTo(200);
  }
}
