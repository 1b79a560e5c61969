package org.elastauth.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.elastauth.server.BrowserClient;
import org.elastauth.server.KeycloakServer;
import org.elastauth.server.RecordingTcpProxy;
import org.elastauth.server.Servers;
import org.elastauth.server.TestGateway;
import org.elastauth.server.TestGateway.SetClock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** A file of routes serves every part of the gateway that an adapter can serve. */
@ExtendWith({Servers.class, OutputCaptureExtension.class})
class OwnAdaptersIT {
  private static final String SITE = "localhost:8443";
  private static final String CREDENTIAL = "an-administrators-own-credential-1";

  /** Sessions are texts in a cache; the rest passes what it is given to the shipped adapters. */
  private static final String MINE =
      """
      - route: {id: identity-mine, from: {uri: 'direct:identity-mine', steps: [
          {to: {uri: 'direct:identity-oidc-cookie'}}]}}
      - route: {id: cache-mine-get, from: {uri: 'direct:cache-mine-get', steps: [
          {to: {uri: 'direct:cache-memory-get'}}]}}
      - route: {id: cache-mine-put, from: {uri: 'direct:cache-mine-put', steps: [
          {to: {uri: 'direct:cache-memory-put'}}]}}
      - route: {id: cache-mine-delete, from: {uri: 'direct:cache-mine-delete', steps: [
          {to: {uri: 'direct:cache-memory-delete'}}]}}
      - route: {id: user-store-mine, from: {uri: 'direct:user-store-mine', steps: [
          {to: {uri: 'direct:user-store-dry-run'}}]}}
      - route: {id: user-store-mine-revoke, from: {uri: 'direct:user-store-mine-revoke', steps: [
          {to: {uri: 'direct:user-store-dry-run-revoke'}}]}}
      - route: {id: rate-limit-mine-count, from: {uri: 'direct:rate-limit-mine-count', steps: [
          {setBody: {constant: '7'}}]}}
      - route: {id: session-mine-key, from: {uri: 'direct:session-mine-key', steps: [
          {setProperty: {name: cacheKey, simple: 'session-${exchangeProperty.sessionKey}'}},
          {setProperty: {name: ttl, constant: '3600'}}]}}
      - route: {id: session-mine-get, from: {uri: 'direct:session-mine-get', steps: [
          {to: {uri: 'direct:session-mine-key'}},
          {to: {uri: 'direct:cache-memory-get'}},
          {bean: {ref: sealedSessions, method: read}}]}}
      - route: {id: session-mine-put, from: {uri: 'direct:session-mine-put', steps: [
          {to: {uri: 'direct:session-mine-key'}},
          {bean: {ref: sealedSessions, method: write}},
          {to: {uri: 'direct:cache-memory-put'}}]}}
      - route: {id: session-mine-delete, from: {uri: 'direct:session-mine-delete', steps: [
          {to: {uri: 'direct:session-mine-key'}},
          {to: {uri: 'direct:cache-memory-delete'}}]}}
      - route: {id: session-mine-delete-all, from: {uri: 'direct:session-mine-delete-all', steps: [
          {setBody: {simple: '${null}'}}]}}
      """;

  private final KeycloakServer keycloak;
  private final SetClock clock = new SetClock(Instant.now());

  @TempDir Path folder;

  OwnAdaptersIT(KeycloakServer keycloak) {
    this.keycloak = keycloak;
  }

  private TestGateway.Builder gateway(RecordingTcpProxy toKeycloak) throws IOException {
    Files.writeString(folder.resolve("mine.camel.yaml"), MINE);
    return BrowserClient.gateway(
            KeycloakServer.issuer("http://127.0.0.1:" + toKeycloak.port()), SITE)
        .set("routes", folder.toString())
        .set("auth_provider", "mine")
        .set("cache.type", "mine")
        .set("user_store", "Mine")
        .set("session.store", "mine")
        .set("rate_limit.store", "mine")
        .set("rate_limit.enabled", true)
        .set("admin.enabled", true)
        .set("admin.credential", CREDENTIAL)
        .clock(clock);
  }

  @Test
  void aLoginAnEndedTokenARevocationAndALogoutByRoutesOfOnesOwn(CapturedOutput output)
      throws Exception {
    try (RecordingTcpProxy toKeycloak = RecordingTcpProxy.to(URI.create(keycloak.url()).getPort());
        TestGateway gateway = gateway(toKeycloak).start()) {
      assertThat(gateway.health().path("adapters"))
          .hasToString(
              "{\"auth_provider\":\"mine\",\"cache\":\"mine\",\"user_store\":\"mine\","
                  + "\"session\":\"mine\",\"rate_limit\":\"mine\",\"replay\":\"memory\"}");
      assertThat(gateway.health().path("cache").path("mode").asText()).isEqualTo("mine");
      assertThat(gateway.health().has("elasticsearch")).isFalse();
      assertThat(gateway.get("/metrics").body())
          .contains("elastauth_adapter_info{name=\"mine\",port=\"session\"} 1");
      assertThat(output)
          .contains("Adapters in use auth_provider=\"mine\" cache=\"mine\" user_store=\"mine\"")
          .contains("Using mine session backend", "Using mine rate limiting backend");

      BrowserClient browser = new BrowserClient(gateway, SITE);
      assertThat(browser.open("/").statusCode()).as("to the provider").isEqualTo(302);
      browser.logIn("/", KeycloakServer.JANE);
      HttpResponse<String> first = browser.open("/");
      assertThat(first.statusCode()).isEqualTo(200);
      assertThat(first.headers().firstValue("RateLimit-Remaining")).contains("993");
      assertThat(TestGateway.authorization(browser.open("/")))
          .isEqualTo(TestGateway.authorization(first));

      toKeycloak.drain();
      clock.advance(Duration.ofSeconds(301));
      assertThat(browser.open("/").statusCode()).isEqualTo(200);
      assertThat(browser.open("/").statusCode()).isEqualTo(200);
      assertThat(toKeycloak.drain().split("grant_type=refresh_token", -1))
          .as("the new tokens are in the store")
          .hasSize(2);

      HttpRequest revoke =
          gateway
              .request(
                  "/elastauth/users/" + KeycloakServer.JANE.name(),
                  "Authorization",
                  "Bearer " + CREDENTIAL)
              .DELETE()
              .build();
      assertThat(gateway.send(revoke).statusCode()).isEqualTo(200);

      BrowserClient copy = new BrowserClient(gateway, SITE);
      copy.cookies().putAll(browser.cookies());
      assertThat(browser.ask("/elastauth/oidc/logout").statusCode()).isEqualTo(303);
      assertThat(copy.open("/").statusCode()).isEqualTo(302);
    }
  }
}
