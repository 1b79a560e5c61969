package org.elastauth.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.jwk.JWK;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.elastauth.server.BrowserClient;
import org.elastauth.server.KeycloakServer;
import org.elastauth.server.ProviderDouble;
import org.elastauth.server.RedisServer;
import org.elastauth.server.Servers;
import org.elastauth.server.TestGateway;
import org.elastauth.server.TestGateway.SetClock;
import org.elastauth.session.SessionId;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** The attacks of RFC 9700 on a login, each named, and what else a browser may be made to bring. */
@ExtendWith(Servers.class)
@Timeout(120)
class LoginAttacksIT {
  private static final String SITE = "localhost:8443";
  private static final String SESSION = "__Host-elastauth_session";
  private static final String BROWSER = SESSION + "_login_";

  private static KeycloakServer keycloak;
  private static TestGateway gateway;

  @BeforeAll
  static void start(KeycloakServer provider) {
    keycloak = provider;
    gateway = builder().start();
  }

  private static TestGateway.Builder builder() {
    return BrowserClient.gateway(keycloak, SITE).set("elasticsearch.dry_run", true);
  }

  @AfterAll
  static void stop() {
    if (gateway != null) {
      gateway.close();
    }
  }

  private static BrowserClient browser() {
    return new BrowserClient(gateway, SITE);
  }

  private static String parameter(URI url, String name) {
    return new QueryStringDecoder(url).parameters().get(name).get(0);
  }

  /** The callback with other parameters; names and values, alternating, null for none. */
  private static URI with(URI callback, String... changes) {
    Map<String, List<String>> query =
        new LinkedHashMap<>(new QueryStringDecoder(callback).parameters());
    for (int i = 0; i < changes.length; i += 2) {
      if (changes[i + 1] == null) {
        query.remove(changes[i]);
      } else {
        query.put(changes[i], List.of(changes[i + 1]));
      }
    }
    StringBuilder text = new StringBuilder();
    query.forEach(
        (name, values) ->
            text.append(text.isEmpty() ? "" : "&")
                .append(name)
                .append('=')
                .append(URLEncoder.encode(values.get(0), StandardCharsets.UTF_8)));
    return URI.create(callback.toString().replaceFirst("\\?.*", "") + "?" + text);
  }

  private static void assertRefused(HttpResponse<String> answer, int status, String reason) {
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
    assertThat(answer.body()).contains(reason);
    assertThat(answer.headers().map()).doesNotContainKey("location");
    assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/json");
    assertThat(answer.headers().allValues("Set-Cookie"))
        .allMatch(cookie -> cookie.matches(BROWSER + "[A-Za-z0-9_-]{8}=; Max-Age=0; .*"));
  }

  /** By name, those of logins that are under way. */
  private static Map<String, String> begun(BrowserClient browser) {
    Map<String, String> cookies = new LinkedHashMap<>(browser.cookies());
    cookies.keySet().removeIf(name -> !name.startsWith(BROWSER));
    return cookies;
  }

  /** RFC 9700, 4.2.4: what leaked from a browser's history is of no use. */
  @Test
  void stateReplay() {
    BrowserClient browser = browser();
    URI callback = browser.authorize("/", KeycloakServer.JOHN);
    Map<String, String> kept = begun(browser);
    assertThat(browser.follow(callback).statusCode()).isEqualTo(302);
    assertThat(browser.follow(callback).statusCode()).as("to its page").isEqualTo(302);
    browser.cookies().clear();
    assertRefused(browser.follow(callback), 400, "another browser");
    browser.cookies().putAll(kept);
    assertRefused(browser.follow(callback), 400, "already completed");
    // with the code of a later login
    URI later = browser.authorizeAgain("/", KeycloakServer.JOHN);
    browser.cookies().putAll(kept);
    assertRefused(
        browser.follow(with(callback, "code", parameter(later, "code"))), 400, "already completed");
  }

  /** RFC 9700, 4.5: a code that was issued for another login, in this browser or another. */
  @Test
  void codeInjection() {
    BrowserClient victim = browser();
    String stolen = parameter(victim.authorize("/", KeycloakServer.JOHN), "code");
    BrowserClient attacker = browser();
    URI own = attacker.authorize("/", KeycloakServer.JANE);
    assertRefused(attacker.follow(with(own, "code", stolen)), 401, "the provider has ended");
    assertThat(attacker.open("/").statusCode()).isEqualTo(302);
  }

  /** 4.5.3.2: without PKCE the nonce still tells. */
  @Test
  void codeInjectionWithoutPkce() {
    try (TestGateway plain = builder().set("oidc.use_pkce", false).start()) {
      String stolen =
          parameter(new BrowserClient(plain, SITE).authorize("/", KeycloakServer.JOHN), "code");
      BrowserClient attacker = new BrowserClient(plain, SITE);
      URI own = attacker.authorize("/", KeycloakServer.JANE);
      assertRefused(attacker.follow(with(own, "code", stolen)), 401, "belongs to another login");
      BrowserClient honest = new BrowserClient(plain, SITE);
      honest.logIn("/", KeycloakServer.JANE);
      assertThat(honest.open("/").statusCode()).isEqualTo(200);
    }
  }

  /** 4.8: whoever takes the challenge out of the request gets no code that is good. */
  @Test
  void pkceDowngrade() {
    BrowserClient browser = browser();
    String asked = BrowserClient.location(browser.open("/"));
    String without = asked.replaceAll("&code_challenge(_method)?=[^&]*", "");
    assertThat(without).isNotEqualTo(asked).doesNotContain("challenge");
    assertRefused(
        browser.follow(browser.authorizeAt(without, KeycloakServer.JOHN)),
        401,
        "the provider has ended");
    assertThat(browser.cookies()).doesNotContainKey(SESSION);
  }

  /** RFC 6749, 10.5: a code is good once. */
  @Test
  void codeReplay() {
    BrowserClient browser = browser();
    URI first = browser.authorize("/", KeycloakServer.JOHN);
    assertThat(browser.follow(first).statusCode()).isEqualTo(302);
    URI second = browser.authorizeAgain("/", KeycloakServer.JOHN);
    assertRefused(
        browser.follow(with(second, "code", parameter(first, "code"))),
        401,
        "the provider has ended");
  }

  /** 4.7: somebody else's login, to make the victim act as the attacker. */
  @Test
  void loginCsrf() {
    BrowserClient attacker = browser();
    URI callback = attacker.authorize("/", KeycloakServer.JANE);
    BrowserClient victim = browser();
    assertRefused(victim.follow(callback), 400, "another browser");
    victim.open("/");
    assertRefused(victim.follow(callback), 400, "another browser");
    assertThat(attacker.follow(callback).statusCode()).as("not used up").isEqualTo(302);
  }

  /** 4.4, RFC 9207: the answer of another provider, or one that does not say whose it is. */
  @Test
  void mixUp() {
    BrowserClient browser = browser();
    URI callback = browser.authorize("/", KeycloakServer.JOHN);
    assertThat(parameter(callback, "iss")).isEqualTo(keycloak.issuer());
    assertRefused(
        browser.follow(with(callback, "iss", "https://attacker.example.org")),
        400,
        "not from the provider of this login");
    assertRefused(browser.follow(with(callback, "iss", null)), 400, "no parameter iss");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "AQ", "..", "a b", "%00", "\u00e4", "{\"target\":\"https://evil\"}"})
  void aStateThatIsNone(String state) {
    assertRefused(
        browser()
            .ask(
                "/elastauth/oidc/callback?code=c&state="
                    + URLEncoder.encode(state, StandardCharsets.UTF_8)),
        400,
        "did not begin at this site");
  }

  @Test
  void aStateThatWasChangedOrIsAnothersOrTooOld() {
    BrowserClient browser = browser();
    URI callback = browser.authorize("/", KeycloakServer.JOHN);
    String state = parameter(callback, "state");
    for (int at : new int[] {0, 12, state.length() / 2, state.length() - 2}) {
      char other = state.charAt(at) == 'A' ? 'B' : 'A';
      assertRefused(
          browser.follow(
              with(callback, "state", state.substring(0, at) + other + state.substring(at + 1))),
          400,
          "did not begin at this site");
    }
    SetClock clock = new SetClock(Instant.now());
    try (TestGateway foreign = builder().set("secret_key", "abcdef01".repeat(8)).start();
        TestGateway later = builder().clock(clock).start()) {
      assertRefused(browser.at(foreign).follow(callback), 400, "did not begin at this site");
      BrowserClient slow = new BrowserClient(later, SITE);
      URI late = slow.authorize("/", KeycloakServer.JOHN);
      clock.advance(Duration.ofSeconds(900));
      assertRefused(slow.follow(late), 400, "has expired");
    }
  }

  @Test
  void parametersThatAreThereTwiceOrNotAtAll() {
    BrowserClient browser = browser();
    URI callback = browser.authorize("/", KeycloakServer.JOHN);
    String path = callback.getRawPath() + "?" + callback.getRawQuery();
    for (String twice : List.of("state=x", "code=x", "iss=x", "error=x&error=y")) {
      assertRefused(browser.ask(path + "&" + twice), 400, "more than once");
    }
    assertRefused(browser.ask("/elastauth/oidc/callback"), 400, "did not begin at this site");
    assertThat(
            gateway.raw(
                "GET /elastauth/oidc/callback?state=%zz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"))
        .startsWith("HTTP/1.1 400 ")
        .contains("percent-encoded");
    assertRefused(browser.follow(with(callback, "code", null)), 400, "has no valid code");
  }

  /** RFC 6749, 4.1.2.1: and nothing of what a link says is repeated. */
  @Test
  void theProvidersRefusalIsToldAsSuch() {
    BrowserClient browser = browser();
    URI denied =
        with(
            browser.authorize("/", KeycloakServer.JOHN),
            "code",
            null,
            "error",
            "access_denied",
            "error_description",
            "<script>");
    HttpResponse<String> refused = browser.follow(denied);
    assertRefused(refused, 403, "access_denied");
    assertThat(refused.body()).doesNotContain("script");
    URI forged =
        with(browser.authorizeAgain("/", KeycloakServer.JOHN), "error", "call +1 555 0100 <b>");
    HttpResponse<String> answer = browser.follow(forged);
    assertRefused(answer, 403, "did not log the user in");
    assertThat(answer.body()).doesNotContain("555", "<");
    assertRefused(
        browser.ask("/elastauth/oidc/callback?error=access_denied&error_description=%3Cb%3E"),
        400,
        "did not begin at this site");
    URI busy =
        with(browser.authorizeAgain("/", KeycloakServer.JOHN), "error", "temporarily_unavailable");
    assertRefused(browser.follow(busy), 503, "temporarily_unavailable");
  }

  /** RFC 9700, 4.11: a forged X-Forwarded-Host, behind a proxy that lets it through. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "evil.example.org",
        "localhost:8443@evil.example.org",
        "localhost",
        "localhost:80"
      })
  void openRedirectByHost(String host) {
    assertRefused(
        gateway.get("/elastauth", "Accept", BrowserClient.PAGE, "X-Forwarded-Host", host),
        401,
        "allowed_hosts");
  }

  /** 4.11: forged X-Forwarded-Uri and X-Forwarded-Proto lead back to the same site, with https. */
  @ParameterizedTest
  @CsvSource({
    "//evil.example.org/, //evil.example.org/",
    "https://evil.example.org/, /",
    "/\\evil.example.org, /",
    "@evil.example.org, /",
    ".evil.example.org, /",
    ":80@evil.example.org, /",
    "/elastauth/oidc/logout, /",
    "/app?to=https://evil.example.org, /app?to=https://evil.example.org",
  })
  void openRedirectByPath(String path, String back) {
    BrowserClient browser = browser();
    HttpResponse<String> sent =
        browser.open(path, "X-Forwarded-Proto", "http", "X-Forwarded-Port", "80");
    assertThat(sent.statusCode()).isEqualTo(302);
    URI callback = browser.authorize(sent, KeycloakServer.JOHN);
    HttpResponse<String> returned = browser.follow(callback);
    assertThat(BrowserClient.location(returned)).isEqualTo("https://" + SITE + back);
  }

  /** SPEC 13.5: who is no proxy says nothing about where a browser came from. */
  @Test
  void forwardedHeadersOfAStranger() {
    try (TestGateway distant = builder().set("trusted_proxies", "192.0.2.1/32").start()) {
      BrowserClient browser = new BrowserClient(distant, SITE);
      URI callback = browser.authorize("/app/evil", KeycloakServer.JOHN);
      assertThat(BrowserClient.location(browser.follow(callback)))
          .isEqualTo("https://" + SITE + "/");
      assertThat(
              distant
                  .get(
                      "/elastauth",
                      "Accept",
                      BrowserClient.PAGE,
                      "X-Forwarded-Host",
                      "evil.example.org")
                  .statusCode())
          .isEqualTo(302);
    }
  }

  /** A session that the attacker knows, planted before the victim logs in. */
  @Test
  void sessionFixation() {
    BrowserClient attacker = browser();
    attacker.logIn("/", KeycloakServer.JANE);
    BrowserClient victim = browser();
    URI callback = victim.authorize("/", KeycloakServer.JOHN);
    victim.cookies().put(SESSION, attacker.cookies().get(SESSION));
    victim.follow(callback);
    assertThat(victim.cookies().get(SESSION)).isNotEqualTo(attacker.cookies().get(SESSION));
    assertThat(victim.open("/").body()).contains("john.doe");
    assertThat(attacker.open("/").statusCode()).as("the planted one").isEqualTo(302);
  }

  /** A neighbour's cookie of the same name beside ours; none of them is chosen. */
  @Test
  void cookieTossing() {
    BrowserClient victim = browser();
    victim.logIn("/", KeycloakServer.JOHN);
    String own = victim.cookieHeader();
    for (String twice : List.of(SESSION + "=x; " + own, own + "; " + SESSION + "=x")) {
      HttpResponse<String> answer = gateway.get("/elastauth", "Cookie", twice);
      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(401);
      assertThat(answer.headers().allValues("Set-Cookie"))
          .singleElement()
          .asString()
          .startsWith(SESSION + "=; Max-Age=0; ");
    }
    URI callback = victim.authorizeAgain("/", KeycloakServer.JOHN);
    Map.Entry<String, String> browser = begun(victim).entrySet().iterator().next();
    assertRefused(
        gateway.get(
            callback.getRawPath() + "?" + callback.getRawQuery(),
            "Cookie",
            browser.getKey() + "=x; " + browser.getKey() + "=" + browser.getValue()),
        400,
        "is there more than once");
    assertThat(gateway.get("/elastauth", "Cookie", "elastauth_session=x; " + own).statusCode())
        .as("without the prefix it is another cookie")
        .isEqualTo(200);
  }

  /** Token cookies have no prefix that keeps other hosts from setting them. */
  @ParameterizedTest
  @ValueSource(strings = {"access_token", "id_token"})
  void tossedTokenCookies(String name) {
    KeycloakServer.Tokens tokens = keycloak.tokens(KeycloakServer.JANE);
    String attackers = name.equals("id_token") ? tokens.id() : tokens.access();
    BrowserClient victim = browser();
    victim.cookies().put(name, attackers);
    assertThat(victim.open("/").body()).as("where there is no session").contains("jane.roe");
    victim.cookies().remove(name);
    victim.logIn("/", KeycloakServer.JOHN);
    for (String tossed :
        List.of(
            attackers,
            attackers + "x",
            "a.b.c",
            "x",
            "a{b",
            "",
            "a".repeat(17_000),
            "x; " + name + "=y")) {
      victim.cookies().put(name, tossed);
      HttpResponse<String> known = victim.open("/");
      assertThat(known.statusCode()).as(known.body()).isEqualTo(200);
      assertThat(known.body()).contains("john.doe");
      if (!tossed.equals(attackers)) {
        String alone = name + "=" + tossed;
        HttpResponse<String> page =
            gateway.get(
                "/elastauth",
                "Accept",
                BrowserClient.PAGE,
                "X-Forwarded-Host",
                SITE,
                "Cookie",
                alone);
        assertThat(page.statusCode()).as(tossed).isEqualTo(302);
        assertThat(gateway.get("/elastauth", "Cookie", alone).statusCode()).isEqualTo(401);
      }
    }
    assertThat(gateway.get("/elastauth", "Cookie", name + "=a.b.c").headers().map().toString())
        .contains("invalid_token");
    victim.cookies().put(name, "a.b.c");
    victim.cookies().remove(SESSION);
    victim.logIn("/", KeycloakServer.JOHN);
    assertThat(victim.open("/").body()).contains("john.doe");
  }

  private static TestGateway.Builder at(ProviderDouble provider) {
    return BrowserClient.gateway(provider.issuer(), SITE).set("elasticsearch.dry_run", true);
  }

  /** Nor does one help that nobody can judge, or that takes long to. */
  @Test
  void tossedTokenCookiesThatNobodyCanJudge() {
    try (ProviderDouble provider = new ProviderDouble();
        TestGateway signed = at(provider).start();
        TestGateway asked = at(provider).set("oidc.token_validation", "userinfo").start()) {
      JWK unknown = ProviderDouble.rsa("unknown");
      BrowserClient victim = new BrowserClient(signed, SITE);
      victim.cookies().put("access_token", provider.token("attack.known"));
      assertThat(victim.open("/").statusCode()).isEqualTo(200);
      assertThat(provider.asked("/jwks")).isEqualTo(1);
      String tossed = ProviderDouble.sign(unknown, provider.claims("attack.user").build());
      victim.cookies().put("access_token", tossed);
      assertThat(victim.open("/").statusCode()).isEqualTo(302);
      assertThat(provider.asked("/jwks")).as("for a page").isEqualTo(1);
      provider.setKeys(unknown);
      assertThat(signed.get("/elastauth", "Cookie", "access_token=" + tossed).statusCode())
          .as("a script waits for the new key, as it cannot log in")
          .isEqualTo(200);
      assertThat(provider.asked("/jwks")).isEqualTo(2);
      assertThat(victim.open("/").statusCode()).isEqualTo(200);

      provider.setStatus("/userinfo", 500);
      for (String cookie : List.of("access_token", "id_token")) {
        BrowserClient other = new BrowserClient(asked, SITE);
        other.cookies().put(cookie, "opaque");
        assertThat(other.open("/").statusCode()).isEqualTo(302);
        assertThat(asked.get("/elastauth", "Cookie", cookie + "=opaque").statusCode())
            .isEqualTo(503);
      }
    }
  }

  /** Each login has a cookie of its own, which is gone once the provider has answered. */
  @Test
  void loginsThatAreUnderWay() {
    BrowserClient browser = browser();
    URI denied =
        with(browser.authorize("/", KeycloakServer.JOHN), "code", null, "error", "access_denied");
    assertThat(begun(browser)).hasSize(1);
    assertRefused(browser.follow(denied), 403, "access_denied");
    assertThat(begun(browser)).isEmpty();
    URI first = browser.authorize("/first", KeycloakServer.JOHN);
    URI second = browser.authorize("/second", KeycloakServer.JOHN);
    assertThat(begun(browser)).hasSize(2);
    assertThat(Set.copyOf(begun(browser).values())).as("none tells of another").hasSize(2);
    assertThat(BrowserClient.location(browser.follow(first))).endsWith("/first");
    assertThat(begun(browser)).hasSize(1);
    assertThat(BrowserClient.location(browser.follow(second))).endsWith("/second");
    assertThat(begun(browser)).isEmpty();
  }

  /** A browser that opens page after page without logging in can still send its cookies. */
  @Test
  void loginsThatNobodyCompletes() {
    BrowserClient browser = browser();
    for (int i = 0; i < 40; i++) {
      assertThat(browser.open("/" + i).statusCode()).isEqualTo(302);
    }
    assertThat(begun(browser)).hasSize(16);
    browser.logIn("/", KeycloakServer.JOHN);
    assertThat(browser.open("/").statusCode()).isEqualTo(200);
  }

  /** What anybody may ask for is counted, by address. */
  @Test
  void floodsAreRefused(RedisServer redis) {
    try (TestGateway limited =
        builder()
            .with(redis)
            .set("rate_limit.enabled", true)
            .set("rate_limit.max_requests", 5)
            .set("rate_limit.window", "1h")
            .start()) {
      List<Integer> callbacks = new ArrayList<>();
      List<Integer> logouts = new ArrayList<>();
      List<Integer> departures = new ArrayList<>();
      for (int i = 0; i < 7; i++) {
        callbacks.add(
            limited
                .get("/elastauth/oidc/callback?state=x", "X-Forwarded-For", "203.0.113.1")
                .statusCode());
        departures.add(
            limited
                .get(
                    "/elastauth/oidc/logout",
                    "X-Forwarded-For",
                    "203.0.113.3",
                    "Cookie",
                    SESSION + "=" + SessionId.random().cookie())
                .statusCode());
        logouts.add(
            limited
                .send(
                    limited
                        .request(
                            "/elastauth/oidc/backchannel-logout",
                            "X-Forwarded-For",
                            "203.0.113.2",
                            "Content-Type",
                            "application/x-www-form-urlencoded")
                        .POST(BodyPublishers.ofString("logout_token=a.b.c"))
                        .build())
                .statusCode());
      }
      assertThat(callbacks).containsExactly(400, 400, 400, 400, 400, 429, 429);
      assertThat(logouts).isEqualTo(callbacks);
      assertThat(departures).containsExactly(303, 303, 303, 303, 303, 429, 429);
      BrowserClient browser = new BrowserClient(limited, SITE);
      browser.logIn("/", KeycloakServer.JOHN);
      assertThat(browser.open("/").statusCode()).isEqualTo(200);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 42, 44, 257, 8_000, 20_000})
  void sessionsThatAreNone(int length) {
    HttpResponse<String> answer =
        gateway.get("/elastauth", "Cookie", SESSION + "=" + "a".repeat(length));
    assertThat(answer.statusCode()).isEqualTo(401);
    assertThat(browser().open("/", "Cookie", SESSION + "=" + "a".repeat(length)).statusCode())
        .isEqualTo(302);
  }

  @Test
  void guessedAndOversizedCookies() {
    assertThat(gateway.get("/elastauth", "Cookie", SESSION + "=" + "a".repeat(43)).statusCode())
        .isEqualTo(401);
    assertThat(gateway.get("/elastauth", "Cookie", SESSION + "=" + "a".repeat(40_000)).statusCode())
        .isEqualTo(431);
    assertThat(gateway.get("/elastauth/oidc/callback?state=" + "a".repeat(17_000)).statusCode())
        .isEqualTo(414);
  }

  /** A page whose address is too long for a login is not lost, only its query. */
  @Test
  void aVeryLongAddress() {
    BrowserClient browser = browser();
    URI callback = browser.authorize("/app?q=" + "a".repeat(6_000), KeycloakServer.JOHN);
    assertThat(BrowserClient.location(browser.follow(callback)))
        .isEqualTo("https://" + SITE + "/app");
    String fits = "/app?q=" + "a".repeat(1_990);
    URI again = browser.authorizeAgain(fits, KeycloakServer.JOHN);
    assertThat(BrowserClient.location(browser.follow(again))).isEqualTo("https://" + SITE + fits);
  }

  /** SPEC 13.10: at the lowest level, through all of a session's life. */
  @ParameterizedTest
  @ValueSource(strings = {"memory", "redis"})
  @ExtendWith(OutputCaptureExtension.class)
  void nothingSecretInAnyLogLine(String store, CapturedOutput output, RedisServer redis) {
    SetClock clock = new SetClock(Instant.now());
    try (TestGateway talkative =
        builder()
            .with(redis)
            .set("session.store", store)
            .set("replay.store", store)
            .clock(clock)
            .set("log_level", "trace")
            .start()) {
      BrowserClient browser = new BrowserClient(talkative, SITE);
      HttpResponse<String> sent = browser.open("/app?private=page-in-no-log");
      URI authorization = URI.create(BrowserClient.location(sent));
      URI callback = browser.authorize("/app?private=page-in-no-log", KeycloakServer.JOHN);
      Map<String, String> begun = begun(browser);
      assertThat(browser.follow(callback).statusCode()).isEqualTo(302);
      String session = browser.cookies().remove(SESSION);
      browser.cookies().putAll(begun);
      assertRefused(browser.follow(callback), 400, "already completed");
      browser.cookies().put(SESSION, session);
      assertThat(begun).hasSize(2);
      assertThat(browser.open("/").statusCode()).isEqualTo(200);
      clock.advance(Duration.ofSeconds(301));
      assertThat(browser.open("/").statusCode()).as("renewed").isEqualTo(200);
      URI out = URI.create(BrowserClient.location(browser.ask("/elastauth/oidc/logout")));
      String idToken = parameter(out, "id_token_hint");
      assertThat(browser.open("/", "Authorization", "Bearer " + idToken + "x").statusCode())
          .isEqualTo(401);

      assertThat(output.toString())
          .contains("Refused: this login was already completed")
          .doesNotContain(
              session,
              begun.values().toArray(String[]::new)[0],
              begun.values().toArray(String[]::new)[1],
              idToken,
              idToken.substring(idToken.lastIndexOf('.')),
              parameter(callback, "code"),
              parameter(callback, "state"),
              parameter(authorization, "state"),
              parameter(authorization, "nonce"),
              parameter(authorization, "code_challenge"),
              "page-in-no-log",
              KeycloakServer.CLIENT_SECRET,
              TestGateway.KEY)
          // a JWT, whosever it is
          .doesNotContain("eyJhbGciOi");
    }
  }
}
