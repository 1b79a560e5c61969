import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An issuer of tokens for the users of decision.lua: writes one a line, publishes its key, and at
 * {@code /token} changes a code {@code user001.nonce} into an ID token with that nonce.
 */
public final class TokenIssuer {
  private static final int USERS = 100;
  private static final long DAY_SECONDS = 86_400;
  private static final Pattern CODE = Pattern.compile("(?:^|&)code=(user\\d{3})\\.([^&]+)");

  private final String issuer;
  private final RSAKey key = new RSAKeyGenerator(2048).keyID("bench").generate();

  private TokenIssuer(String issuer) throws JOSEException {
    this.issuer = issuer;
  }

  /**
   * @param args the port, and the file of the tokens
   */
  public static void main(String... args) throws Exception {
    int port = Integer.parseInt(args[0]);
    TokenIssuer tokens = new TokenIssuer("http://127.0.0.1:" + port);
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
    server.createContext(
        "/",
        exchange -> {
          try (exchange) {
            String form = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            byte[] answer = tokens.answer(form).getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, answer.length);
            exchange.getResponseBody().write(answer);
          }
        });
    server.start();
    List<String> headers = new ArrayList<>();
    for (int i = 1; i <= USERS; i++) {
      headers.add("Authorization: Bearer " + tokens.issue(String.format("user%03d", i), null));
    }
    Path file = Path.of(args[1]);
    Path part = Path.of(args[1] + ".part");
    Files.write(part, headers);
    Files.move(part, file);
  }

  private String answer(String form) throws IOException {
    Matcher code = CODE.matcher(form);
    if (!code.find()) {
      return new JWKSet(key).toString();
    }
    try {
      return String.format(
          "{\"token_type\":\"Bearer\",\"expires_in\":%d,\"access_token\":\"%s\",\"id_token\":\"%s\"}",
          DAY_SECONDS, issue(code.group(1), null), issue(code.group(1), code.group(2)));
    } catch (JOSEException unsigned) {
      throw new IOException(unsigned);
    }
  }

  private String issue(String user, String nonce) throws JOSEException {
    Date now = new Date();
    int number = Integer.parseInt(user.substring("user".length()));
    SignedJWT token =
        new SignedJWT(
            new JWSHeader.Builder(JWSAlgorithm.RS256).keyID("bench").build(),
            new JWTClaimsSet.Builder()
                .issuer(issuer)
                .audience("elastauth")
                .subject(String.format("00000000-0000-0000-0000-%012d", number))
                .issueTime(now)
                .expirationTime(new Date(now.getTime() + DAY_SECONDS * 1000))
                .claim("nonce", nonce)
                .claim("preferred_username", user)
                .claim("email", user + "@example.org")
                .claim("name", "User Number " + number)
                .claim("groups", List.of("admins", "developers", "team-" + number % 10))
                .build());
    token.sign(new RSASSASigner(key));
    return token.serialize();
  }
}
