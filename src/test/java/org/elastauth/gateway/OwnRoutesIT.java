package org.elastauth.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import org.elastauth.server.ElasticsearchServer;
import org.elastauth.server.ProviderDouble;
import org.elastauth.server.Servers;
import org.elastauth.server.TestGateway;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** Routes of one's own, in a folder, with the beans and settings that are made for them. */
@ExtendWith({Servers.class, OutputCaptureExtension.class})
class OwnRoutesIT {
  private static final String IDENTITY =
      """
      - route:
          id: identity-authelia
          from:
            uri: direct:identity-authelia
            steps:
              - bean:
                  ref: identity
                  method: fromHeaders('X-Forwarded-User', 'X-Forwarded-Groups', 'X-Forwarded-Email')
              - setProperty:
                  name: myTenant
                  method:
                    ref: request
                    method: header('X-Tenant')
              - setProperty:
                  name: mySetting
                  constant: "{{my.greeting}} {{my.place}}"
              - choice:
                  when:
                    - simple: "${bean:request?method=header('X-Ask')} == 'path'"
                      steps:
                        - choice:
                            when:
                              - simple: "${bean:request?method=path} startsWith '/never'"
                                steps:
                                  - bean:
                                      ref: access
                                      method: unavailable('never')
                            otherwise:
                              steps:
                                - setBody:
                                    simple: "${bean:request?method=method} ${bean:request?method=path}"
                                - bean:
                                    ref: access
                                    method: deny(${body})
                    - simple: "${bean:request?method=header('X-Ask')} == 'facts'"
                      steps:
                        - bean:
                            ref: access
                            method: >-
                              unavailable(${bean:request?method=query('q')} ${bean:request?method=cookie('c')}
                              ${bean:request?method=clientAddress} ${bean:request?method=peerTrusted}
                              ${bean:request?method=headers('X-Ask').size()})
                    - method:
                        ref: roles
                        method: has('denied')
                      steps:
                        - bean:
                            ref: access
                            method: challenge('come back later')
                    - simple: "${bean:request?method=header('X-Hours')} == 'night'"
                      steps:
                        - bean:
                            ref: roles
                            method: add('night,guard')
                    - simple: "${bean:request?method=header('X-Hours')} == 'never'"
                      steps:
                        - bean:
                            ref: roles
                            method: remove('viewer')
                    - simple: "${bean:request?method=header('X-Hours')} == 'parts'"
                      steps:
                        - setProperty:
                            name: myUser
                            constant: "'quoted'"
                        - setProperty:
                            name: myGroups
                            constant: staff,admins
                        - bean:
                            ref: identity
                            method: fromProperties('myUser', 'myGroups')
      """;

  private static final String USER_STORE =
      """
      - route:
          id: user-store-dry-run
          from:
            uri: direct:user-store-dry-run
            steps:
              - choice:
                  when:
                    - simple: "${exchangeProperty.identity.username} == 'denied.by.store'"
                      steps:
                        - bean:
                            ref: access
                            method: deny(the store knows ${exchangeProperty.myTenant} ${exchangeProperty.roles})
                    - simple: "${exchangeProperty.identity.username} == 'of.another.name'"
                      steps:
                        - setProperty:
                            name: myUser
                            constant: another.name
                        - bean:
                            ref: identity
                            method: fromProperties('myUser')
                    - simple: "${exchangeProperty.identity.username} == 'hooked.user'"
                      steps:
                        - setBody:
                            simple: created ${exchangeProperty.identity.username}
                        - to:
                            uri: vertx-http:{{my.hook}}
              - bean:
                  ref: userChangePlanner
                  method: dryRun
              - filter:
                  simple: "${exchangeProperty.identity.username} == 'without.credential'"
                  steps:
                    - setBody:
                        simple: "${null}"
      """;

  private static final String CACHE =
      """
      - route:
          id: cache-memory-put
          from:
            uri: direct:cache-memory-put
            steps:
              - filter:
                  simple: "${exchangeProperty.identity.username} == 'denied.by.cache'"
                  steps:
                    - bean:
                        ref: access
                        method: deny(the cache knows ${exchangeProperty.myTenant})
              - to: {uri: "direct:my-fault"}
              - bean:
                  ref: memoryCache
                  method: put

      - route:
          id: my-fault
          from:
            uri: direct:my-fault
            steps:
              - filter:
                  simple: "${exchangeProperty.identity.username} == 'without.cache'"
                  steps:
                    - throwException:
                        exceptionType: java.io.IOException
                        message: no space left
      """;

  @TempDir private static Path folder;
  private static HttpServer hook;
  private static final BlockingQueue<String> HOOKED = new LinkedBlockingQueue<>();
  private static TestGateway gateway;

  @BeforeAll
  static void start() throws IOException {
    hook = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    hook.createContext(
        "/",
        request -> {
          HOOKED.add(new String(request.getRequestBody().readAllBytes()));
          request.sendResponseHeaders(204, -1);
          request.close();
        });
    hook.start();
    Path dry = Files.createDirectory(folder.resolve("dry"));
    Files.writeString(dry.resolve("identity-authelia.camel.yaml"), IDENTITY);
    Files.writeString(dry.resolve("user-store-dry-run.camel.yaml"), USER_STORE);
    Files.writeString(
        dry.resolve("cache-memory.camel.yaml"),
        Files.readString(Path.of("routes", "cache-memory.camel.yaml"))
            .replaceFirst(
                "(?s)- route:\n    id: cache-memory-put.*?(?=- route:)",
                Matcher.quoteReplacement(CACHE + "\n")));
    gateway = common(dry).set("elasticsearch.dry_run", true).start();
  }

  private static TestGateway.Builder common(Path routes) {
    return TestGateway.builder()
        .set("routes", routes)
        .set("my.greeting", "good morning")
        .set("my.place", "${my.greeting}")
        .set("my.hook", "http://127.0.0.1:" + hook.getAddress().getPort() + "/")
        .set("response.headers.X-Tenant", "myTenant")
        .set("response.headers.X-Groups", "groups")
        .set("response.headers.X-Roles", "roles")
        .set("response.headers.X-Setting", "mySetting");
  }

  @AfterAll
  static void stop() {
    gateway.close();
    hook.stop(0);
  }

  /** UTF-8, as a proxy sends it: Java's client would replace it. */
  private static String raw(TestGateway gateway, String user, String more) {
    return gateway.raw(
        "GET /elastauth?q=1 HTTP/1.1\r\nHost: h\r\nConnection: close\r\nX-Forwarded-User: "
            + user
            + "\r\n"
            + more
            + "\r\n\r\n");
  }

  private static HttpResponse<String> ask(TestGateway gateway, String user, String... more) {
    String[] headers = new String[2 + more.length];
    headers[0] = "X-Forwarded-User";
    headers[1] = user;
    System.arraycopy(more, 0, headers, 2, more.length);
    return gateway.get("/elastauth?q=1", headers);
  }

  @Test
  void aPropertyOfTheIdentityRouteIsThereInEveryStepAndInTheAnswerAlsoFromTheCache() {
    String utf8 = "K\u00c3\u00b6ln";
    String tenant = "X-Tenant: " + utf8 + "\r\nX-Forwarded-Groups: a,b";
    assertThat(raw(gateway, "own.properties", tenant))
        .startsWith("HTTP/1.1 200")
        .contains("\r\nX-Tenant: " + utf8 + "\r\n")
        .contains("\r\nX-Groups: a,b\r\n", "\r\nX-Roles: viewer\r\n")
        .contains("\r\nX-Setting: good morning good morning\r\n");
    assertThat(raw(gateway, "own.properties", tenant))
        .startsWith("HTTP/1.1 200")
        .contains("\r\nX-Tenant: " + utf8 + "\r\n", "\r\nX-Groups: a,b\r\n");
    // empty, so that a proxy does not pass on a header of the client
    assertThat(raw(gateway, "own.properties", "X-Forwarded-Groups: a,b"))
        .startsWith("HTTP/1.1 200")
        .contains("\r\nX-Tenant: \r\n");
    assertThat(ask(gateway, "denied.by.store", "X-Tenant", "t1", "X-Hours", "night").body())
        .contains("\"the store knows t1 guard,night,viewer\"");
    assertThat(ask(gateway, "denied.by.cache", "X-Tenant", "t2").body())
        .contains("\"the cache knows t2\"");
  }

  @Test
  void aRefusalOfTheBeanAccessIsThatAnswerWhereverItIsAndIsCounted() {
    assertThat(ask(gateway, "denied.by.store").statusCode()).isEqualTo(403);
    assertThat(ask(gateway, "denied.by.cache").statusCode()).isEqualTo(403);
    HttpResponse<String> facts =
        ask(
            gateway,
            "asked.facts",
            "X-Ask",
            "facts",
            "X-Ask",
            "more",
            "Cookie",
            "c=v; d=w",
            "X-Forwarded-For",
            "192.0.2.7");
    assertThat(facts.statusCode()).isEqualTo(503);
    assertThat(facts.headers().firstValue("Retry-After")).isPresent();
    assertThat(facts.body()).contains("\"1 v 192.0.2.7 true 2\"");
    assertThat(gateway.get("/elastauth/metrics").body())
        .contains("elastauth_decisions_total{outcome=\"refused\",reason=\"denied\"}")
        .contains("elastauth_decisions_total{outcome=\"failed\",reason=\"unavailable\"}");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "none",
      value = {
        "X-Forwarded-Uri | //a/%62?c | 403 | GET /a/b",
        "X-Original-URL  | https://h/a+b | 403 | GET /a+b",
        "X-Forwarded-Uri | /a/../b | 400 | malformed path",
        "X-Forwarded-Uri | /a/%2e%2E/b | 400 | malformed path",
        "X-Forwarded-Uri | /a%2f..%2fb | 400 | malformed path",
        "X-Forwarded-Uri | /a%5cb | 400 | malformed path",
        "X-Forwarded-Uri | /a/%E2%80%A8/../../b | 400 | malformed path",
        "X-Forwarded-Uri | /a/%E2%80%A9/%2e%2e/b | 400 | malformed path",
        "X-Forwarded-Uri | /a%E2%80%8Bb | 400 | malformed path",
        "X-Forwarded-Uri | /%zz | 400 | malformed path",
        "X-Forwarded-Uri | /%ff | 400 | malformed path",
        "X-Other         | /a | 500 | the proxy does not send the path",
      })
  void thePathOfTheOriginalRequestDoesNotDependOnHowItIsWritten(
      String header, String value, int status, String message) {
    HttpResponse<String> response =
        ask(gateway, "asked.path", "X-Ask", "path", "X-Forwarded-Method", "GET", header, value);
    assertThat(response.body()).contains(message);
    assertThat(response.statusCode()).isEqualTo(status);
  }

  @Test
  void aSecondHeaderOfAClientDoesNotChangeThePath() {
    HttpResponse<String> response =
        ask(
            gateway,
            "asked.path",
            "X-Ask",
            "path",
            "X-Forwarded-Method",
            "GET",
            "X-Forwarded-Uri",
            "/private",
            "X-Original-URI",
            "/public");
    assertThat(response.statusCode()).isEqualTo(400);
    assertThat(response.body()).contains("its headers name more than one path");
  }

  @Test
  void headersOfAnUntrustedPeerAreRefused() {
    try (TestGateway strict =
        common(folder.resolve("dry"))
            .set("elasticsearch.dry_run", true)
            .set("trusted_proxies", "192.0.2.0/24")
            .start()) {
      HttpResponse<String> response = ask(strict, "john.doe");
      assertThat(response.statusCode()).isEqualTo(403);
      assertThat(response.body()).contains("not accepted from this address");
      assertThat(strict.get("/elastauth/metrics").body()).contains("reason=\"untrusted_peer\"");
    }
  }

  @Test
  void anIdentityFromPropertiesKeepsItsQuotationMarks() {
    HttpResponse<String> response = ask(gateway, "parts", "X-Hours", "parts");
    assertThat(response.body()).contains("\"user\":\"'quoted'\"");
    assertThat(response.headers().firstValue("X-Groups")).contains("admins,staff");
  }

  @Test
  void anIdentityNeedsAUsernameThatElasticsearchAccepts() {
    assertThat(ask(gateway, "_system").statusCode()).isEqualTo(400);
    assertThat(gateway.get("/elastauth", "X-Forwarded-Groups", "a").statusCode()).isEqualTo(401);
    assertThat(gateway.get("/elastauth").statusCode()).isEqualTo(401);
    assertThat(ask(gateway, "no.role.left", "X-Hours", "never").statusCode()).isEqualTo(403);
  }

  @Test
  void aCacheOfOnesOwnThatFailsDoesNotStopALogin(CapturedOutput output) {
    for (int request = 0; request < 2; request++) {
      assertThat(ask(gateway, "without.cache").statusCode()).isEqualTo(200);
    }
    assertThat(output).contains("cache.type memory: an entry was not written: no space left");
  }

  @Test
  void aCredentialOfAnotherNameIsNeitherAnsweredNorCached(CapturedOutput output) {
    for (String user : List.of("of.another.name", "without.credential")) {
      for (int request = 0; request < 2; request++) {
        HttpResponse<String> response = ask(gateway, user);
        assertThat(response.statusCode()).isEqualTo(500);
        assertThat(response.body()).contains("the user store returned no credential of this user");
        assertThat(TestGateway.authorization(response)).isEmpty();
      }
    }
    assertThat(output.getOut())
        .contains(
            "Refused: the route direct:user-store-dry-run returned no credential of the user",
            "user=\"of.another.name\" credential=\"another.name\" store=\"dry-run\"",
            "user=\"without.credential\" credential=\"none\"");
  }

  @Test
  void aRouteSendsARequestToAnotherServer() throws InterruptedException {
    assertThat(ask(gateway, "hooked.user").statusCode()).isEqualTo(200);
    assertThat(HOOKED.poll(10, TimeUnit.SECONDS)).isEqualTo("created hooked.user");
  }

  private static final String SIGNED_HEADER =
      """
      - route:
          id: identity-cloudflare
          from:
            uri: direct:identity-cloudflare
            steps:
              - bean:
                  ref: token
                  method: fromHeader('Cf-Access-Jwt-Assertion')
              - filter:
                  simple: "${exchangeProperty.token} != null"
                  steps:
                    - to:
                        uri: direct:identity-oidc-token
      """;

  @Test
  void aSignedHeaderOfAProxyIsVerified() throws IOException {
    Path routes = Files.createDirectory(folder.resolve("signed"));
    Files.writeString(routes.resolve("identity-cloudflare.camel.yaml"), SIGNED_HEADER);
    try (ProviderDouble provider = new ProviderDouble();
        TestGateway signed =
            provider.believer().set("auth_provider", "cloudflare").set("routes", routes).start()) {
      String name = "Cf-Access-Jwt-Assertion";
      String token = provider.sign(provider.claims("signed.user").build());
      for (int request = 0; request < 2; request++) {
        HttpResponse<String> response = signed.get("/elastauth", name, token);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        assertThat(response.body()).contains("\"user\":\"signed.user\"");
      }
      String end = token.endsWith("AAAA") ? "BBBB" : "AAAA";
      String forged = token.substring(0, token.length() - 4) + end;
      assertThat(signed.get("/elastauth", name, forged).statusCode()).isEqualTo(401);
      assertThat(signed.get("/elastauth", "Remote-User", "signed.user").statusCode())
          .isEqualTo(401);
      assertThat(signed.get("/elastauth", name, token, name, token).statusCode()).isEqualTo(400);
    }
    assertThatThrownBy(
            () ->
                TestGateway.builder()
                    .set("elasticsearch.dry_run", true)
                    .set("auth_provider", "cloudflare")
                    .set("routes", routes)
                    .start())
        .hasStackTraceContaining("oidc.issuer: is missing");
  }

  @Test
  void rolesThatARouteDecidesReachElasticsearchAndEndWithTheirTime(
      ElasticsearchServer elasticsearch) throws IOException {
    Path routes = Files.createDirectory(folder.resolve("elasticsearch"));
    Files.writeString(routes.resolve("identity-authelia.camel.yaml"), IDENTITY);
    try (TestGateway real = common(routes).on(elasticsearch).start()) {
      for (var round :
          List.of(
              Map.entry("day", "[\"viewer\"]"),
              Map.entry("night", "[\"guard\",\"night\",\"viewer\"]"),
              Map.entry("day", "[\"viewer\"]"))) {
        String password = "";
        for (int request = 0; request < 2; request++) {
          HttpResponse<String> response = ask(real, "shift.worker", "X-Hours", round.getKey());
          assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
          password = TestGateway.authorization(response).orElseThrow();
        }
        assertThat(
                ElasticsearchServer.json(
                        elasticsearch.request("GET", "/_security/_authenticate", password, null))
                    .path("roles")
                    .toString())
            .isEqualTo(round.getValue());
      }
    }
  }
}
