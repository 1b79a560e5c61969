package org.elastauth.oidc.token;

import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jwt.EncryptedJWT;
import com.nimbusds.jwt.JWT;
import com.nimbusds.jwt.JWTParser;
import com.nimbusds.jwt.SignedJWT;
import java.text.ParseException;
import org.elastauth.oidc.BearerChallenge;
import org.elastauth.oidc.provider.SigningKeys;

/** Parses a token. Its signature and claims are not verified yet. */
final class TokenReader {
  private TokenReader() {}

  /** Throws 401 if it is not a signed JWT of an accepted algorithm and type. */
  static SignedJWT read(Token token) {
    SignedJWT jwt;
    try {
      jwt = SignedJWT.parse(token.text());
    } catch (ParseException | IllegalArgumentException unsigned) {
      throw BearerChallenge.invalid("the token is not a signed JWT");
    }
    JWSHeader header = jwt.getHeader();
    if (!SigningKeys.accepts(header.getAlgorithm())) {
      throw BearerChallenge.invalid("the token's algorithm is not accepted");
    }
    requireType(header, token.use());
    return jwt;
  }

  private static void requireType(JWSHeader header, TokenUse use) {
    String type = header.getType() == null ? null : header.getType().getType();
    if (!use.allows(type == null ? null : type.replaceFirst("^(?i)application/", ""))
        || header.getContentType() != null) {
      throw BearerChallenge.invalid("the token's type is not accepted");
    }
  }

  /**
   * Parses a token that the userinfo endpoint verifies.
   *
   * @return null if it is opaque or encrypted
   * @throws HttpError 401 if it begins like a JWT, but is not signed or has another type: a
   *     provider may be less strict, and an additional dot must not make a token opaque
   */
  static SignedJWT readIfSigned(Token token) {
    String text = token.text();
    int dot = text.indexOf('.');
    if (dot < 0
        || !new Base64URL(text.substring(0, dot)).decodeToString().stripLeading().startsWith("{")) {
      return null;
    }
    JWT jwt;
    try {
      jwt = JWTParser.parse(text);
    } catch (ParseException | IllegalArgumentException malformed) {
      jwt = null;
    }
    if (jwt instanceof EncryptedJWT) {
      return null;
    }
    if (!(jwt instanceof SignedJWT signed)) {
      throw BearerChallenge.invalid("the token is not a signed JWT");
    }
    requireType(signed.getHeader(), token.use());
    return signed;
  }
}
