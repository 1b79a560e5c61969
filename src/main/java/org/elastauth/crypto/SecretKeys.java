package org.elastauth.crypto;

import com.google.crypto.tink.subtle.Hkdf;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;

/**
 * The secret keys, and the keys and passwords derived from them by HKDF (RFC 5869). The first key
 * writes and all keys read, so that keys can be rotated without an interruption.
 */
public final class SecretKeys {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final byte[] SALT = "elastauth/v1".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] PASSWORD_LABEL =
      "elastauth-password-v1\0".getBytes(StandardCharsets.US_ASCII);
  private static final String ALPHABET =
      "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  private static final int PASSWORD_LENGTH = 32;

  /** The largest multiple of 62 in a byte; higher values would favour the first letters. */
  private static final int UNBIASED = 248;

  public static final int KEY_ID_LENGTH = 8;

  /** A secret key with its public id and the keys derived from it. */
  static final class Key {
    private final String id;
    private final long idBits;
    private final byte[] secret;
    private final String scope;
    private final SecretKey password;

    private Key(byte[] secret, String scope) {
      byte[] idBytes = derive(secret, "key-id", scope, KEY_ID_LENGTH);
      this.id = HexFormat.of().formatHex(idBytes);
      this.idBits = ByteBuffer.wrap(idBytes).getLong();
      this.secret = secret;
      this.scope = scope;
      this.password = new SecretKeySpec(derive(secret, "password", scope, 32), "HmacSHA256");
    }

    long idBits() {
      return idBits;
    }

    /** The encryption key of a purpose, such as {@code cache}. */
    SecretKey aes(String purpose) {
      return new SecretKeySpec(derive(secret, purpose, scope, 32), "AES");
    }
  }

  private final List<Key> keys;

  /**
   * @param secrets 64 hex digits each, at least one
   * @param scope at most 64 characters; separates clusters that share a key
   */
  public SecretKeys(List<String> secrets, String scope) {
    this.keys =
        secrets.stream().map(secret -> new Key(HexFormat.of().parseHex(secret), scope)).toList();
  }

  /** A new secret key: 64 hex digits. */
  public static String generate() {
    byte[] secret = new byte[32];
    RANDOM.nextBytes(secret);
    return HexFormat.of().formatHex(secret);
  }

  private static byte[] derive(byte[] secret, String label, String scope, int length) {
    byte[] info = (label + '\0' + scope).getBytes(StandardCharsets.US_ASCII);
    try {
      return Hkdf.computeHkdf("HmacSha256", secret, SALT, info, length);
    } catch (GeneralSecurityException cannotHappen) {
      throw new IllegalStateException(cannotHappen);
    }
  }

  /** The id of the key that writes: 16 hex digits, not secret. */
  public String currentId() {
    return keys.get(0).id;
  }

  public boolean holds(String keyId) {
    return keys.stream().anyMatch(key -> key.id.equals(keyId));
  }

  public List<Key> keys() {
    return keys;
  }

  /**
   * The password of a user: 32 characters of A-Z a-z 0-9, equal in all gateways with the same key.
   *
   * @param issued start of the window, epoch seconds
   * @throws IllegalArgumentException for an unknown key
   */
  public String password(String keyId, String username, long issued, long generation) {
    Key key =
        keys.stream()
            .filter(k -> k.id.equals(keyId))
            .findFirst()
            .orElseThrow(() -> new IllegalArgumentException("no key " + keyId));
    byte[] name = username.getBytes(StandardCharsets.US_ASCII);
    byte[] message =
        ByteBuffer.allocate(PASSWORD_LABEL.length + 2 + name.length + 8 + 8)
            .put(PASSWORD_LABEL)
            .putShort((short) name.length)
            .put(name)
            .putLong(issued)
            .putLong(generation)
            .array();
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(key.password);
      StringBuilder password = new StringBuilder(PASSWORD_LENGTH);
      for (int block = 0; password.length() < PASSWORD_LENGTH; block++) {
        mac.update(message);
        append(password, mac.doFinal(ByteBuffer.allocate(4).putInt(block).array()));
      }
      return password.toString();
    } catch (GeneralSecurityException everyJavaHasIt) {
      throw new IllegalStateException(everyJavaHasIt);
    }
  }

  private static void append(StringBuilder password, byte[] stream) {
    for (byte b : stream) {
      int value = b & 0xff;
      if (value < UNBIASED && password.length() < PASSWORD_LENGTH) {
        password.append(ALPHABET.charAt(value % ALPHABET.length()));
      }
    }
  }
}
