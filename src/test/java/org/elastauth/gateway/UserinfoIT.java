package org.elastauth.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.elastauth.server.ProviderDouble;
import org.elastauth.server.RedisServer;
import org.elastauth.server.Servers;
import org.elastauth.server.TestGateway;
import org.elastauth.server.TestGateway.SetClock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** SPEC 3: tokens of which the provider is asked whose they are. */
@ExtendWith({Servers.class, OutputCaptureExtension.class})
@Timeout(120)
class UserinfoIT {
  private static final String USERINFO = "/userinfo";
  private static final String KEYS = "/jwks";
  private static final String USER = "userinfo.user";
  private static final String ANSWER =
      "{\"sub\":\"id-of-userinfo.user\",\"preferred_username\":\"userinfo.user\"}";

  private final RedisServer redis;
  private ProviderDouble provider;

  UserinfoIT(RedisServer redis) {
    this.redis = redis;
  }

  @BeforeEach
  void start() {
    redis.flush();
    provider = new ProviderDouble();
    provider.answer(USERINFO, ANSWER);
  }

  @AfterEach
  void stop() {
    provider.close();
  }

  private TestGateway.Builder asking() {
    return provider.believer().set("oidc.token_validation", "userinfo");
  }

  private static HttpResponse<String> ask(TestGateway gateway, String token) {
    return gateway.get("/elastauth", "Authorization", "Bearer " + token);
  }

  private static int status(TestGateway gateway, String token) {
    return ask(gateway, token).statusCode();
  }

  /** What the provider said of it is good for an hour here, the token for five minutes. */
  @Test
  void aTokenEndsBeforeWhatWasSaidOfIt() {
    SetClock clock = new SetClock(Instant.now());
    try (TestGateway gateway =
        asking().with(redis).clock(clock).set("oidc.cache.userinfo", "1h").start()) {
      String token = provider.token(USER, clock.instant());
      assertThat(status(gateway, token)).isEqualTo(200);
      clock.advance(Duration.ofSeconds(330));
      assertThat(status(gateway, token)).as("with the tolerance for clocks").isEqualTo(200);
      clock.advance(Duration.ofSeconds(40));
      HttpResponse<String> late = ask(gateway, token);
      assertThat(late.statusCode()).isEqualTo(401);
      assertThat(late.body()).contains("the token has expired");
      assertThat(provider.asked(USERINFO)).isEqualTo(1);
    }
  }

  @Test
  void anOpaqueTokenIsAskedAboutAgainWhenTheAnswerIsOld() {
    SetClock clock = new SetClock(Instant.now());
    try (TestGateway gateway =
        asking().with(redis).clock(clock).set("oidc.cache.userinfo", "10m").start()) {
      assertThat(status(gateway, "opaque.token")).isEqualTo(200);
      provider.setStatus(USERINFO, 401);
      clock.advance(Duration.ofSeconds(590));
      assertThat(status(gateway, "opaque.token")).isEqualTo(200);
      clock.advance(Duration.ofSeconds(20));
      assertThat(status(gateway, "opaque.token")).isEqualTo(401);
    }
  }

  /** The provider would say whose each of them is. */
  @Test
  void aTokenThatCanBeReadMustBeForThisGateway() {
    try (TestGateway gateway = asking().start()) {
      String other = provider.sign(provider.claims(USER).audience("another").build());
      List<String> refused =
          List.of(
              other,
              other + ".",
              other + "..",
              "." + other,
              provider.sign(provider.claims(USER).issuer("https://another.example.com").build()),
              provider.sign(provider.claims(USER).expirationTime(null).build()),
              provider.sign(provider.claims(USER).claim("nonce", "x").build()),
              provider.sign(provider.claims(USER).claim("typ", "Refresh").build()),
              new PlainJWT(provider.claims(USER).build()).serialize());
      for (String token : refused.subList(0, 3)) {
        assertThat(status(gateway, token)).as(token).isEqualTo(401);
      }
      assertThat(status(gateway, refused.get(3)))
          .as("begins with a dot, so that nobody takes it for a JWT")
          .isEqualTo(200);
      assertThat(provider.header("Authorization")).isEqualTo("Bearer ." + other);
      for (String token : refused.subList(4, refused.size())) {
        assertThat(status(gateway, token)).as(token).isEqualTo(401);
      }
      assertThat(provider.asked(USERINFO)).as("nobody is asked about them").isEqualTo(1);
      assertThat(ask(gateway, provider.token(USER)).body()).contains(USER);
    }
  }

  /** OpenID Connect Core, 5.3.2, as some clients are registered. */
  @ParameterizedTest
  @ValueSource(strings = {"application/jwt", "application/jwt;charset=UTF-8", "text/plain"})
  void aSignedAnswerIsVerifiedAndUsed(String type) {
    provider.setType(USERINFO, type);
    provider.answer(USERINFO, provider.token(USER));
    try (TestGateway gateway = asking().with(redis).start();
        TestGateway other = asking().with(redis).start()) {
      assertThat(ask(gateway, "opaque-token").body()).contains(USER);
      assertThat(provider.header("Accept")).contains("application/json");
      assertThat(ask(other, "opaque-token").body()).as("through Redis").contains(USER);
      assertThat(provider.asked(USERINFO)).isEqualTo(1);
    }
  }

  /** A rotation of keys between two answers; nothing but the keys is discovered. */
  @Test
  void aSignedAnswerWithANewKey() {
    provider.setType(USERINFO, "application/jwt");
    provider.answer(USERINFO, provider.token(USER));
    try (TestGateway gateway =
        asking().set("oidc.userinfo_endpoint", provider.issuer() + USERINFO).start()) {
      assertThat(status(gateway, "opaque-token")).isEqualTo(200);
      provider.setKeys(ProviderDouble.rsa("second"));
      provider.answer(USERINFO, provider.token(USER));
      assertThat(status(gateway, "another-token")).isEqualTo(200);
    }
  }

  @Test
  void aSignedAnswerThatIsNotValid(CapturedOutput output) {
    provider.setType(USERINFO, "application/jwt");
    JWTClaimsSet claims = provider.claims(USER).build();
    Map<String, String> answers = new LinkedHashMap<>();
    answers.put("its signature is not valid", provider.sign(claims).replaceFirst("....$", "AAAA"));
    answers.put("its signature is not valid ", ProviderDouble.sign(foreign(), claims));
    answers.put("it is not a signed JWT", new PlainJWT(claims).serialize());
    answers.put(
        "its claim iss is not oidc.issuer",
        provider.sign(provider.claims(USER).issuer("https://another.example.com").build()));
    answers.put(
        "its claim iss is not oidc.issuer ",
        provider.sign(provider.claims(USER).issuer(null).build()));
    answers.put(
        "its claim aud does not contain oidc.client_id",
        provider.sign(provider.claims(USER).audience("another").build()));
    answers.put(
        "its claim exp is in the past",
        provider.sign(provider.claims(USER).expirationTime(new Date(0)).build()));
    answers.put("it has no claim sub", provider.sign(provider.claims(USER).subject("").build()));
    try (TestGateway gateway = asking().start()) {
      answers.forEach(
          (reason, answer) -> {
            provider.answer(USERINFO, answer);
            assertThat(status(gateway, "token" + Integer.toHexString(answer.hashCode())))
                .as(reason)
                .isEqualTo(503);
            assertThat(output).as(reason).contains("reason=\"" + reason.strip() + "\"");
          });
      assertThat(output).doesNotContain("another.example.com");
    }
  }

  /** A key of this name that the provider does not have. */
  private JWK foreign() {
    return new RSAKey.Builder(ProviderDouble.rsa("x")).keyID(provider.key().getKeyID()).build();
  }

  @Test
  void thatOpaqueTokensAreForAnybodyIsSaidAtStart(CapturedOutput output) {
    try (TestGateway gateway = asking().start()) {
      assertThat(output).containsOnlyOnce("opaque tokens name no audience");
      assertThat(ask(gateway, "opaque-token").body()).contains(USER);
    }
  }

  /** One Redis, one secret key, and the same token: yet nobody takes what another one was told. */
  @Test
  void gatewaysOfOtherProvidersOrClientsAskForThemselves() {
    try (TestGateway first = asking().with(redis).start();
        TestGateway same = asking().with(redis).start();
        TestGateway otherClient = asking().with(redis).set("oidc.client_id", "another").start();
        ProviderDouble other = new ProviderDouble();
        TestGateway otherProvider =
            other.believer().set("oidc.token_validation", "userinfo").with(redis).start()) {
      assertThat(status(first, "opaque-token")).isEqualTo(200);
      assertThat(status(same, "opaque-token")).isEqualTo(200);
      assertThat(provider.asked(USERINFO)).isEqualTo(1);
      provider.setStatus(USERINFO, 401);
      other.setStatus(USERINFO, 401);
      assertThat(status(otherClient, "opaque-token")).isEqualTo(401);
      assertThat(status(otherProvider, "opaque-token")).isEqualTo(401);
    }
  }

  /** They are answers; that the provider has them is no outage. */
  @ParameterizedTest
  @CsvSource({"401,401", "403,401", "429,503"})
  void aTokenThatIsTurnedAwayTurnsNoOtherAway(int said, int answered) {
    try (TestGateway gateway = asking().start()) {
      provider.setStatus(USERINFO, said);
      for (int i = 0; i < 12; i++) {
        assertThat(status(gateway, "bad-token-" + i)).isEqualTo(answered);
      }
      provider.setStatus(USERINFO, 200);
      assertThat(status(gateway, "good-token")).isEqualTo(200);
    }
  }

  @Test
  void whereUserinfoIsAwayKeysAreStillAskedFor() {
    try (TestGateway gateway = provider.believer().set("oidc.token_validation", "both").start()) {
      provider.setStatus(USERINFO, 500);
      for (int i = 0; i < 8; i++) {
        assertThat(status(gateway, provider.token(USER))).isEqualTo(503);
      }
      assertThat(provider.asked(USERINFO)).as("its breaker is open").isEqualTo(5);
      assertThat(
              status(
                  gateway,
                  ProviderDouble.sign(
                      ProviderDouble.rsa("unknown"), provider.claims(USER).build())))
          .as("the provider was asked, and has no such key")
          .isEqualTo(401);
      assertThat(provider.asked(KEYS)).isEqualTo(2);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "/userinfo|{\"sub\":\"1\",\"in-no-log\":{\"in-no-log\":[tru in-no-log",
        "/userinfo|{\"sub\":{\"in-no-log\":1}}",
        "/jwks|{\"keys\":[{\"kty\":\"EC\",\"crv\":\"in-no-log\",\"x\":\"AA\",\"y\":\"AA\"}]}",
        "/.well-known/openid-configuration|{\"issuer\":\"in-no-log with blanks\"}"
      })
  void whatTheProviderSaysIsNotLogged(String path, String answer, CapturedOutput output) {
    provider.answer(path, answer);
    try (TestGateway gateway =
        provider
            .believer()
            .with(redis)
            .set("oidc.token_validation", "both")
            .set("log_level", "trace")
            .start()) {
      HttpResponse<String> response = ask(gateway, provider.token(USER));
      assertThat(response.statusCode()).isEqualTo(503);
      assertThat(response.body()).doesNotContain("in-no-log");
      assertThat(output.toString())
          .contains("The identity provider gave no usable response")
          .doesNotContain("in-no-log");
    }
  }

  @Test
  void norWhatIsNoHttp(CapturedOutput output) throws IOException {
    try (ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
        TestGateway gateway =
            asking()
                .set("oidc.userinfo_endpoint", "http://127.0.0.1:" + server.getLocalPort() + "/")
                .start()) {
      Thread answering =
          new Thread(
              () -> {
                try (Socket client = server.accept()) {
                  client.getInputStream().read(new byte[4_096]);
                  client
                      .getOutputStream()
                      .write("in-no-log\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                } catch (IOException e) {
                  throw new java.io.UncheckedIOException(e);
                }
              });
      answering.start();
      assertThat(status(gateway, "opaque-token")).isEqualTo(503);
      assertThat(output.toString())
          .contains("The identity provider gave no usable response")
          .doesNotContain("in-no-log");
    }
  }

  /** Nobody would open it again, and what is in Redis for nobody takes the room of others. */
  @Test
  void anAnswerThatIsTooLargeToShareIsNotShared() {
    provider.answer(USERINFO, ANSWER + " ".repeat(60_000));
    try (TestGateway gateway = asking().with(redis).start()) {
      assertThat(status(gateway, "opaque-token")).isEqualTo(200);
      Set<String> names = redis.template().keys("elastauth-oidc-*");
      assertThat(names).singleElement().asString().contains("discovery");
      provider.answer(USERINFO, ANSWER);
      assertThat(status(gateway, "another-token")).isEqualTo(200);
      assertThat(redis.template().keys("elastauth-oidc-*")).hasSize(2);
    }
  }

  /** Who is refused is counted, though Redis was looked for in vain before. */
  @Test
  void withoutRedisAndProviderWhoAsksIsStillRefusedAndCounted() {
    try (RedisServer mortal = RedisServer.start();
        TestGateway gateway =
            asking()
                .with(mortal)
                .set("redis.read_timeout", "300ms")
                .set("rate_limit.enabled", true)
                .set("rate_limit.max_requests", 2)
                .set("rate_limit.window", "1h")
                .start()) {
      mortal.kill();
      provider.setStatus(500);
      for (int status : new int[] {503, 503, 429}) {
        assertThat(
                gateway
                    .get(
                        "/elastauth",
                        "Authorization",
                        "Bearer opaque",
                        "X-Forwarded-For",
                        "203.0.113.9")
                    .statusCode())
            .isEqualTo(status);
      }
    }
  }
}
