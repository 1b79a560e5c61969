package org.elastauth.credential;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Base64;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import org.springframework.stereotype.Component;

/**
 * Credentials as they lie in a cache: base64url of {@code 01 ‖ key id (8) ‖ nonce (12) ‖
 * AES-256-GCM}. The cache key is authenticated along, so that one user's entry under another's name
 * does not open. Payload: length of the password (1), password, issued (8), until (8), generation
 * (8), asof (8), fingerprint (32).
 */
@Component("sealedCredentials")
public final class SealedCredentials {
  private static final byte VERSION = 1;
  private static final int NONCE_LENGTH = 12;
  private static final int TAG_BITS = 128;
  private static final int MAX_TEXT = 64 * 1024;
  private static final byte[] LABEL = "elastauth-cache-v1\0".getBytes(StandardCharsets.US_ASCII);

  /** Cipher.getInstance is half the price of opening an entry. */
  private static final ThreadLocal<Cipher> AES_GCM =
      ThreadLocal.withInitial(SealedCredentials::aesGcm);

  private final SecretKeys keys;
  private final SecureRandom random = new SecureRandom();

  public SealedCredentials(SecretKeys keys) {
    this.keys = keys;
  }

  public String seal(String cacheKey, Credential credential) {
    byte[] password = credential.password().getBytes(StandardCharsets.US_ASCII);
    ByteBuffer payload =
        ByteBuffer.allocate(1 + password.length + 4 * Long.BYTES + Fingerprint.LENGTH)
            .put((byte) password.length)
            .put(password)
            .putLong(credential.window().issued())
            .putLong(credential.window().until())
            .putLong(credential.generation())
            .putLong(credential.asOf());
    credential.fingerprint().write(payload);

    byte[] nonce = new byte[NONCE_LENGTH];
    random.nextBytes(nonce);
    SecretKeys.Key key = keys.current();
    try {
      Cipher cipher = AES_GCM.get();
      cipher.init(Cipher.ENCRYPT_MODE, key.cache(), new GCMParameterSpec(TAG_BITS, nonce));
      cipher.updateAAD(LABEL);
      cipher.updateAAD(cacheKey.getBytes(StandardCharsets.US_ASCII));
      byte[] sealed = cipher.doFinal(payload.array());
      byte[] value =
          ByteBuffer.allocate(1 + SecretKeys.KEY_ID_LENGTH + NONCE_LENGTH + sealed.length)
              .put(VERSION)
              .putLong(key.idBits())
              .put(nonce)
              .put(sealed)
              .array();
      return Base64.getUrlEncoder().withoutPadding().encodeToString(value);
    } catch (GeneralSecurityException everyJavaHasIt) {
      throw new IllegalStateException(everyJavaHasIt);
    }
  }

  /**
   * @return null if the entry is damaged, swapped, of another format, or under a key not held
   */
  public Credential open(String username, String cacheKey, String text) {
    if (text.length() > MAX_TEXT) {
      return null;
    }
    try {
      byte[] value = Base64.getUrlDecoder().decode(text);
      ByteBuffer header = ByteBuffer.wrap(value);
      if (header.get() != VERSION) {
        return null;
      }
      SecretKeys.Key key = keys.byIdBits(header.getLong());
      if (key == null) {
        return null;
      }
      int sealedAt = header.position() + NONCE_LENGTH;
      if (value.length < sealedAt + TAG_BITS / Byte.SIZE) {
        return null;
      }
      Cipher cipher = AES_GCM.get();
      cipher.init(
          Cipher.DECRYPT_MODE,
          key.cache(),
          new GCMParameterSpec(TAG_BITS, value, header.position(), NONCE_LENGTH));
      cipher.updateAAD(LABEL);
      cipher.updateAAD(cacheKey.getBytes(StandardCharsets.US_ASCII));
      ByteBuffer payload =
          ByteBuffer.wrap(cipher.doFinal(value, sealedAt, value.length - sealedAt));
      byte[] password = new byte[payload.get() & 0xff];
      payload.get(password);
      return new Credential(
          username,
          new String(password, StandardCharsets.US_ASCII),
          new Window(payload.getLong(), payload.getLong()),
          payload.getLong(),
          payload.getLong(),
          Fingerprint.read(payload));
    } catch (IllegalArgumentException
        | BufferUnderflowException
        | GeneralSecurityException unreadable) {
      return null;
    }
  }

  private static Cipher aesGcm() {
    try {
      return Cipher.getInstance("AES/GCM/NoPadding");
    } catch (GeneralSecurityException everyJavaHasIt) {
      throw new IllegalStateException(everyJavaHasIt);
    }
  }
}
