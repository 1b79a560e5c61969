package org.elastauth.session;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Map;
import java.util.regex.Pattern;
import org.apache.camel.Body;
import org.apache.camel.ExchangeProperty;
import org.elastauth.crypto.Envelope;
import org.elastauth.crypto.SecretKeys;
import org.elastauth.http.HttpError;
import org.elastauth.identity.Identity;
import org.springframework.context.annotation.Description;
import org.springframework.context.annotation.Lazy;
import org.springframework.stereotype.Component;

/**
 * Encrypts sessions for Redis: a hash of two fields, each an {@link Envelope} bound to the key and
 * the field name. Both hold the number of their write, so an old field is not combined with a new
 * one.
 */
@Lazy
@Component("sealedSessions")
@Description("Encrypts browser sessions for a session store of your own.")
public final class SealedSessions {
  static final byte[] IDENTITY = "identity".getBytes(StandardCharsets.US_ASCII);
  static final byte[] TOKENS = "tokens".getBytes(StandardCharsets.US_ASCII);

  /** Not in the alphabet of an {@link Envelope}. */
  private static final String BETWEEN = ".";

  /** A longer field is not read. */
  static final int MAX_TEXT = 64 * 1024;

  /** The components are the stored format. A newer gateway may add some. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  private record Login(
      long writing,
      Identity identity,
      String subject,
      String sid,
      long accessExpires,
      long createdAt,
      long expiresAt) {}

  @JsonIgnoreProperties(ignoreUnknown = true)
  private record Tokens(long writing, String id, String access, String refresh) {}

  private final Envelope envelope;
  private final ObjectMapper json;
  private final SessionRedisKeys names;
  private final SecureRandom random = new SecureRandom();

  public SealedSessions(SecretKeys keys, ObjectMapper json, SessionRedisKeys names) {
    this.envelope = new Envelope(keys, "session");
    this.json = json;
    this.names = names;
  }

  /**
   * @return the fields of the hash
   * @throws HttpError 403 if a field is larger than gateways read
   */
  Map<byte[], byte[]> seal(String key, Session session) {
    long writing = random.nextLong();
    Login login =
        new Login(
            writing,
            session.identity(),
            session.subject(),
            session.sid(),
            session.accessExpires(),
            session.createdAt(),
            session.expiresAt());
    Tokens tokens =
        new Tokens(writing, session.idToken(), session.accessToken(), session.refreshToken());
    return Map.of(IDENTITY, seal(key, IDENTITY, login), TOKENS, seal(key, TOKENS, tokens));
  }

  /** The text of a session, for the operator's store. The property {@code sessionKey} names it. */
  @Description("The encrypted text of the session in the body.")
  public String write(@ExchangeProperty("sessionKey") String key, @Body Session session) {
    Map<byte[], byte[]> fields = seal(key, session);
    return text(fields.get(IDENTITY)) + BETWEEN + text(fields.get(TOKENS));
  }

  /**
   * @param text null: there is none
   * @return null if there is none, or it is damaged or encrypted with an unknown key
   */
  @Description("The session of the encrypted text in the body; null if it is damaged.")
  public Session read(@ExchangeProperty("sessionKey") String key, @Body String text) {
    String[] fields = text == null ? new String[0] : text.strip().split(Pattern.quote(BETWEEN));
    return fields.length == 2 ? open(key, fields[0], fields[1]) : null;
  }

  private static String text(byte[] field) {
    return new String(field, StandardCharsets.US_ASCII);
  }

  private byte[] seal(String key, byte[] field, Object content) {
    try {
      String text = envelope.seal(name(key, field), json.writeValueAsBytes(content));
      if (text.length() > MAX_TEXT) {
        throw HttpError.forbidden("the session is too large: too many groups, or too long tokens");
      }
      return text.getBytes(StandardCharsets.US_ASCII);
    } catch (JsonProcessingException cannotHappen) {
      throw new IllegalStateException(cannotHappen);
    }
  }

  /**
   * @return null if a field is missing, damaged, swapped, or encrypted with an unknown key
   */
  public Session open(String key, String identity, String tokensField) {
    Login login = open(key, IDENTITY, identity, Login.class);
    Tokens tokens = open(key, TOKENS, tokensField, Tokens.class);
    if (login == null || tokens == null || login.writing != tokens.writing) {
      return null;
    }
    return new Session(
        login.identity,
        login.subject,
        login.sid,
        tokens.id,
        tokens.access,
        tokens.refresh,
        login.accessExpires,
        login.createdAt,
        login.expiresAt);
  }

  private <T> T open(String key, byte[] field, String text, Class<T> type) {
    byte[] content = text == null ? null : envelope.open(name(key, field), text);
    try {
      return content == null ? null : json.readValue(content, type);
    } catch (IOException anotherFormat) {
      return null;
    }
  }

  /** What the ciphertext of a field is bound to. */
  private String name(String key, byte[] field) {
    return names.session(key) + ' ' + text(field);
  }
}
