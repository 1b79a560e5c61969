package org.elastauth.server;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.factories.DefaultJWSSignerFactory;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import org.elastauth.config.TlsFiles;

/**
 * Stands in for a provider that does what a real one cannot be made to do: it changes its keys at
 * any moment, answers late, wrongly or not at all, and signs what no provider would.
 */
public final class ProviderDouble implements AutoCloseable {
  public static final String CLIENT = "elastauth";

  private static final Map<String, RSAKey> KEYS = new ConcurrentHashMap<>();

  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final HttpServer server;
  private final Map<String, CountDownLatch> held = new ConcurrentHashMap<>();
  private final Map<String, AtomicInteger> asked = new ConcurrentHashMap<>();
  private final Map<String, String> answers = new ConcurrentHashMap<>();
  private final Map<String, Integer> statuses = new ConcurrentHashMap<>();
  private final Map<String, String> types = new ConcurrentHashMap<>();
  private final Set<String> silentPaths = ConcurrentHashMap.newKeySet();
  private volatile List<JWK> keys;
  private volatile int status = 200;
  private volatile boolean silent;
  private volatile Headers headers;

  public ProviderDouble() {
    this(null);
  }

  /**
   * @param certificates of which it shows {@code server}; null: no TLS
   */
  public ProviderDouble(Certificates certificates) {
    InetSocketAddress free = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    try {
      if (certificates == null) {
        server = HttpServer.create(free, 0);
      } else {
        HttpsServer encrypted = HttpsServer.create(free, 0);
        encrypted.setHttpsConfigurator(new HttpsConfigurator(context(certificates)));
        server = encrypted;
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    keys = List.of(rsa("first"));
    answers.put(
        "/.well-known/openid-configuration",
        """
        {"issuer":"%1$s","authorization_endpoint":"%1$s/auth","token_endpoint":"%1$s/token",
         "userinfo_endpoint":"%1$s/userinfo","jwks_uri":"%1$s/jwks","subject_types_supported":["public"],
         "response_types_supported":["code"],"id_token_signing_alg_values_supported":["RS256"]}
        """
            .formatted(issuer()));
    server.setExecutor(threads);
    server.createContext("/", this::handle);
    server.start();
  }

  private static SSLContext context(Certificates certificates) {
    return new TlsFiles(
            "",
            certificates.certificate("server").toString(),
            certificates.key("server").toString())
        .managers(false)
        .createSslContext("TLS");
  }

  /** A key of this name; the same one each time, because making one takes long. */
  public static RSAKey rsa(String id) {
    return KEYS.computeIfAbsent(
        id,
        name -> {
          try {
            return new RSAKeyGenerator(2048).keyID(name).generate();
          } catch (JOSEException e) {
            throw new IllegalStateException(e);
          }
        });
  }

  public String issuer() {
    String scheme = server instanceof HttpsServer ? "https" : "http";
    return scheme + "://127.0.0.1:" + server.getAddress().getPort();
  }

  /** A gateway that believes it, and does without Elasticsearch. */
  public TestGateway.Builder believer() {
    return TestGateway.builder()
        .set("elasticsearch.dry_run", true)
        .set("auth_provider", "oidc")
        .set("oidc.issuer", issuer())
        .set("oidc.client_id", CLIENT);
  }

  /** The key it signs with, and publishes. */
  public JWK key() {
    return keys.get(0);
  }

  /** Publishes these from now on, and signs with the first one. */
  public void setKeys(JWK... keys) {
    this.keys = List.of(keys);
  }

  /** Answers this to requests for a path. */
  public void answer(String path, String body) {
    answers.put(path, body);
  }

  /** Answers requests for a path with this Content-Type; else with application/json. */
  public void setType(String path, String type) {
    types.put(path, type);
  }

  /** Answers every request with this status; 200: as it should. */
  public void setStatus(int status) {
    this.status = status;
  }

  /** Answers requests for a path with this status. */
  public void setStatus(String path, int status) {
    statuses.put(path, status);
  }

  /** Accepts requests, and does not answer them. */
  public void setSilent(boolean silent) {
    this.silent = silent;
  }

  /** Accepts requests for a path, and does not answer them. */
  public void setSilent(String path) {
    silentPaths.add(path);
  }

  /** How often it was asked for a path. */
  public int asked(String path) {
    return asked.getOrDefault(path, new AtomicInteger()).get();
  }

  /** A header of the last request. */
  public String header(String name) {
    return headers.getFirst(name);
  }

  /** Lets requests for a path wait from now on until this is counted down. */
  public CountDownLatch hold(String path) {
    CountDownLatch latch = new CountDownLatch(1);
    held.put(path, latch);
    return latch;
  }

  /** Answers requests for a path at once from now on; those that wait go on waiting. */
  public void letPass(String path) {
    held.remove(path);
  }

  /** Claims of a good token, to be changed. */
  public JWTClaimsSet.Builder claims(String user) {
    return claims(user, Instant.now());
  }

  private JWTClaimsSet.Builder claims(String user, Instant issued) {
    return new JWTClaimsSet.Builder()
        .issuer(issuer())
        .audience(CLIENT)
        .subject("id-of-" + user)
        .jwtID(UUID.randomUUID().toString())
        .issueTime(Date.from(issued))
        .expirationTime(Date.from(issued.plusSeconds(300)))
        .claim("preferred_username", user);
  }

  /** A good token. */
  public String token(String user) {
    return sign(claims(user).build());
  }

  /** A good token of that moment, which lives for five minutes. */
  public String token(String user, Instant issued) {
    return sign(claims(user, issued).build());
  }

  public String sign(JWTClaimsSet claims) {
    return sign(key(), claims); // the key of one moment, though it may be changed meanwhile
  }

  public static String sign(JWK key, JWTClaimsSet claims) {
    return sign(key, new JWSHeader.Builder(JWSAlgorithm.RS256).keyID(key.getKeyID()), claims);
  }

  public static String sign(JWK key, JWSHeader.Builder header, JWTClaimsSet claims) {
    try {
      SignedJWT jwt =
          new SignedJWT(
              header.build().getType() == null
                  ? header.type(JOSEObjectType.JWT).build()
                  : header.build(),
              claims);
      jwt.sign(new DefaultJWSSignerFactory().createJWSSigner(key));
      return jwt.serialize();
    } catch (JOSEException e) {
      throw new IllegalStateException(e);
    }
  }

  private void handle(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    headers = exchange.getRequestHeaders();
    asked.computeIfAbsent(path, p -> new AtomicInteger()).incrementAndGet();
    if (silent || silentPaths.contains(path)) {
      return;
    }
    try (exchange) {
      await(held.get(path));
      String body =
          answers.getOrDefault(path, path.equals("/jwks") ? new JWKSet(keys).toString() : "{}");
      byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
      exchange
          .getResponseHeaders()
          .set("Content-Type", types.getOrDefault(path, "application/json"));
      exchange.sendResponseHeaders(statuses.getOrDefault(path, status), bytes.length);
      exchange.getResponseBody().write(bytes);
    }
  }

  private static void await(CountDownLatch latch) throws IOException {
    try {
      if (latch != null) {
        latch.await();
      }
    } catch (InterruptedException closed) {
      throw new IOException(closed);
    }
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
