package org.elastauth.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.elastauth.server.ApiContract;
import org.elastauth.server.ApiContract.Answer;
import org.elastauth.server.ApiContract.Operation;
import org.elastauth.server.BrowserClient;
import org.elastauth.server.ElasticsearchServer;
import org.elastauth.server.ProviderDouble;
import org.elastauth.server.Servers;
import org.elastauth.server.TestGateway;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** The answers of gateways are those that openapi.yaml documents. */
@ExtendWith(Servers.class)
@Timeout(120)
class ContractIT {
  private static final String ADMIN = "e".repeat(31) + "-contract";
  private static final int FUZZED = 300;
  private static final String FORM = "application/x-www-form-urlencoded";

  private static ApiContract contract;
  private static ProviderDouble provider;

  /** With identity headers. */
  private static TestGateway headers;

  /** With logins at a provider. */
  private static TestGateway logins;

  @BeforeAll
  static void start(ElasticsearchServer elasticsearch) throws Exception {
    contract = ApiContract.read();
    provider = new ProviderDouble();
    headers =
        TestGateway.builder()
            .on(elasticsearch)
            .set("admin.enabled", true)
            .set("admin.credential", ADMIN)
            .borrow();
    logins =
        BrowserClient.gateway(provider.issuer(), "kibana.example.org")
            .set("elasticsearch.dry_run", true)
            .borrow();
  }

  @AfterAll
  static void stop() {
    headers.close();
    logins.close();
    provider.close();
  }

  private static TestGateway of(Operation operation) {
    return operation.node().get("tags").get(0).asText().equals("login") ? logins : headers;
  }

  private static String concrete(Operation operation) {
    return operation.path().replace("{path}", "app/home").replace("{name}", "contract.nobody");
  }

  private static Answer ask(TestGateway gateway, String method, String target, String... more) {
    return Answer.parse(
        gateway.raw(
            method
                + " "
                + target
                + " HTTP/1.1\r\nHost: g\r\nConnection: close\r\n"
                + String.join("\r\n", more)
                + (more.length == 0 ? "\r\n" : "\r\n\r\n")));
  }

  @Test
  void everyOperationIsAnsweredAsDocumented() {
    for (Operation operation : contract.operations()) {
      for (String header :
          List.of("Remote-User: contract.user", "Authorization: Bearer " + ADMIN, "A: b")) {
        String path = concrete(operation);
        Answer answer = ask(of(operation), operation.method(), path, header);
        assertThat(contract.faults(operation.method(), path, answer))
            .as("%s %s with %s: %s", operation.method(), path, header, answer)
            .isEmpty();
      }
    }
  }

  /** Otherwise the test above would prove little. */
  @Test
  void answersOfEachKindAreSeen() {
    assertThat(ask(headers, "GET", "/elastauth", "Remote-User: contract.user").status())
        .isEqualTo(200);
    assertThat(ask(headers, "GET", "/elastauth", "Remote-User: kibana").status()).isEqualTo(403);
    assertThat(ask(logins, "GET", "/elastauth/oidc/login").status()).isEqualTo(302);
    assertThat(ask(logins, "GET", "/elastauth/oidc/logout").status()).isEqualTo(303);
    assertThat(ask(logins, "GET", "/elastauth/oidc/logout?ended").headers())
        .containsEntry("content-type", "text/html; charset=utf-8");
    assertThat(
            ask(
                    headers,
                    "DELETE",
                    "/elastauth/users/contract.nobody",
                    "Authorization: Bearer " + ADMIN)
                .status())
        .isEqualTo(404);
    Answer openapi = ask(headers, "GET", "/elastauth/api/openapi.yaml?a=b");
    assertThat(openapi.headers())
        .containsEntry("content-type", "application/yaml")
        .containsEntry("x-content-type-options", "nosniff");
    assertThat(openapi.body()).startsWith("openapi: 3.1");
    Answer page = ask(headers, "GET", "/elastauth/docs");
    assertThat(page.headers()).containsEntry("x-content-type-options", "nosniff");
    assertThat(page.headers().get("content-security-policy")).contains("default-src 'none'");
    assertThat(page.body())
        .contains("/elastauth/users/{name}")
        .doesNotContain("<script", "http://", "https://");
  }

  @Test
  void generatedRequestsAreAnsweredAsDocumented() {
    long seed = System.nanoTime();
    Generator generator = new Generator(new Random(seed));
    TreeSet<String> statuses = new TreeSet<>();
    for (int i = 0; i < FUZZED; i++) {
      Operation operation = generator.one(contract.operations());
      Request request = generator.request(operation);
      String raw = of(operation).raw(request.text());
      if (raw.isEmpty()) {
        continue; // closed, as for a request that is no HTTP
      }
      // an interim response may precede the answer (RFC 9110, 15.2.1)
      Answer answer = Answer.parse(raw.replaceFirst("^HTTP/1\\.1 100 Continue\r\n\r\n", ""));
      statuses.add(String.valueOf(answer.status()));
      assertThat(contract.faults(request.method, request.path(), answer))
          .as("seed %d: %s answered %s", seed, request.text(), raw)
          .isEmpty();
      assertThat(answer.status()).as("seed %d: %s", seed, request.text()).isNotEqualTo(500);
    }
    assertThat(statuses)
        .as("the requests are of many kinds")
        .contains("200", "400")
        .hasSizeGreaterThan(3);
  }

  private record Request(String method, String target, List<String> headers, String body) {
    String path() {
      return target.replaceFirst("[?#].*", "");
    }

    String text() {
      return method
          + " "
          + target
          + " HTTP/1.1\r\nHost: g\r\nConnection: close\r\n"
          + String.join("", headers)
          + "\r\n"
          + body;
    }
  }

  /** Makes requests from the contract: mostly such as it has, with odd parts. */
  private static final class Generator {
    private static final List<String> METHODS =
        List.of("GET", "POST", "DELETE", "PUT", "PATCH", "HEAD", "OPTIONS", "PROPFIND", "get");

    private static final List<String> VALUES =
        List.of(
            "",
            " ",
            "a",
            "contract.fuzz",
            "..",
            "kibana",
            "a:b",
            "\u00ff\u00fe",
            "\u00c3\u00a4",
            "a\tb",
            "\"\\",
            "true",
            "Basic YTpi",
            "Bearer",
            "Bearer " + ADMIN,
            "Bearer a.b.c",
            "elastauth_session=a; elastauth_session=b",
            "100-continue",
            "x".repeat(300),
            "a,b,,c",
            "-1",
            "${a}",
            "*/*");

    private static final List<String> HEADERS =
        List.of(
            "Remote-User",
            "Remote-Groups",
            "Remote-Email",
            "Remote-Name",
            "Authorization",
            "Cookie",
            "Expect",
            "Accept",
            "Sec-Fetch-Mode",
            "Sec-Fetch-Site",
            "Origin",
            "X-Forwarded-For",
            "X-Forwarded-Host",
            "X-Forwarded-Uri",
            "X-Original-URL");

    private static final List<String> SEGMENTS =
        List.of("a", "contract.fuzz", "%41", "%", "%zz", "%00", "%2F", "..", "a%20b", "%C3%A4");

    private final Random random;

    Generator(Random random) {
      this.random = random;
    }

    <T> T one(List<T> items) {
      return items.get(random.nextInt(items.size()));
    }

    private boolean rarely() {
      return random.nextInt(4) == 0;
    }

    Request request(Operation operation) {
      String method = rarely() ? one(METHODS) : operation.method();
      String target = operation.path();
      while (target.contains("{")) {
        target = target.replaceFirst("\\{\\w+}", one(SEGMENTS));
      }
      if (rarely()) {
        target += "?" + query(operation);
      }
      List<String> headers = new ArrayList<>();
      for (int i = random.nextInt(3); i > 0; i--) {
        headers.add(one(HEADERS) + ": " + one(VALUES) + "\r\n");
      }
      String body = rarely() ? "" : "logout_token=" + one(List.of("", "a.b.c", "%zz", "a&a=b"));
      if (rarely() || operation.node().has("requestBody")) {
        headers.add("Content-Type: " + one(List.of(FORM, FORM, "text/plain", "a")) + "\r\n");
        headers.add(
            "Content-Length: " + body.getBytes(StandardCharsets.ISO_8859_1).length + "\r\n");
      } else {
        body = "";
      }
      return new Request(method, target, headers, body);
    }

    private String query(Operation operation) {
      List<String> names = new ArrayList<>(List.of("a", "openapi", "%zz"));
      operation.node().path("parameters").forEach(each -> names.add(each.path("name").asText("b")));
      List<String> values =
          List.of("", "true", "false", "%", "a%20b", "//evil.example", "/app", "https://a");
      return one(names) + "=" + one(values) + "&" + one(names) + "=" + one(values);
    }
  }
}
