package org.elastauth.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jwt.JWTClaimsSet;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.elastauth.server.Certificates;
import org.elastauth.server.ProviderDouble;
import org.elastauth.server.ReadsOutput;
import org.elastauth.server.RedisServer;
import org.elastauth.server.SideBySide;
import org.elastauth.server.TestGateway;
import org.elastauth.server.TestGateway.SetClock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;

/** SPEC 3, 6: how often the provider is asked, and what holds while it does not answer. */
@SideBySide
@Timeout(120)
class ProviderIT {
  private static final String KEYS = "/jwks";
  private static final String DISCOVERY = "/.well-known/openid-configuration";

  private ProviderDouble provider;

  @BeforeEach
  void start() {
    provider = new ProviderDouble();
  }

  @AfterEach
  void stop() {
    provider.close();
  }

  private static HttpResponse<String> ask(TestGateway gateway, String token) {
    return gateway.get("/elastauth", "Authorization", "Bearer " + token);
  }

  private static int status(TestGateway gateway, String token) {
    return ask(gateway, token).statusCode();
  }

  /** One that lives for days. */
  private String lastingToken(String user) {
    return provider.sign(
        provider
            .claims(user)
            .expirationTime(Date.from(Instant.now().plus(Duration.ofDays(3))))
            .build());
  }

  /** The answers to so many requests that are under way at once. */
  private static List<Integer> together(int requests, IntFunction<Integer> request) {
    ExecutorService clients = Executors.newFixedThreadPool(requests);
    try {
      return IntStream.range(0, requests)
          .mapToObj(i -> CompletableFuture.supplyAsync(() -> request.apply(i), clients))
          .toList()
          .stream()
          .map(CompletableFuture::join)
          .toList();
    } finally {
      clients.shutdownNow();
    }
  }

  @Test
  void whoComesTogetherAsksOnce() {
    try (TestGateway gateway = provider.believer().start()) {
      assertThat(together(30, i -> status(gateway, provider.token("provider.user" + i))))
          .containsOnly(200);
      assertThat(provider.asked(DISCOVERY)).isEqualTo(1);
      assertThat(provider.asked(KEYS)).isEqualTo(1);
    }
  }

  /**
   * SPEC 13.4, and the number: no valid token is refused, be it of the key that was, or of
   * the one that is.
   */
  @Test
  void keysChangeUnderLoad() throws Exception {
    try (TestGateway gateway = provider.believer().start()) {
      AtomicReference<List<JWK>> valid = new AtomicReference<>(List.of(provider.key()));
      ExecutorService clients = Executors.newFixedThreadPool(4);
      ConcurrentLinkedQueue<String> refused = new ConcurrentLinkedQueue<>();
      Map<String, AtomicInteger> answered = new ConcurrentHashMap<>();
      try {
        for (int i = 0; i < 4; i++) {
          String user = "provider.load" + i;
          clients.execute(
              () -> {
                while (!Thread.currentThread().isInterrupted() && refused.isEmpty()) {
                  for (JWK key : valid.get()) {
                    JWTClaimsSet claims = provider.claims(user).build();
                    HttpResponse<String> response = ask(gateway, ProviderDouble.sign(key, claims));
                    if (response.statusCode() != 200) {
                      refused.add(key.getKeyID() + ": " + response.body());
                    }
                    answered
                        .computeIfAbsent(key.getKeyID(), k -> new AtomicInteger())
                        .incrementAndGet();
                    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
                  }
                }
              });
        }
        awaitMore(answered, "first", refused);
        for (String id : List.of("second", "third", "fourth")) {
          JWK before = provider.key();
          JWK next = ProviderDouble.rsa(id);
          provider.setKeys(next, before);
          valid.set(List.of(before, next));
          awaitMore(answered, id, refused);
          awaitMore(answered, before.getKeyID(), refused);
        }
      } finally {
        clients.shutdownNow();
      }
      assertThat(clients.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
      assertThat(refused).isEmpty();
      assertThat(answered).containsOnlyKeys("first", "second", "third", "fourth");
      assertThat(provider.asked(KEYS)).isEqualTo(4);
    }
  }

  private static void awaitMore(
      Map<String, AtomicInteger> answered, String key, ConcurrentLinkedQueue<String> refused) {
    AtomicInteger count = answered.computeIfAbsent(key, k -> new AtomicInteger());
    int before = count.get();
    Awaitility.await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> count.get() > before + 20 || !refused.isEmpty());
  }

  @Test
  void unknownKeysAreAskedForOnceInAWhile() {
    try (TestGateway gateway = provider.believer().start()) {
      assertThat(status(gateway, provider.token("provider.known"))).isEqualTo(200);
      JWK foreign = ProviderDouble.rsa("x");
      JWTClaimsSet claims = provider.claims("provider.unknown").build();
      for (int round = 1; round <= 2; round++) {
        assertThat(
                together(
                    40,
                    i ->
                        status(
                            gateway,
                            ProviderDouble.sign(
                                foreign,
                                new JWSHeader.Builder(JWSAlgorithm.RS256).keyID("unknown" + i),
                                claims))))
            .containsOnly(401);
        assertThat(provider.asked(KEYS)).isLessThanOrEqualTo(1 + 4 * round);
      }
    }
  }

  /**
   * Anybody can make up tokens that name unknown keys. They wait for newer keys, which do not come
   * while the provider is silent: some of them, and nobody else for their sake.
   */
  @Test
  void whoWaitsForUnknownKeysStandsInNobodysWay() {
    provider.answer(
        "/userinfo",
        "{\"sub\":\"id-of-provider.valid\",\"preferred_username\":\"provider.valid\"}");
    try (TestGateway gateway = provider.believer().set("oidc.token_validation", "both").start()) {
      assertThat(status(gateway, provider.token("provider.valid"))).isEqualTo(200);
      provider.setSilent(KEYS);
      JWK foreign = ProviderDouble.rsa("unknown");
      String unknown = ProviderDouble.sign(foreign, provider.claims("provider.unknown").build());
      List<CompletableFuture<Integer>> flood = new ArrayList<>();
      for (int i = 0; i < 1_100; i++) {
        flood.add(
            gateway
                .getLater("/elastauth", "Authorization", "Bearer " + unknown)
                .thenApply(HttpResponse::statusCode));
        if (i % 100 == 99) {
          assertThat(status(gateway, provider.token("provider.valid"))).isEqualTo(200);
        }
      }
      Awaitility.await("places are limited")
          .atMost(Duration.ofSeconds(30))
          .until(() -> flood.stream().filter(CompletableFuture::isDone).count() >= 100);
      for (int i = 0; i < 5; i++) {
        assertThat(status(gateway, provider.token("provider.valid"))).isEqualTo(200);
      }
      List<Integer> answers = flood.stream().map(CompletableFuture::join).toList();
      assertThat(answers).as("some waited in vain, others not at all").containsOnly(429, 503);
    }
  }

  /** A day, as the endpoints and the keys are known; whoever must be asked for is not. */
  @Test
  void aProviderThatIsAwayLocksOutNobodyWhoseTokenIsGood() {
    SetClock clock = new SetClock(Instant.now());
    try (TestGateway gateway =
        provider.believer().clock(clock).set("oidc.read_timeout", "200ms").start()) {
      assertThat(status(gateway, lastingToken("provider.before"))).isEqualTo(200);
      provider.setSilent(true);
      assertThat(status(gateway, lastingToken("provider.fresh"))).isEqualTo(200);
      clock.advance(Duration.ofHours(2));
      assertThat(status(gateway, lastingToken("provider.stale"))).isEqualTo(200);
      assertThat(provider.asked(DISCOVERY)).as("it tried").isGreaterThan(1);
      provider.setSilent(false);
      provider.setStatus(500);
      clock.advance(Duration.ofHours(20));
      assertThat(status(gateway, lastingToken("provider.staler"))).isEqualTo(200);
      clock.advance(Duration.ofHours(3));
      HttpResponse<String> late = ask(gateway, lastingToken("provider.late"));
      assertThat(late.statusCode()).isEqualTo(503);
      assertThat(late.headers().firstValue("Retry-After")).isPresent();
      provider.setStatus(200);
      Awaitility.await()
          .atMost(Duration.ofSeconds(30))
          .until(() -> status(gateway, lastingToken("provider.back")) == 200);
    }
  }

  @Test
  void aProviderThatIsAwayFromTheStartIsUsedOnceItIsThere() {
    provider.setStatus(503);
    try (TestGateway gateway = provider.believer().start()) {
      HttpResponse<String> refused = ask(gateway, provider.token("provider.early"));
      assertThat(refused.statusCode()).isEqualTo(503);
      assertThat(refused.headers().firstValue("Retry-After")).isPresent();
      assertThat(refused.body()).contains("the identity provider does not answer");
      provider.setStatus(200);
      Awaitility.await()
          .atMost(Duration.ofSeconds(30))
          .until(() -> status(gateway, provider.token("provider.early")) == 200);
    }
  }

  @Test
  void gatewaysShareWhatTheProviderSaid() {
    try (RedisServer redis = RedisServer.start();
        TestGateway first = provider.believer().with(redis).start();
        TestGateway second = provider.believer().with(redis).start()) {
      assertThat(status(first, provider.token("provider.shared"))).isEqualTo(200);
      assertThat(redis.template().keys("*")).as("and the credential").hasSize(3);
      Set<String> names = redis.template().keys("elastauth-oidc-*");
      assertThat(names).hasSize(2);
      for (String name : names) {
        assertThat(redis.admin().get(name))
            .as("sealed")
            .doesNotContain("kty", "jwks", "issuer", "{");
        assertThat(redis.admin().ttl(name)).isBetween(3_500L, 3_600L);
      }
      provider.setStatus(500);
      assertThat(status(second, provider.token("provider.shared2"))).isEqualTo(200);
      assertThat(provider.asked(KEYS)).isEqualTo(1);
      assertThat(provider.asked(DISCOVERY)).isEqualTo(1);
    }
  }

  /** Whoever may write to Redis must not choose whom the gateway believes. */
  @Test
  void keysThatSomebodyPlantsInRedisAreNotUsed() {
    try (RedisServer redis = RedisServer.start()) {
      JWK planted = ProviderDouble.rsa("planted");
      try (TestGateway first = provider.believer().with(redis).start()) {
        assertThat(status(first, provider.token("provider.planted"))).isEqualTo(200);
      }
      Set<String> names = redis.template().keys("elastauth-oidc-*");
      String keys = names.stream().filter(n -> n.contains("jwks")).findFirst().orElseThrow();
      String forged =
          ProviderDouble.sign(
              planted,
              new JWSHeader.Builder(JWSAlgorithm.RS256).keyID("planted"),
              provider.claims("provider.planted").build());
      List<Runnable> plants =
          List.of(
              () -> redis.admin().set(keys, new JWKSet(planted.toPublicJWK()).toString()),
              () -> redis.admin().lpush(keys, "of another type"));
      for (Runnable plant : plants) {
        redis.admin().del(keys);
        plant.run();
        try (TestGateway gateway = provider.believer().with(redis).start()) {
          assertThat(status(gateway, provider.token("provider.planted"))).isEqualTo(200);
          assertThat(status(gateway, forged)).isEqualTo(401);
        }
      }
    }
  }

  /** Who waited for the provider has not waited for Redis, and need not do without it. */
  @Test
  void aSlowProviderKeepsNoCredentialOutOfRedis() {
    try (RedisServer redis = RedisServer.start();
        TestGateway gateway = provider.believer().with(redis).start()) {
      CountDownLatch answer = provider.hold(KEYS);
      CompletableFuture<Integer> status =
          CompletableFuture.supplyAsync(() -> status(gateway, provider.token("provider.slow")));
      Awaitility.await().until(() -> provider.asked(KEYS) > 0);
      long asked = System.nanoTime();
      Awaitility.await().until(() -> System.nanoTime() - asked > Duration.ofSeconds(1).toNanos());
      answer.countDown();
      assertThat(status.join()).isEqualTo(200);
      assertThat(redis.template().keys("*")).as("keys, endpoints and the credential").hasSize(3);
    }
  }

  @Test
  void withoutRedisMemoryServes() {
    try (RedisServer mortal = RedisServer.start();
        TestGateway gateway =
            provider.believer().with(mortal).set("redis.read_timeout", "300ms").start()) {
      mortal.kill();
      assertThat(status(gateway, provider.token("provider.alone"))).isEqualTo(200);
      assertThat(status(gateway, provider.token("provider.alone2"))).isEqualTo(200);
      assertThat(provider.asked(KEYS)).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"jwks", "userinfo", "both"})
  void aTokenIsKnownForAMinuteAndNeverBeyondItsEnd(String validation) {
    SetClock clock = new SetClock(Instant.now());
    provider.answer(
        "/userinfo", "{\"sub\":\"id-of-provider.seen\",\"preferred_username\":\"provider.seen\"}");
    try (TestGateway gateway =
        provider
            .believer()
            .clock(clock)
            .set("oidc.token_validation", validation)
            .set("oidc.cache.jwks", "1s")
            .set("oidc.cache.userinfo", "1s")
            .start()) {
      String path = validation.equals("jwks") ? KEYS : "/userinfo";
      String token = provider.token("provider.seen", clock.instant());
      assertThat(status(gateway, token)).isEqualTo(200);
      // what the provider said is forgotten by then
      clock.advance(Duration.ofSeconds(validation.equals("jwks") ? 50 : 0));
      for (int i = 0; i < 2; i++) {
        assertThat(status(gateway, token)).isEqualTo(200);
      }
      assertThat(provider.asked(path)).isEqualTo(1);
      clock.advance(Duration.ofSeconds(61));
      assertThat(status(gateway, token)).isEqualTo(200);
      assertThat(provider.asked(path)).as("asked again").isEqualTo(2);
      // it lives for 5 minutes; with the tolerance for clocks
      clock.advance(Duration.ofSeconds(190));
      assertThat(status(gateway, token)).isEqualTo(200);
      clock.advance(Duration.ofSeconds(120));
      HttpResponse<String> late = ask(gateway, token);
      assertThat(late.statusCode()).isEqualTo(401);
      assertThat(late.body()).contains("the token has expired");
    }
  }

  /** SPEC 13.4: both means that both hold. */
  @Test
  void bothMustHold() {
    try (TestGateway gateway = provider.believer().set("oidc.token_validation", "both").start()) {
      provider.answer(
          "/userinfo", "{\"sub\":\"somebody else\",\"preferred_username\":\"provider.both\"}");
      assertThat(status(gateway, provider.token("provider.both"))).isEqualTo(401);
      provider.answer("/userinfo", "{\"preferred_username\":\"provider.both\"}");
      assertThat(status(gateway, provider.token("provider.both"))).isEqualTo(503);
      provider.answer(
          "/userinfo",
          "{\"sub\":\"id-of-provider.both\",\"preferred_username\":\"provider.both\"}");
      String unsigned = provider.token("provider.both").replaceFirst("\\.[^.]*$", ".AAAA");
      assertThat(status(gateway, unsigned)).isEqualTo(401);
      assertThat(ask(gateway, provider.token("provider.both")).body()).contains("provider.both");
    }
  }

  /** One that no JWT is; the provider alone knows it. */
  @Test
  void anOpaqueTokenIsTheProvidersToKnow() {
    provider.answer(
        "/userinfo",
        "{\"sub\":\"1\",\"preferred_username\":\"provider.opaque\",\"groups\":\"a, b\"}");
    try (TestGateway gateway =
        provider
            .believer()
            .set("oidc.token_validation", "userinfo")
            .set("oidc.custom_headers.X-Tenant", "blue")
            .start()) {
      assertThat(ask(gateway, "opaque-token").body()).contains("provider.opaque");
      assertThat(provider.header("Authorization")).isEqualTo("Bearer opaque-token");
      assertThat(provider.header("X-Tenant")).isEqualTo("blue");
      assertThat(status(gateway, "opaque token")).isEqualTo(401);
      provider.setStatus(401);
      assertThat(status(gateway, "another-token")).isEqualTo(401);
      provider.setStatus(500);
      assertThat(status(gateway, "yet-another-token")).isEqualTo(503);
    }
  }

  @Test
  void configuredEndpointsNeedNoDiscovery() {
    try (TestGateway gateway =
        provider.believer().set("oidc.jwks_uri", provider.issuer() + KEYS).start()) {
      assertThat(status(gateway, provider.token("provider.direct"))).isEqualTo(200);
      assertThat(provider.asked(DISCOVERY)).isZero();
    }
  }

  @Test
  @ReadsOutput
  void anotherIssuersDocumentIsNotBelieved(CapturedOutput output) {
    provider.answer(
        DISCOVERY,
        "{\"issuer\":\"https://another.example.com\",\"subject_types_supported\":[\"public\"],"
            + "\"jwks_uri\":\""
            + provider.issuer()
            + KEYS
            + "\"}");
    try (TestGateway gateway = provider.believer().start()) {
      HttpResponse<String> response = ask(gateway, provider.token("provider.another"));
      assertThat(response.statusCode()).isEqualTo(503);
      assertThat(response.body()).doesNotContain("example.com", "127.0.0.1");
    }
    assertThat(provider.asked(KEYS)).isZero();
    assertThat(output.toString())
        .contains("its issuer is not oidc.issuer, which is " + provider.issuer())
        .doesNotContain("another.example.com");
  }

  /** Only of an authority that is believed; there is no way round that. */
  @Test
  void aProviderShowsItsCertificate(@TempDir Path folder) {
    Certificates certificates =
        new Certificates(folder)
            .authority("ca")
            .authority("other-ca")
            .signed("server", "ca", "-ext", "san=ip:127.0.0.1");
    try (ProviderDouble encrypted = new ProviderDouble(certificates)) {
      for (String authority : List.of("ca", "other-ca")) {
        try (TestGateway gateway =
            encrypted
                .believer()
                .set("oidc.tls.ca_cert", certificates.certificate(authority).toString())
                .start()) {
          assertThat(status(gateway, encrypted.token("provider.tls")))
              .as(authority)
              .isEqualTo(authority.equals("ca") ? 200 : 503);
        }
      }
    }
  }

  /** RFC 7517, section 5: each is dropped for itself, and said once. */
  @Test
  @ReadsOutput
  void aKeyThatCannotBeUsedDoesNotMakeTheOthersUseless(CapturedOutput output) {
    List<String> unusable =
        List.of(
            "{\"kty\":\"EC\",\"crv\":\"P-999\",\"x\":\"AQ\",\"y\":\"AQ\",\"kid\":\"curve\"}",
            "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AQ\",\"y\":\"AQ\",\"kid\":\"point\"}",
            "{\"kid\":\"type\"}",
            "{\"kty\":\"RSA\",\"n\":\"AQAB\",\"kid\":\"exponent\"}",
            with("chain", "\"x5c\":[\"bm90IGEgY2VydGlmaWNhdGU=\"]"),
            with("uses", "\"use\":\"sig\",\"key_ops\":[\"encrypt\"]"),
            "null");
    provider.answer(
        KEYS,
        "{\"keys\":["
            + String.join(",", unusable)
            + ","
            + provider.key().toPublicJWK().toJSONString()
            + "]}");
    try (TestGateway gateway = provider.believer().set("oidc.cache.jwks", "1s").start()) {
      assertThat(status(gateway, provider.token("provider.first"))).isEqualTo(200);
      String foreign =
          ProviderDouble.sign(ProviderDouble.rsa("x"), provider.claims("provider.foreign").build());
      assertThat(status(gateway, foreign)).as("after the keys were read again").isEqualTo(401);
      assertThat(provider.asked(KEYS)).isGreaterThan(1);
      assertThat(status(gateway, provider.token("provider.second"))).isEqualTo(200);
    }
    for (String said :
        List.of(
            "kid curve\" reason=\"crv is none of P-256, P-384, P-521",
            "kid point\" reason=\"crv, x, y are not a public key",
            "kid type\" reason=\"kty is missing",
            "kid exponent\" reason=\"e is missing",
            "kid chain\" reason=\"x5c is invalid",
            "kid uses\" reason=\"use and key_ops contradict each other",
            "number 7\" reason=\"kty is missing")) {
      assertThat(output).containsOnlyOnce(said);
    }
  }

  /** A key that is right but for one thing. */
  private static String with(String id, String more) {
    String key =
        new RSAKey.Builder(ProviderDouble.rsa("x")).keyID(id).build().toPublicJWK().toJSONString();
    return key.replaceFirst("}$", "," + more + "}");
  }

  private String discovery(String members) {
    return "{\"issuer\":\"%1$s\",\"jwks_uri\":\"%1$s/jwks\",%2$s}"
        .formatted(provider.issuer(), members);
  }

  @Test
  void whatIsUnusedInADiscoveryDocumentMayBeAnything() {
    provider.setType(DISCOVERY, "text/plain");
    provider.setStatus(DISCOVERY, 203);
    provider.answer(
        DISCOVERY,
        "\uFEFF"
            + discovery(
                "\"ui_locales_supported\":[\"en_US\"],\"op_policy_uri\":\"\",\"op_tos_uri\":7,"
                    + "\"end_session_endpoint\":\"\",\"response_types_supported\":null,"
                    + "\"id_token_signing_alg_values_supported\":\"RS256\""));
    try (TestGateway gateway = provider.believer().start()) {
      assertThat(status(gateway, provider.token("provider.odd"))).isEqualTo(200);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "\"end_session_endpoint\":\"/logout\"|end_session_endpoint is not an absolute|200",
        "\"userinfo_endpoint\":{}|userinfo_endpoint is not a string|200",
        "\"jwks_uri\":\"/jwks\"|jwks_uri is not an absolute http or https URL|503",
        "\"jwks_uri\":\"\"|jwks_uri is missing|503"
      })
  @ReadsOutput
  void aMemberThatIsUsedIsNamed(String member, String said, int status, CapturedOutput output) {
    String document = discovery(member);
    provider.answer(
        DISCOVERY,
        member.contains("jwks_uri")
            ? document.replaceFirst("\"jwks_uri\":\"[^\"]*\",", "")
            : document);
    try (TestGateway gateway = provider.believer().start()) {
      assertThat(status(gateway, provider.token("provider.named"))).isEqualTo(status);
      assertThat(status(gateway, provider.token("provider.again"))).isEqualTo(status);
    }
    assertThat(output).containsOnlyOnce(said);
  }

  /** As in a cluster, where the provider is reached without TLS. */
  @Test
  @ReadsOutput
  void unencryptedEndpointsOfAnEncryptedIssuer(@TempDir Path folder, CapturedOutput output) {
    Certificates certificates =
        new Certificates(folder).authority("ca").signed("server", "ca", "-ext", "san=ip:127.0.0.1");
    try (ProviderDouble encrypted = new ProviderDouble(certificates)) {
      encrypted.answer(
          DISCOVERY,
          "{\"issuer\":\"%s\",\"jwks_uri\":\"%s/jwks\"}"
              .formatted(encrypted.issuer(), provider.issuer()));
      for (boolean allowed : new boolean[] {false, true}) {
        try (TestGateway gateway =
            encrypted
                .believer()
                .set("oidc.allow_http_endpoints", allowed)
                .set("oidc.tls.ca_cert", certificates.certificate("ca").toString())
                .start()) {
          assertThat(status(gateway, encrypted.token("provider.cluster")))
              .isEqualTo(allowed ? 200 : 503);
        }
      }
    }
    assertThat(output)
        .containsOnlyOnce("jwks_uri is not encrypted, but oidc.issuer is")
        .containsOnlyOnce("oidc.allow_http_endpoints is on");
  }

  @Test
  void anAnswerWithoutEndIsNone() {
    provider.answer(DISCOVERY, " ".repeat(300 * 1024));
    try (TestGateway gateway = provider.believer().start()) {
      assertThat(status(gateway, provider.token("provider.endless"))).isEqualTo(503);
    }
  }

  /** Until its own end, however soon what the provider says of it is asked for anew. */
  @ParameterizedTest
  @ValueSource(strings = {"jwks", "both"})
  void withReplayDetectionForBearersATokenIsGoodOnce(String validation) {
    SetClock clock = new SetClock(Instant.now());
    provider.answer(
        "/userinfo",
        "{\"sub\":\"id-of-provider.once\",\"preferred_username\":\"provider.once\",\"jti\":\"x\"}");
    try (TestGateway gateway =
        provider
            .believer()
            .clock(clock)
            .set("oidc.token_validation", validation)
            .set("oidc.cache.userinfo", "1s")
            .set("replay.enabled", true)
            .set("replay.bearer", true)
            .start()) {
      String token = provider.sign(provider.claims("provider.once").jwtID("once").build());
      assertThat(status(gateway, token)).isEqualTo(200);
      for (int seconds : new int[] {0, 120, 230}) {
        clock.advance(Duration.ofSeconds(seconds));
        HttpResponse<String> again = ask(gateway, token);
        assertThat(again.statusCode()).isEqualTo(401);
        assertThat(again.body()).contains("the token was used before");
      }
      String nameless =
          provider.sign(
              provider
                  .claims("provider.once")
                  .jwtID(null)
                  .expirationTime(Date.from(Instant.now().plus(Duration.ofDays(3))))
                  .build());
      assertThat(status(gateway, nameless)).isEqualTo(200);
      assertThat(status(gateway, nameless)).isEqualTo(401);
      assertThat(status(gateway, lastingToken("provider.once"))).isEqualTo(200);
    }
  }

  @Test
  void whoAsksWithATokenIsCountedAndMustBeOnTheWhitelist() {
    try (TestGateway gateway =
        provider
            .believer()
            .set("rate_limit.enabled", true)
            .set("rate_limit.max_requests", 3)
            .set("rate_limit.window", "1h")
            .set("enable_group_whitelist", true)
            .set("group_whitelist", "staff")
            .start()) {
      String foreign =
          provider.sign(
              provider.claims("provider.foreign").claim("groups", List.of("guests")).build());
      assertThat(status(gateway, foreign)).isEqualTo(403);
      String silent =
          provider.sign(provider.claims("provider.silent").claim("groups", null).build());
      assertThat(status(gateway, silent)).as("may hide the group guests").isEqualTo(403);
      String staff =
          provider.sign(
              provider.claims("provider.staff").claim("groups", List.of("staff")).build());
      for (int i = 0; i < 3; i++) {
        assertThat(status(gateway, staff)).isEqualTo(200);
      }
      assertThat(status(gateway, staff)).isEqualTo(429);
      String stranger = provider.token("provider.staff").replaceFirst("\\.[^.]*$", ".AAAA");
      for (int i = 0; i < 3; i++) {
        assertThat(
                gateway
                    .get(
                        "/elastauth",
                        "Authorization",
                        "Bearer " + stranger,
                        "X-Forwarded-For",
                        "203.0.113.9")
                    .statusCode())
            .isEqualTo(401);
      }
      assertThat(
              gateway
                  .get(
                      "/elastauth",
                      "Authorization",
                      "Bearer " + stranger,
                      "X-Forwarded-For",
                      "203.0.113.9")
                  .statusCode())
          .isEqualTo(429);
    }
  }

  /** SPEC 13.10. */
  @Test
  @ReadsOutput
  void noTokenIsLogged(CapturedOutput output) {
    provider.answer(
        "/userinfo", "{\"sub\":\"id-of-provider.log\",\"preferred_username\":\"provider.log\"}");
    try (RedisServer redis = RedisServer.start();
        TestGateway gateway =
            provider
                .believer()
                .with(redis)
                .set("oidc.token_validation", "both")
                .set("oidc.client_secret", "client-secret-in-no-log")
                .set("oidc.custom_headers.X-Key", "header-in-no-log")
                .set("log_level", "trace")
                .start()) {
      String good = provider.token("provider.log");
      String bad = good.replaceFirst("\\.[^.]*$", ".c2lnbmF0dXJl");
      assertThat(status(gateway, good)).isEqualTo(200);
      assertThat(status(gateway, good)).isEqualTo(200);
      assertThat(status(gateway, bad)).isEqualTo(401);
      provider.setStatus(500);
      String late = provider.sign(provider.claims("provider.log").jwtID("late").build());
      assertThat(status(gateway, late)).isEqualTo(503);
      assertThat(output.toString())
          .contains("Refused: the token's signature is invalid")
          .contains("The identity provider gave no usable response")
          .doesNotContain("in-no-log", TestGateway.KEY);
      for (String token : List.of(good, bad, late)) {
        for (String part : token.split("\\.")) {
          if (part.length() > 60) {
            assertThat(output.toString()).doesNotContain(part);
          }
        }
      }
    }
  }
}
