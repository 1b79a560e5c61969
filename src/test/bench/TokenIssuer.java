import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;

/** An issuer of tokens for the users of decision.lua: writes one a line, and publishes its key. */
public final class TokenIssuer {
  private static final int USERS = 100;
  private static final long DAY_MILLIS = 86_400_000;

  private TokenIssuer() {}

  /**
   * @param args the port, and the file of the tokens
   */
  public static void main(String... args) throws Exception {
    int port = Integer.parseInt(args[0]);
    String issuer = "http://127.0.0.1:" + port;
    RSAKey key = new RSAKeyGenerator(2048).keyID("bench").generate();
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
    byte[] keys = new JWKSet(key).toString().getBytes(StandardCharsets.UTF_8);
    server.createContext(
        "/",
        exchange -> {
          try (exchange) {
            exchange.sendResponseHeaders(200, keys.length);
            exchange.getResponseBody().write(keys);
          }
        });
    server.start();
    List<String> tokens = new ArrayList<>();
    Date now = new Date();
    for (int i = 1; i <= USERS; i++) {
      String user = String.format("user%03d", i);
      SignedJWT token =
          new SignedJWT(
              new JWSHeader.Builder(JWSAlgorithm.RS256).keyID("bench").build(),
              new JWTClaimsSet.Builder()
                  .issuer(issuer)
                  .audience("elastauth")
                  .subject("00000000-0000-0000-0000-000000000" + String.format("%03d", i))
                  .issueTime(now)
                  .expirationTime(new Date(now.getTime() + DAY_MILLIS))
                  .claim("preferred_username", user)
                  .claim("email", user + "@example.org")
                  .claim("name", "User Number " + i)
                  .claim("groups", List.of("admins", "developers", "team-" + i % 10))
                  .build());
      token.sign(new RSASSASigner(key));
      tokens.add(token.serialize());
    }
    Path file = Path.of(args[1]);
    Path part = Path.of(args[1] + ".part");
    Files.write(part, tokens);
    Files.move(part, file);
  }
}
