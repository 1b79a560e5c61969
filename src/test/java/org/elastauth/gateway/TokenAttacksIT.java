package org.elastauth.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.OctetSequenceKey;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.OctetKeyPairGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jose.util.Base64;
import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.elastauth.server.ProviderDouble;
import org.elastauth.server.TestGateway;
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

/** RFC 8725: what has been tried on whoever reads JWTs. */
@Timeout(120)
class TokenAttacksIT {
  private static final String USER = "attack.victim";

  private static ProviderDouble provider;
  private static ProviderDouble attacker;
  private static TestGateway gateway;

  @BeforeAll
  static void start() {
    provider = new ProviderDouble();
    attacker = new ProviderDouble();
    // another key of the same name
    attacker.setKeys(new RSAKey.Builder(ProviderDouble.rsa("attacker")).keyID("first").build());
    // as a provider would that has a client with a shared secret
    provider.setKeys(
        provider.key(), new OctetSequenceKey.Builder(new byte[32]).keyID("shared").build());
    gateway = provider.believer().start();
  }

  @AfterAll
  static void stop() {
    gateway.close();
    attacker.close();
    provider.close();
  }

  private static HttpResponse<String> ask(String token) {
    return gateway.get("/elastauth", "Authorization", "Bearer " + token);
  }

  private static void assertRefused(String token) {
    HttpResponse<String> response = ask(token);
    assertThat(response.statusCode()).as(response.body()).isEqualTo(401);
    assertThat(TestGateway.authorization(response)).isEmpty();
    assertThat(response.headers().firstValue("WWW-Authenticate").orElseThrow())
        .startsWith("Bearer realm=\"elastauth\", error=\"invalid_token\", error_description=\"");
    assertThat(response.headers().firstValue("Cache-Control")).contains("no-store");
    assertThat(response.body()).startsWith("{\"message\":\"the ").doesNotContain(USER);
  }

  private static JWSHeader.Builder header() {
    return new JWSHeader.Builder(JWSAlgorithm.RS256).keyID(provider.key().getKeyID());
  }

  private static String signed(UnaryOperator<JWTClaimsSet.Builder> change) {
    return provider.sign(change.apply(provider.claims(USER)).build());
  }

  private static Date in(long seconds) {
    return Date.from(Instant.now().plusSeconds(seconds));
  }

  private static String base64(String json) {
    return Base64URL.encode(json.getBytes(StandardCharsets.UTF_8)).toString();
  }

  /** What all the others differ from in one thing. */
  @Test
  void aGoodTokenIsGood() {
    HttpResponse<String> response = ask(signed(claims -> claims));
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    assertThat(response.body()).contains(USER);
  }

  @Test
  void everyAsymmetricAlgorithmIsGood() throws Exception {
    Map<String, JWK> keys = new LinkedHashMap<>();
    for (String name : List.of("RS256", "RS384", "RS512", "PS256", "PS384", "PS512")) {
      keys.put(name, new RSAKey.Builder(ProviderDouble.rsa("modern")).keyID(name).build());
    }
    keys.put("ES256", new ECKeyGenerator(Curve.P_256).keyID("ES256").generate());
    keys.put("ES384", new ECKeyGenerator(Curve.P_384).keyID("ES384").generate());
    keys.put("ES512", new ECKeyGenerator(Curve.P_521).keyID("ES512").generate());
    keys.put("EdDSA", new OctetKeyPairGenerator(Curve.Ed25519).keyID("EdDSA").generate());
    try (ProviderDouble modern = new ProviderDouble()) {
      modern.setKeys(keys.values().toArray(JWK[]::new));
      try (TestGateway believer = modern.believer().start()) {
        keys.forEach(
            (name, key) -> {
              String token =
                  ProviderDouble.sign(
                      key,
                      new JWSHeader.Builder(JWSAlgorithm.parse(name)).keyID(name),
                      modern.claims(USER).build());
              assertThat(statusOf(believer, token)).as(name).isEqualTo(200);
              assertThat(statusOf(believer, token.substring(0, token.length() - 8) + "AAAAAAAA"))
                  .as(name)
                  .isEqualTo(401);
            });
      }
    }
  }

  private static int statusOf(TestGateway believer, String token) {
    return believer.get("/elastauth", "Authorization", "bearer " + token).statusCode();
  }

  /** 2.1: alg none, in whatever spelling, with and without a signature behind it. */
  @ParameterizedTest
  @ValueSource(strings = {"none", "None", "NONE", "nOnE", ""})
  void unsigned(String algorithm) {
    JWTClaimsSet claims = provider.claims(USER).build();
    assertRefused(new PlainJWT(claims).serialize());
    String good = provider.sign(claims);
    String head = base64("{\"alg\":\"" + algorithm + "\",\"typ\":\"JWT\"}");
    String body = good.split("\\.")[1];
    assertRefused(head + "." + body + ".");
    assertRefused(head + "." + body + "." + good.split("\\.")[2]);
  }

  /** 2.1: the public key of the provider taken for a secret, in the forms it is handed around. */
  @Test
  void keyConfusion() throws Exception {
    RSAKey key = (RSAKey) provider.key();
    List<byte[]> forms =
        List.of(
            key.toRSAPublicKey().getEncoded(),
            ("-----BEGIN PUBLIC KEY-----\n"
                    + Base64.encode(key.toRSAPublicKey().getEncoded())
                    + "\n-----END PUBLIC KEY-----\n")
                .getBytes(StandardCharsets.US_ASCII),
            key.toPublicJWK().toJSONString().getBytes(StandardCharsets.US_ASCII));
    for (byte[] secret : forms) {
      SignedJWT jwt =
          new SignedJWT(
              new JWSHeader.Builder(JWSAlgorithm.HS256).keyID(key.getKeyID()).build(),
              provider.claims(USER).build());
      jwt.sign(new MACSigner(secret));
      assertRefused(jwt.serialize());
    }
  }

  /** 2.1: HMAC, though the provider publishes such a key. */
  @Test
  void sharedSecret() throws Exception {
    SignedJWT jwt =
        new SignedJWT(
            new JWSHeader.Builder(JWSAlgorithm.HS256).keyID("shared").build(),
            provider.claims(USER).build());
    jwt.sign(new MACSigner(new byte[32]));
    assertRefused(jwt.serialize());
  }

  /** 3.10: keys, and addresses of keys, that the token brings along. */
  @Test
  void keysOfTheTokensOwn() throws Exception {
    RSAKey own = (RSAKey) attacker.key();
    JWTClaimsSet claims = provider.claims(USER).build();
    for (String id : new String[] {provider.key().getKeyID(), own.getKeyID()}) {
      assertRefused(ProviderDouble.sign(own, header().keyID(id).jwk(own.toPublicJWK()), claims));
      assertRefused(
          ProviderDouble.sign(
              own, header().keyID(id).jwkURL(URI.create(attacker.issuer() + "/jwks")), claims));
      assertRefused(
          ProviderDouble.sign(
              own, header().keyID(id).x509CertURL(URI.create(attacker.issuer() + "/x5u")), claims));
      assertRefused(
          ProviderDouble.sign(
              own, header().keyID(id).x509CertChain(List.of(Base64.encode("x"))), claims));
    }
    assertThat(attacker.asked("/jwks") + attacker.asked("/x5u")).as("nobody goes there").isZero();
  }

  /** 3.10: a kid that means something to a file system, a database or a shell. */
  @Test
  void kidInjection() {
    List<String> ids =
        List.of(
            "../../../../dev/null",
            "first' OR '1'='1",
            "first; touch /tmp/pwned",
            attacker.issuer() + "/jwks",
            "\u0000first",
            "first\r\nX: y",
            "k".repeat(5_000));
    JWK own = ProviderDouble.rsa("x");
    // at once, as they wait for newer keys together
    ids.parallelStream()
        .map(id -> ProviderDouble.sign(own, header().keyID(id), provider.claims(USER).build()))
        .forEach(TokenAttacksIT::assertRefused);
    assertThat(attacker.asked("/jwks")).isZero();
  }

  /** 3.2: a key too short to be one, though the provider publishes it. */
  @Test
  void weakKey() throws Exception {
    try (ProviderDouble weak = new ProviderDouble()) {
      RSAKey key = new RSAKeyGenerator(1024, true).keyID("weak").generate();
      weak.setKeys(key.toPublicJWK());
      try (TestGateway believer = weak.believer().start()) {
        String head = base64("{\"alg\":\"RS256\",\"kid\":\"weak\"}");
        String body = base64(weak.claims(USER).build().toString());
        java.security.Signature signature = java.security.Signature.getInstance("SHA256withRSA");
        signature.initSign(key.toPrivateKey());
        signature.update((head + "." + body).getBytes(StandardCharsets.US_ASCII));
        String token = head + "." + body + "." + Base64URL.encode(signature.sign());
        assertThat(believer.get("/elastauth", "Authorization", "Bearer " + token).statusCode())
            .isEqualTo(401);
      }
    }
  }

  /** 2.4: an elliptic curve's signature of nothing but zeros (CVE-2022-21449). */
  @Test
  void psychicSignature() throws Exception {
    try (ProviderDouble curved = new ProviderDouble()) {
      ECKey key = new ECKeyGenerator(Curve.P_256).keyID("curve").generate();
      curved.setKeys(key);
      try (TestGateway believer = curved.believer().start()) {
        String head = base64("{\"alg\":\"ES256\",\"kid\":\"curve\"}");
        String token =
            head
                + "."
                + base64(curved.claims(USER).build().toString())
                + "."
                + Base64URL.encode(new byte[64]);
        assertThat(believer.get("/elastauth", "Authorization", "Bearer " + token).statusCode())
            .isEqualTo(401);
      }
    }
  }

  /** 3.8 and 3.9: another issuer, another audience, or none. */
  @Test
  void issuerAndAudience() {
    assertRefused(signed(claims -> claims.issuer(attacker.issuer())));
    assertRefused(signed(claims -> claims.issuer(provider.issuer() + "/")));
    assertRefused(signed(claims -> claims.issuer(null)));
    assertRefused(signed(claims -> claims.audience("another")));
    assertRefused(signed(claims -> claims.audience((String) null)));
    assertRefused(signed(claims -> claims.audience(List.of("another", "ELASTAUTH"))));
    assertThat(ask(signed(claims -> claims.audience(List.of("a", "elastauth")))).statusCode())
        .isEqualTo(200);
    assertRefused(attacker.token(USER));
    assertRefused(attacker.sign(attacker.claims(USER).issuer(provider.issuer()).build()));
  }

  /** With a minute's tolerance for clocks. */
  @Test
  void times() {
    assertRefused(signed(claims -> claims.expirationTime(in(-61))));
    assertRefused(signed(claims -> claims.expirationTime(null)));
    assertRefused(signed(claims -> claims.notBeforeTime(in(120))));
    assertRefused(signed(claims -> claims.issueTime(in(120))));
    assertRefused(signed(claims -> claims.issueTime(null)));
    assertThat(ask(signed(claims -> claims.expirationTime(in(-30)))).statusCode()).isEqualTo(200);
    assertThat(ask(signed(claims -> claims.notBeforeTime(in(30)))).statusCode()).isEqualTo(200);
    assertThat(ask(signed(claims -> claims.issueTime(in(30)))).statusCode()).isEqualTo(200);
  }

  /** 3.11 and 3.12: a token that the provider signed for something else. */
  @Test
  void tokensForSomethingElse() {
    for (String type : new String[] {"logout+jwt", "secevent+jwt", "dpop+jwt", "JOSE"}) {
      assertRefused(
          ProviderDouble.sign(
              provider.key(),
              header().type(new JOSEObjectType(type)),
              provider.claims(USER).build()));
    }
    for (String type : new String[] {"at+jwt", "application/at+JWT", "jwt"}) {
      String token =
          ProviderDouble.sign(
              provider.key(),
              header().type(new JOSEObjectType(type)),
              provider.claims(USER).build());
      assertThat(ask(token).statusCode()).as(type).isEqualTo(200);
    }
    Map<String, Object> logout =
        Map.of("http://schemas.openid.net/event/backchannel-logout", Map.of());
    assertRefused(signed(claims -> claims.claim("events", logout)));
    assertRefused(signed(claims -> claims.claim("typ", "Refresh")));
    assertThat(signedAsIdCookie("another").statusCode()).isEqualTo(401);
    assertThat(signedAsIdCookie("elastauth").statusCode()).isEqualTo(200);
  }

  /** OpenID Connect Core, 2: it tells a client who logged in, and is handed around as such. */
  @Test
  void anIdTokenIsNoAccessToken() {
    for (String claim : List.of("nonce", "at_hash", "c_hash")) {
      String id = signed(claims -> claims.claim(claim, "x"));
      HttpResponse<String> cookie = gateway.get("/elastauth", "Cookie", "id_token=" + id);
      assertThat(cookie.statusCode()).as("where it belongs: " + cookie.body()).isEqualTo(200);
      assertRefused(id);
      assertThat(gateway.get("/elastauth", "Cookie", "access_token=" + id).statusCode())
          .as(claim)
          .isEqualTo(401);
    }
    assertRefused(signed(claims -> claims.claim("typ", "ID").claim("azp", "elastauth")));
    String keycloaks = signed(claims -> claims.claim("typ", "Bearer").claim("nonce", "x"));
    assertThat(ask(keycloaks).statusCode()).as("as up to 23").isEqualTo(200);
    String typed =
        ProviderDouble.sign(
            provider.key(),
            header().type(new JOSEObjectType("at+jwt")),
            provider.claims(USER).claim("nonce", "x").build());
    assertThat(ask(typed).statusCode()).isEqualTo(200);
  }

  /** Which kind a token is, by what providers document; a nonce or a hash alone says nothing. */
  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {
        "typ, Bearer, 200", // Keycloak
        "typ, ID, 401",
        "token_use, access, 200", // Cognito
        "token_use, id, 401",
        "scope, openid profile, 200", // authentik, RFC 9068
        "scp, read, 200", // Entra ID, Okta
        "azp, another, 200", // issued to another client, for this one
        "azp, elastauth, 401",
        "client_id, elastauth, 401", // Authelia's ID tokens have it
        "email, a@example.org, 401"
      })
  void whatTellsAnAccessTokenWithANonce(String claim, String value, int status) {
    for (String shared : List.of("nonce", "at_hash", "c_hash")) {
      String token = signed(claims -> claims.claim(shared, "x").claim(claim, value));
      assertThat(ask(token).statusCode()).as(shared).isEqualTo(status);
    }
    String marked =
        ProviderDouble.sign(
            provider.key(),
            header().type(new JOSEObjectType("at+jwt")),
            provider.claims(USER).claim("at_hash", "x").claim(claim, value).build());
    assertThat(ask(marked).statusCode()).isEqualTo(value.equalsIgnoreCase("id") ? 401 : 200);
  }

  /** Dex's access tokens are like its ID tokens; that they are accepted is said at the start. */
  @Test
  @ExtendWith(OutputCaptureExtension.class)
  void bearerMayBeAny(CapturedOutput output) {
    try (TestGateway any = provider.believer().set("oidc.bearer", "any").start()) {
      assertThat(output).containsOnlyOnce("oidc.bearer is any");
      assertThat(statusOf(any, signed(claims -> claims.claim("at_hash", "x")))).isEqualTo(200);
      assertThat(statusOf(any, signed(claims -> claims.claim("nonce", "x").claim("typ", "ID"))))
          .isEqualTo(200);
      for (String type : List.of("Refresh", "Offline", "Logout")) {
        assertThat(statusOf(any, signed(claims -> claims.claim("typ", type)))).isEqualTo(401);
      }
      assertThat(statusOf(any, signed(claims -> claims.claim("events", Map.of())))).isEqualTo(401);
      assertThat(statusOf(any, signed(claims -> claims.audience("another")))).isEqualTo(401);
      assertThat(statusOf(any, attacker.token(USER))).isEqualTo(401);
    }
  }

  /** RFC 7515, 4.1.4 and 4.1.8: hints, of which only those count that token and key both have. */
  @Test
  void keysAreFoundByWhatBothHave() throws Exception {
    try (ProviderDouble many = new ProviderDouble()) {
      List<JWK> keys = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        keys.add(new RSAKey.Builder(ProviderDouble.rsa("x")).keyID("other" + i).build());
      }
      keys.add(many.key());
      try (TestGateway believer = many.believer().start()) {
        JWK key = many.key();
        many.setKeys(keys.toArray(JWK[]::new));
        JWTClaimsSet claims = many.claims(USER).build();
        Base64URL print = new Base64URL("A".repeat(43));
        JWSHeader.Builder nameless = new JWSHeader.Builder(JWSAlgorithm.RS256);
        assertThat(statusOf(believer, ProviderDouble.sign(key, nameless, claims))).isEqualTo(200);
        for (JWSHeader.Builder header :
            List.of(
                new JWSHeader.Builder(JWSAlgorithm.RS256).keyID("first"),
                new JWSHeader.Builder(JWSAlgorithm.RS256))) {
          assertThat(
                  statusOf(
                      believer,
                      ProviderDouble.sign(
                          key, header.x509CertSHA256Thumbprint(print), many.claims(USER).build())))
              .isEqualTo(200);
        }
        JWSHeader.Builder another = new JWSHeader.Builder(JWSAlgorithm.RS256).keyID("other3");
        assertThat(statusOf(believer, ProviderDouble.sign(key, another, claims)))
            .as("kid of another key")
            .isEqualTo(401);
      }
    }
  }

  private static HttpResponse<String> signedAsIdCookie(String party) {
    String token = signed(claims -> claims.claim("azp", party));
    return gateway.get("/elastauth", "Cookie", "id_token=" + token);
  }

  /** 3.1 and RFC 7515, 4.1.11: an extension that must be understood, and is not. */
  @Test
  void criticalExtension() throws Exception {
    RSAKey key = (RSAKey) provider.key();
    JWTClaimsSet claims = provider.claims(USER).build();
    String head =
        base64(
            "{\"alg\":\"RS256\",\"kid\":\"%s\",\"crit\":[\"exp\"],\"exp\":1}"
                .formatted(key.getKeyID()));
    String body = base64(claims.toString());
    java.security.Signature signature = java.security.Signature.getInstance("SHA256withRSA");
    signature.initSign(key.toPrivateKey());
    signature.update((head + "." + body).getBytes(StandardCharsets.US_ASCII));
    assertRefused(head + "." + body + "." + Base64URL.encode(signature.sign()));
  }

  /** A token in a token. */
  @Test
  void nested() {
    assertRefused(
        ProviderDouble.sign(
            provider.key(), header().contentType("JWT"), provider.claims(USER).build()));
    assertRefusedFor(
        "the token's claims are malformed", signedText(head(""), signed(claims -> claims)));
  }

  @Test
  void changedAfterwards() {
    String[] good = signed(claims -> claims).split("\\.");
    String other = signed(claims -> claims.claim("preferred_username", "attack.other"));
    assertRefused(good[0] + "." + other.split("\\.")[1] + "." + good[2]);
    assertRefused(good[0] + "." + good[1] + "." + good[2].substring(4));
    assertRefused(good[0] + "." + good[1] + ".");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "x",
        "..",
        "a.b.c",
        "a.b.c.d.e",
        "e30.e30.e30",
        "....",
        "eyJhbGciOiJSUzI1NiJ9.bnVsbA.AA"
      })
  void noTokensAtAll(String token) {
    assertRefused(token);
  }

  @Test
  void huge() {
    assertRefused("x".repeat(20_000));
    assertRefused(signed(claims -> claims.claim("padding", "x".repeat(15_000))));
    String nests = "[".repeat(5_000) + "]".repeat(5_000);
    String claims = provider.claims(USER).build().toString();
    assertThat(ask(signedText(head(",\"x\":[[]]"), claims)).statusCode())
        .as("signed as the next ones are")
        .isEqualTo(200);
    assertRefusedFor("the token is not a signed JWT", signedText(head(",\"x\":" + nests), claims));
    assertRefusedFor(
        "the token's claims are malformed",
        signedText(head(""), claims.replaceFirst("}$", ",\"x\":" + nests + "}")));
    assertThat(gateway.get("/elastauth", "Authorization", "Bearer " + "x".repeat(40_000)))
        .extracting(HttpResponse::statusCode)
        .as("beyond all headers together")
        .isEqualTo(431);
  }

  private static String head(String more) {
    return "{\"alg\":\"RS256\",\"kid\":\"%s\"%s}".formatted(provider.key().getKeyID(), more);
  }

  /** What the provider really signed, whatever it is. */
  private static String signedText(String head, String payload) {
    try {
      String signed = base64(head) + "." + base64(payload);
      java.security.Signature signature = java.security.Signature.getInstance("SHA256withRSA");
      signature.initSign(((RSAKey) provider.key()).toPrivateKey());
      signature.update(signed.getBytes(StandardCharsets.US_ASCII));
      return signed + "." + Base64URL.encode(signature.sign());
    } catch (java.security.GeneralSecurityException | com.nimbusds.jose.JOSEException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void assertRefusedFor(String reason, String token) {
    assertRefused(token);
    assertThat(ask(token).body()).contains(reason);
  }

  /** The claims are the provider's; that they make a user is ours to see. */
  @Test
  void claimsThatMakeNoUser() {
    assertRefusedAs(401, signed(claims -> claims.claim("preferred_username", null)));
    assertRefusedAs(401, signed(claims -> claims.claim("preferred_username", "")));
    assertRefusedAs(400, signed(claims -> claims.claim("preferred_username", "a:x")));
    assertRefusedAs(400, signed(claims -> claims.claim("preferred_username", List.of(USER))));
    assertRefusedAs(403, signed(claims -> claims.claim("preferred_username", "elastic")));
  }

  private static void assertRefusedAs(int status, String token) {
    HttpResponse<String> response = ask(token);
    assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
    assertThat(TestGateway.authorization(response)).isEmpty();
  }

  @Test
  void itMustBeClearWhichTokenIsMeant() {
    String good = signed(claims -> claims);
    String other = signed(claims -> claims.claim("preferred_username", "attack.other"));
    assertThat(
            gateway
                .get(
                    "/elastauth",
                    "Authorization",
                    "Bearer " + good,
                    "Authorization",
                    "Bearer " + other)
                .statusCode())
        .isEqualTo(400);
    assertThat(
            gateway
                .get("/elastauth", "Cookie", "access_token=" + good + "; access_token=" + other)
                .statusCode())
        .as("a cookie tossed in beside the right one")
        .isEqualTo(400);
    assertThat(gateway.get("/elastauth", "Authorization", "Bearer ").statusCode()).isIn(400, 401);
    assertThat(gateway.get("/elastauth?access_token=" + good).statusCode())
        .as("never in the address, which is logged everywhere")
        .isEqualTo(401);
  }

  @Test
  void withoutATokenThereIsNoErrorInTheChallenge() {
    for (String[] headers :
        new String[][] {
          {"Remote-User", USER}, {"Authorization", "Basic eDp5"}, {"Cookie", "other=x"}
        }) {
      HttpResponse<String> response = gateway.get("/elastauth", headers);
      assertThat(response.statusCode()).isEqualTo(401);
      assertThat(response.headers().firstValue("WWW-Authenticate"))
          .contains("Bearer realm=\"elastauth\"");
    }
  }
}
