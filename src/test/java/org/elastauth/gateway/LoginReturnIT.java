package org.elastauth.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jwt.JWTClaimsSet;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.net.URLEncoder;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.elastauth.server.BrowserClient;
import org.elastauth.server.ProviderDouble;
import org.elastauth.server.TestGateway;
import org.elastauth.server.TestGateway.SetClock;
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

/** Where a login and a logout lead a browser, behind the proxies and providers that there are. */
@Timeout(120)
class LoginReturnIT {
  private static final String SITE = "kibana.example.org";
  private static final String HOME = "https://" + SITE;
  private static final String SESSION = "__Host-elastauth_session";
  private static final String CALLBACK = "/elastauth/oidc/callback";
  private static final String LOGOUT = "/elastauth/oidc/logout";

  /** Has an end_session_endpoint; the other one has none. */
  private static ProviderDouble provider;

  private static ProviderDouble withoutLogout;
  private static TestGateway gateway;

  @BeforeAll
  static void start() {
    provider = new ProviderDouble();
    provider.answer(
        "/.well-known/openid-configuration",
        """
        {"issuer":"%1$s","authorization_endpoint":"%1$s/auth","token_endpoint":"%1$s/token",
         "jwks_uri":"%1$s/jwks","end_session_endpoint":"%1$s/logout","subject_types_supported":["public"],
         "response_types_supported":["code"],"id_token_signing_alg_values_supported":["RS256"]}
        """
            .formatted(provider.issuer()));
    withoutLogout = new ProviderDouble();
    gateway = builder(provider).start();
  }

  private static TestGateway.Builder builder(ProviderDouble believed) {
    return BrowserClient.gateway(believed.issuer(), SITE).set("elasticsearch.dry_run", true);
  }

  @AfterAll
  static void stop() {
    gateway.close();
    provider.close();
    withoutLogout.close();
  }

  private static BrowserClient browser() {
    return new BrowserClient(gateway, SITE);
  }

  private static String parameter(String url, String name) {
    List<String> values = new QueryStringDecoder(url).parameters().get(name);
    return values == null ? null : values.get(0);
  }

  /** The callback to which the provider sends the browser, where it logs the user in. */
  private static String callback(
      ProviderDouble from, HttpResponse<String> sent, JWTClaimsSet.Builder claims) {
    String authorization = BrowserClient.location(sent);
    assertThat(authorization).startsWith(from.issuer() + "/auth?");
    String idToken = from.sign(claims.claim("nonce", parameter(authorization, "nonce")).build());
    from.answer(
        "/token",
        """
        {"access_token":"opaque","token_type":"Bearer","expires_in":3600,"id_token":"%s"}"""
            .formatted(idToken));
    return CALLBACK + "?code=c&state=" + encode(parameter(authorization, "state"));
  }

  private static String callback(HttpResponse<String> sent, String user) {
    return callback(provider, sent, provider.claims(user));
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  private static HttpResponse<String> logIn(BrowserClient browser, String page) {
    HttpResponse<String> back = browser.ask(callback(browser.open(page), "john.doe"));
    assertRedirect(back, HOME + page);
    return back;
  }

  private static void assertRedirect(HttpResponse<String> answer, String location) {
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(302);
    assertThat(BrowserClient.location(answer)).isEqualTo(location);
    assertThat(answer.headers().firstValue("Cache-Control")).contains("no-store");
  }

  private static void assertPage(HttpResponse<String> answer, String title) {
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    assertThat(answer.body()).contains("<h1>" + title).doesNotContain("<script", "style");
    assertThat(answer.headers().firstValue("Content-Type")).contains("text/html; charset=utf-8");
    assertThat(answer.headers().firstValue("Cache-Control")).contains("no-store");
    assertThat(answer.headers().firstValue("Content-Security-Policy"))
        .hasValueSatisfying(
            policy -> assertThat(policy).contains("default-src 'none'", "frame-ancestors 'none'"));
  }

  private static List<String> cookies(HttpResponse<String> answer) {
    return answer.headers().allValues("Set-Cookie");
  }

  /** As Authelia: the home page would lead to a silent login. */
  @Test
  @ExtendWith(OutputCaptureExtension.class)
  void aProviderWithoutEndSessionEndpoint(CapturedOutput output) {
    try (TestGateway plain = builder(withoutLogout).start()) {
      Awaitility.await()
          .untilAsserted(() -> assertThat(output).contains("provider has no end_session_endpoint"));
      BrowserClient browser = new BrowserClient(plain, SITE);
      String callback =
          callback(withoutLogout, browser.open("/"), withoutLogout.claims("john.doe"));
      assertRedirect(browser.ask(callback), HOME + "/");
      BrowserClient copy = new BrowserClient(plain, SITE);
      copy.cookies().putAll(browser.cookies());
      for (HttpResponse<String> out :
          List.of(
              browser.ask(LOGOUT),
              browser.ask(LOGOUT),
              plain.send(plain.request(LOGOUT).POST(BodyPublishers.noBody()).build()))) {
        assertThat(out.statusCode()).isEqualTo(303);
        assertThat(cookies(out)).singleElement().asString().startsWith(SESSION + "=; Max-Age=0");
        HttpResponse<String> end = browser.ask(BrowserClient.location(out));
        assertPage(end, "You are logged out here");
        assertThat(end.body())
            .contains("identity provider continues")
            .contains("<a href=\"" + HOME + "/elastauth/oidc/login\">Log in again</a>");
      }
      assertThat(copy.open("/").statusCode()).as("not only the cookie").isEqualTo(302);
      assertThat(browser.ask("/elastauth/oidc/login").statusCode()).isEqualTo(302);
    }
  }

  @Test
  void aProviderThatIsUnreachableAtTheLogout() {
    try (ProviderDouble dead = new ProviderDouble()) {
      dead.setStatus(500);
      try (TestGateway alone = builder(dead).start()) {
        String end = BrowserClient.location(alone.get(LOGOUT));
        assertPage(alone.get(end), "You are logged out here");
      }
    }
  }

  @Test
  @ExtendWith(OutputCaptureExtension.class)
  void anEndSessionEndpointThatIsConfigured(CapturedOutput output) {
    try (TestGateway configured =
        builder(withoutLogout)
            .set("oidc.end_session_endpoint", withoutLogout.issuer() + "/bye?a=b")
            .start()) {
      assertThat(BrowserClient.location(configured.get(LOGOUT)))
          .startsWith(withoutLogout.issuer() + "/bye?")
          .contains("a=b", "client_id=" + ProviderDouble.CLIENT);
      assertThat(output).doesNotContain("provider has no end_session_endpoint");
    }
  }

  /** Reload, back button, bookmark: the browser has a session meanwhile. */
  @Test
  void theCallbackAgain() {
    BrowserClient browser = browser();
    HttpResponse<String> sent = browser.open("/app/one?a=b");
    String callback = callback(sent, "john.doe");
    Map<String, String> begun = Map.copyOf(browser.cookies());
    assertRedirect(browser.ask(callback), HOME + "/app/one?a=b");
    String session = browser.cookies().get(SESSION);
    for (String again :
        List.of(
            callback,
            callback + "x", // a state that was changed
            callback.replace("code=c", "error=access_denied"),
            CALLBACK,
            CALLBACK + "?state=",
            CALLBACK + "?code=c&state=x")) {
      HttpResponse<String> back = browser.ask(again);
      assertThat(BrowserClient.location(back))
          .isEqualTo(
              again.contains(parameter(callback, "state")) && !again.equals(callback + "x")
                  ? HOME + "/app/one?a=b"
                  : HOME + "/");
      assertThat(cookies(back)).isEmpty();
    }
    browser.cookies().putAll(begun);
    HttpResponse<String> used = browser.ask(callback);
    assertRedirect(used, HOME + "/app/one?a=b");
    assertThat(cookies(used)).singleElement().asString().contains("_login_", "Max-Age=0");
    assertThat(browser.cookies()).containsEntry(SESSION, session);
    assertThat(browser.open("/").body()).contains("john.doe");
    browser.cookies().clear();
    assertThat(browser.ask(callback).statusCode()).as("without a session").isEqualTo(400);
  }

  /** Keycloak tells the second tab that it is too late, once the first one has logged in. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "error=temporarily_unavailable&error_description=authentication_expired",
        "error=access_denied",
        "error=login_required",
        "code=",
        "x=y"
      })
  void theSecondTab(String answer) {
    BrowserClient browser = browser();
    String second = callback(browser.open("/second"), "john.doe");
    logIn(browser, "/first");
    String session = browser.cookies().get(SESSION);
    HttpResponse<String> late = browser.ask(second.replace("code=c", answer));
    assertRedirect(late, HOME + "/second");
    assertThat(browser.cookies()).containsOnly(Map.entry(SESSION, session));
  }

  @Test
  void aBookmarkedCallbackThatHasExpired() {
    SetClock clock = new SetClock(Instant.now());
    try (TestGateway later = builder(provider).clock(clock).start()) {
      BrowserClient browser = new BrowserClient(later, SITE);
      String callback = callback(browser.open("/app"), "john.doe");
      browser.ask(callback);
      clock.advance(Duration.ofMinutes(20));
      assertRedirect(browser.ask(callback), HOME + "/app");
    }
  }

  /** RFC 9700, 4.7: the callback of another browser logs nobody in, whoever is logged in. */
  @Test
  void theCallbackOfAnAttacker() {
    BrowserClient attacker = browser();
    String foreign = callback(attacker.open("/attack"), "jane.roe");
    BrowserClient victim = browser();
    assertThat(victim.ask(foreign).statusCode()).isEqualTo(400);
    assertThat(victim.cookies()).isEmpty();
    logIn(victim, "/");
    String session = victim.cookies().get(SESSION);
    callback(attacker.open("/attack"), "jane.roe");
    HttpResponse<String> answer = victim.ask(foreign);
    assertRedirect(answer, HOME + "/attack");
    assertThat(cookies(answer)).isEmpty();
    assertThat(victim.cookies()).containsEntry(SESSION, session);
    assertThat(victim.open("/").body()).contains("john.doe");
    assertThat(victim.ask(foreign + "&state=x").statusCode()).isEqualTo(302);
    assertThat(victim.open("/").body()).contains("john.doe");
  }

  /** A neighbour's cookie beside ours: no session, and it is gone afterwards. */
  @ParameterizedTest
  @CsvSource({
    "https, '', __Host-elastauth_session, 1",
    "https, example.org, __Secure-elastauth_session, 4",
    "http, '', elastauth_session, 4",
    "http, example.org, elastauth_session, 4",
  })
  @ExtendWith(OutputCaptureExtension.class)
  void twoSessionCookies(
      String scheme, String domain, String name, int scopes, CapturedOutput output) {
    String site = "kibana.dev.example.org";
    try (TestGateway shared =
        builder(provider)
            .set("oidc.redirect_url", scheme + "://" + site + CALLBACK)
            .set("session.cookie_domain", domain)
            .start()) {
      BrowserClient browser = new BrowserClient(shared, site);
      browser.ask(callback(browser.open("/"), "john.doe"));
      String own = browser.cookies().get(name);
      for (String twice :
          List.of(
              name + "=x; " + name + "=" + own,
              name + "=" + own + "; " + name + "=" + own,
              name + "=" + own + ";" + name + "=",
              name + "=" + own + "; a=b; " + name + "=y; " + name + "=z")) {
        HttpResponse<String> page =
            shared.get(
                "/elastauth",
                "Accept",
                BrowserClient.PAGE,
                "X-Forwarded-Host",
                site,
                "Cookie",
                twice);
        assertThat(page.statusCode()).as(page.body()).isEqualTo(302);
        assertThat(cookies(page).get(0)).contains("_login_");
        assertThat(cookies(page).subList(1, cookies(page).size()))
            .hasSize(scopes)
            .allMatch(cookie -> cookie.startsWith(name + "=; Max-Age=0; Path=/;"))
            .doesNotHaveDuplicates();
        assertThat(shared.get("/elastauth", "Cookie", twice).statusCode()).isEqualTo(401);
        HttpResponse<String> out = shared.get(LOGOUT, "Cookie", twice);
        assertThat(out.statusCode()).isEqualTo(303);
        assertExpired(cookies(out), name, scheme, domain);

        browser.cookies().clear();
        String callback = callback(browser.open("/app"), "john.doe");
        HttpResponse<String> back =
            shared.get(callback, "Cookie", browser.cookieHeader() + "; " + twice);
        assertRedirect(back, scheme + "://" + site + "/app");
        List<String> set =
            new ArrayList<>(cookies(back).stream().filter(c -> c.startsWith(name + "=")).toList());
        assertThat(set.get(0)).doesNotContain("Max-Age=0");
        assertThat(set.stream().filter(c -> !c.contains("Max-Age=0")))
            .as("what is set is not deleted")
            .hasSize(1);
        set.remove(0);
        assertThat(set).hasSize(cookies(out).size() - 1);
      }
      assertThat(output).containsOnlyOnce("A browser sent several session cookies");
    }
  }

  private static void assertExpired(
      List<String> cookies, String name, String scheme, String domain) {
    List<String> expected = new ArrayList<>(List.of(""));
    if (scheme.equals("http") || !domain.isEmpty()) {
      expected.addAll(
          List.of(
              "; Domain=kibana.dev.example.org",
              "; Domain=dev.example.org",
              "; Domain=example.org"));
    }
    assertThat(cookies)
        .containsExactlyInAnyOrderElementsOf(
            expected.stream()
                .map(
                    scope ->
                        name
                            + "=; Max-Age=0; Path=/"
                            + scope
                            + (scheme.equals("https") ? "; Secure" : "")
                            + "; HttpOnly; SameSite=Lax")
                .toList());
  }

  @Test
  void twoCookiesOfALogin() {
    try (TestGateway shared =
        builder(provider).set("session.cookie_domain", "example.org").start()) {
      BrowserClient browser = new BrowserClient(shared, SITE);
      String callback = callback(browser.open("/app"), "john.doe");
      String cookie = browser.cookieHeader();
      String name = cookie.substring(0, cookie.indexOf('='));
      HttpResponse<String> refused =
          shared.get(callback, "Cookie", cookie + "; " + name + "=tossed");
      assertThat(refused.statusCode()).isEqualTo(400);
      assertThat(refused.body()).contains("more than once");
      assertThat(cookies(refused))
          .hasSize(3)
          .allMatch(expired -> expired.startsWith(name + "=; Max-Age=0"))
          .anyMatch(expired -> expired.contains("; Domain=example.org"))
          .anyMatch(expired -> !expired.contains("Domain"));
      // the browser has logged in by another tab
      BrowserClient other = new BrowserClient(shared, SITE);
      other.ask(callback(other.open("/"), "john.doe"));
      assertRedirect(
          shared.get(callback, "Cookie", cookie + "; " + name + "=tossed; " + other.cookieHeader()),
          HOME + "/app");
      // and again from the start
      browser.cookies().clear();
      assertRedirect(browser.ask(callback(browser.open("/app"), "john.doe")), HOME + "/app");
    }
  }

  /** Cookies of logins that a neighbour sets do not keep a login from a cookie of its own. */
  @Test
  void aNeighbourFillsThePlacesOfLogins() {
    BrowserClient browser = browser();
    IntStream.range(0, 30)
        .forEach(i -> browser.cookies().put("%s_login_AAAAAA%02d".formatted(SESSION, i), "x"));
    browser.cookies().put(SESSION + "_login_x", "x");
    HttpResponse<String> sent = browser.open("/app");
    assertThat(cookies(sent)).hasSize(2);
    assertThat(cookies(sent).get(0)).doesNotContain("AAAAAA");
    assertThat(cookies(sent).get(1)).contains("_login_AAAAAA00=; Max-Age=0");
    assertRedirect(browser.ask(callback(sent, "john.doe")), HOME + "/app");
  }

  /** A proxy rejects a header of 22 KB. */
  @ParameterizedTest
  @CsvSource({
    "0, sid-of-john, true, ",
    "300, sid-of-john, false, sid-of-john",
    "300, , false, john.doe",
    "20, , true, ",
    "60, , false, john.doe",
  })
  void logoutOfAUserWithManyGroups(int groups, String sid, boolean hint, String user) {
    BrowserClient browser = browser();
    JWTClaimsSet.Builder claims =
        provider
            .claims("john.doe")
            .claim("sid", sid)
            .claim(
                "groups",
                IntStream.range(0, groups).mapToObj(i -> "department-of-group-" + i).toList());
    String callback = callback(provider, browser.open("/"), claims);
    assertThat(browser.ask(callback).statusCode()).isEqualTo(302);
    HttpResponse<String> out = browser.ask(LOGOUT);
    assertThat(out.statusCode()).isEqualTo(303);
    String location = BrowserClient.location(out);
    assertThat(location).hasSizeLessThan(2_000).startsWith(provider.issuer() + "/logout?");
    assertThat(parameter(location, "client_id")).isEqualTo(ProviderDouble.CLIENT);
    assertThat(parameter(location, "post_logout_redirect_uri")).isEqualTo(HOME + "/");
    assertThat(parameter(location, "id_token_hint") != null).isEqualTo(hint);
    assertThat(parameter(location, "logout_hint")).isEqualTo(user);
  }

  /** Whatever page is asked for, the answer fits into 4 KB, a proxy's usual buffer. */
  @ParameterizedTest
  @ValueSource(ints = {100, 1_900, 1_999, 2_001, 10_000})
  void noLocationIsTooLong(int length) {
    String page = "/app?" + "a".repeat(length);
    for (HttpResponse<String> sent :
        List.of(
            browser().open(page),
            browser().ask("/elastauth/oidc/login?rd=" + encode(page)),
            browser().ask("/elastauth/oidc/login?rd=/" + encode("\u00e4".repeat(length))),
            browser()
                .ask("/elastauth", "Accept", BrowserClient.PAGE, "X-Original-URL", HOME + page))) {
      assertThat(sent.statusCode()).isIn(302, 414);
      assertThat(sent.headers().map().toString()).hasSizeLessThan(4_096);
    }
  }

  /** Through the whole gateway; RequestedUrlTest has the table. */
  @ParameterizedTest
  @CsvSource({
    "/elastauth/authz/app/x?y=1, '', /app/x?y=1",
    "/elastauth/authz/, '', /",
    "/elastauth/authz/elastauth/oidc/logout, '', /",
    "/elastauth, X-Original-URL=https://kibana.example.org/app/x?y=1, /app/x?y=1",
    "/elastauth, X-Original-URI=/app/x?y=1 X-Original-Method=GET, /app/x?y=1",
    "/elastauth?rd=https%3A%2F%2Fkibana.example.org%2Fapp%2Fx%3Fy%3D1, '', /app/x?y=1",
    "/elastauth, X-Forwarded-Uri=/%65lastauth//oidc/./logout;a, /",
  })
  void deepLinks(String address, String headers, String page) {
    List<String> all = new ArrayList<>(List.of("Accept", BrowserClient.PAGE));
    for (String header : headers.split(" ")) {
      if (!header.isEmpty()) {
        all.addAll(List.of(header.split("=", 2)));
      }
    }
    BrowserClient browser = browser();
    HttpResponse<String> sent = browser.ask(address, all.toArray(String[]::new));
    assertRedirect(browser.ask(callback(sent, "john.doe")), HOME + page);
  }

  @Test
  void deepLinksOfAStranger() {
    try (TestGateway distant = builder(provider).set("trusted_proxies", "192.0.2.1/32").start()) {
      for (String address :
          List.of("/elastauth/authz/app", "/elastauth?rd=/app", "/elastauth/oidc/login?rd=/app")) {
        BrowserClient browser = new BrowserClient(distant, SITE);
        HttpResponse<String> sent =
            browser.ask(address, "Accept", BrowserClient.PAGE, "X-Original-URL", HOME + "/app");
        assertRedirect(browser.ask(callback(sent, "john.doe")), HOME + "/");
      }
    }
  }

  @Test
  void onlyPagesAreRedirectedWhateverTheMethodIsCalled() {
    assertThat(browser().open("/", "X-Original-Method", "POST").statusCode())
        .as("X-Forwarded-Method comes first")
        .isEqualTo(302);
    assertThat(
            gateway
                .get("/elastauth", "Accept", BrowserClient.PAGE, "X-Original-Method", "POST")
                .statusCode())
        .isEqualTo(401);
  }

  /** ingress-nginx: auth-url answers 401, and auth-signin names the login. */
  @Test
  void aProxyThatCannotUseARedirect() {
    String challenge = "/elastauth/challenge";
    BrowserClient browser = browser();
    String original = HOME + "/app/x?y=1&z=a%20b";
    HttpResponse<String> refused =
        browser.ask(challenge, "Accept", BrowserClient.PAGE, "X-Original-URL", original);
    assertThat(refused.statusCode()).isEqualTo(401);
    assertThat(refused.headers().firstValue("WWW-Authenticate")).isPresent();
    assertThat(refused.headers().map()).doesNotContainKeys("location", "set-cookie");
    HttpResponse<String> sent =
        browser.ask(
            "/elastauth/oidc/login?rd="
                + HOME
                + encode("/app/x?y=1&z=a%20b"), // $scheme://$host$escaped_request_uri
            "Accept",
            BrowserClient.PAGE);
    assertThat(sent.headers().firstValue("Cache-Control")).contains("no-store");
    assertRedirect(browser.ask(callback(sent, "john.doe")), original);
    HttpResponse<String> known = browser.ask(challenge, "X-Original-URL", original);
    assertThat(known.statusCode()).isEqualTo(200);
    assertThat(TestGateway.authorization(known)).isPresent();
    assertThat(gateway.get(challenge + "/x").statusCode()).isEqualTo(404);
    assertThat(
            gateway
                .get(challenge, "Authorization", "Bearer " + provider.token("john.doe"))
                .statusCode())
        .isNotEqualTo(302);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://evil.example.org/",
        "//evil.example.org/",
        "/\\evil.example.org/",
        "https://kibana.example.org@evil.example.org/",
        "javascript:alert(1)",
        "https%3A%2F%2Fevil.example.org",
        "/app\r\nX: y"
      })
  void aLinkToTheLoginIsNoOpenRedirect(String rd) {
    HttpResponse<String> refused = gateway.get("/elastauth/oidc/login?rd=" + encode(rd));
    assertThat(refused.statusCode()).isEqualTo(400);
    assertThat(refused.body()).contains("allowed_hosts").doesNotContain("evil");
    assertThat(refused.headers().map()).doesNotContainKeys("location", "set-cookie");
  }

  @Test
  void aScriptCannotLogIn() {
    for (String mode : List.of("cors", "no-cors", "same-origin", "websocket")) {
      assertThat(gateway.get("/elastauth/oidc/login", "Sec-Fetch-Mode", mode).statusCode())
          .isEqualTo(401);
    }
    assertThat(gateway.get("/elastauth/oidc/login", "Sec-Fetch-Mode", "navigate").statusCode())
        .isEqualTo(302);
    assertThat(
            gateway
                .send(
                    gateway.request("/elastauth/oidc/login").POST(BodyPublishers.noBody()).build())
                .statusCode())
        .isEqualTo(405);
  }

  @Test
  void linksToTheLoginAreCounted() {
    try (TestGateway limited =
        builder(provider)
            .set("rate_limit.enabled", true)
            .set("rate_limit.max_requests", 2)
            .set("rate_limit.window", "1h")
            .start()) {
      List<Integer> answers = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        answers.add(
            limited.get("/elastauth/oidc/login", "X-Forwarded-For", "203.0.113.9").statusCode());
      }
      assertThat(answers).containsExactly(302, 302, 429);
    }
  }

  /** Fetch Metadata and Origin: another site does not end a session. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "Sec-Fetch-Site=cross-site",
        "Sec-Fetch-Site=cross-site Origin=https://kibana.example.org",
        "Sec-Fetch-Site=same-site",
        "Sec-Fetch-Site=same-site Referer=https://evil.example.org/",
        "Sec-Fetch-Site=same-site Origin=https://evil.example.org",
        "Sec-Fetch-Site=unknown",
        "Sec-Fetch-Site=same-origin Sec-Fetch-Site=cross-site",
        "Origin=https://evil.example.org",
        "Origin=null",
        "Origin=http://kibana.example.org",
        "Origin=https://kibana.example.org:8443",
        "Origin=https://kibana.example.org.evil.org",
        "Origin=https://kibana.example.org Origin=https://evil.example.org",
        "Sec-Fetch-Site=same-origin Origin=https://evil.example.org",
        "Referer=https://evil.example.org/?https://kibana.example.org/",
        "Sec-Fetch-Site=none Sec-Purpose=prefetch;prerender",
        "Purpose=prefetch",
      })
  void logoutByAnotherSite(String headers) {
    BrowserClient browser = browser();
    logIn(browser, "/");
    String[] names = headers.split("[ =]");
    HttpResponse<String> refused =
        gateway.send(
            gateway
                .request(LOGOUT, names)
                .header("Cookie", browser.cookieHeader())
                .POST(BodyPublishers.noBody())
                .build());
    assertThat(refused.statusCode()).as(refused.body()).isEqualTo(403);
    assertThat(cookies(refused)).isEmpty();
    HttpResponse<String> question = browser.ask(LOGOUT + "?x=%3Cb%3E", names);
    assertPage(question, "Log out?");
    assertThat(question.body())
        .contains("<form method=\"post\"><button>")
        .contains("<a href=\"" + HOME + "/\">")
        .doesNotContain("<b>");
    assertThat(cookies(question)).isEmpty();
    assertThat(browser.open("/").statusCode()).as("the session").isEqualTo(200);
    HttpResponse<String> confirmed =
        gateway.send(
            gateway
                .request(
                    LOGOUT,
                    "Sec-Fetch-Site",
                    "same-origin",
                    "Origin",
                    HOME,
                    "Cookie",
                    browser.cookieHeader())
                .POST(BodyPublishers.noBody())
                .build());
    assertThat(confirmed.statusCode()).isEqualTo(303);
    assertThat(browser.open("/").statusCode()).isEqualTo(302);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Sec-Fetch-Site=none",
        "Sec-Fetch-Site=same-origin",
        "Sec-Fetch-Site=same-origin Origin=https://kibana.example.org",
        "Sec-Fetch-Site=same-site Referer=https://kibana.example.org/app",
        "Origin=https://kibana.example.org:443",
        "Referer=https://kibana.example.org/app",
        "Accept=*/*"
      })
  void logoutByTheUser(String headers) {
    BrowserClient browser = browser();
    logIn(browser, "/");
    assertThat(browser.ask(LOGOUT, headers.split("[ =]")).statusCode()).isEqualTo(303);
    assertThat(browser.open("/").statusCode()).isEqualTo(302);
  }
}
