package org.elastauth.crypto;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;

/**
 * Encrypts values for storage that others can read and write: base64url of {@code 01 ‖ key id (8) ‖
 * nonce (12) ‖ AES-256-GCM}. Each purpose has its own key. The name of the value is authenticated
 * data, so that a value moved to another name cannot be decrypted.
 */
public final class Envelope {
  private static final byte VERSION = 1;
  private static final int NONCE_LENGTH = 12;
  private static final int TAG_BITS = 128;
  private static final int MAX_TEXT = 64 * 1024;

  /** Bytes; larger content can be encrypted, but not decrypted. */
  public static final int LARGEST =
      MAX_TEXT / 4 * 3 - 1 - SecretKeys.KEY_ID_LENGTH - NONCE_LENGTH - TAG_BITS / Byte.SIZE;

  /** Cipher.getInstance takes half the time of a decryption. */
  private static final ThreadLocal<Cipher> AES_GCM = ThreadLocal.withInitial(Envelope::aesGcm);

  private record Key(long idBits, SecretKey aes) {}

  private final List<Key> keys;
  private final byte[] label;
  private final SecureRandom random = new SecureRandom();

  /**
   * @param purpose of the keys, such as {@code cache}
   */
  public Envelope(SecretKeys keys, String purpose) {
    this.keys = keys.keys().stream().map(key -> new Key(key.idBits(), key.aes(purpose))).toList();
    this.label = ("elastauth-" + purpose + "-v1\0").getBytes(StandardCharsets.US_ASCII);
  }

  /**
   * @param name ASCII
   */
  public String seal(String name, byte[] content) {
    byte[] nonce = new byte[NONCE_LENGTH];
    random.nextBytes(nonce);
    Key key = keys.get(0);
    try {
      Cipher cipher = AES_GCM.get();
      cipher.init(Cipher.ENCRYPT_MODE, key.aes, new GCMParameterSpec(TAG_BITS, nonce));
      cipher.updateAAD(label);
      cipher.updateAAD(name.getBytes(StandardCharsets.US_ASCII));
      byte[] sealed = cipher.doFinal(content);
      byte[] value =
          ByteBuffer.allocate(1 + SecretKeys.KEY_ID_LENGTH + NONCE_LENGTH + sealed.length)
              .put(VERSION)
              .putLong(key.idBits)
              .put(nonce)
              .put(sealed)
              .array();
      return Base64.getUrlEncoder().withoutPadding().encodeToString(value);
    } catch (GeneralSecurityException everyJavaHasIt) {
      throw new IllegalStateException(everyJavaHasIt);
    }
  }

  /**
   * @return null if it is damaged, moved, longer than 64 KiB, in another format, or encrypted with
   *     an unknown key
   */
  public byte[] open(String name, String text) {
    if (text.length() > MAX_TEXT) {
      return null;
    }
    try {
      byte[] value = Base64.getUrlDecoder().decode(text);
      ByteBuffer header = ByteBuffer.wrap(value);
      if (header.get() != VERSION) {
        return null;
      }
      SecretKey key = key(header.getLong());
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
          key,
          new GCMParameterSpec(TAG_BITS, value, header.position(), NONCE_LENGTH));
      cipher.updateAAD(label);
      cipher.updateAAD(name.getBytes(StandardCharsets.US_ASCII));
      return cipher.doFinal(value, sealedAt, value.length - sealedAt);
    } catch (IllegalArgumentException
        | BufferUnderflowException
        | GeneralSecurityException unreadable) {
      return null;
    }
  }

  /**
   * The same content, encrypted with the first key.
   *
   * @return the text itself if it is encrypted with the first key; null if it cannot be decrypted
   */
  public String rotated(String name, String text) {
    byte[] content = open(name, text);
    if (content == null) {
      return null;
    }
    ByteBuffer header = ByteBuffer.wrap(Base64.getUrlDecoder().decode(text));
    return header.getLong(1) == keys.get(0).idBits ? text : seal(name, content);
  }

  private SecretKey key(long idBits) {
    for (Key key : keys) {
      if (key.idBits == idBits) {
        return key.aes;
      }
    }
    return null;
  }

  private static Cipher aesGcm() {
    try {
      return Cipher.getInstance("AES/GCM/NoPadding");
    } catch (GeneralSecurityException everyJavaHasIt) {
      throw new IllegalStateException(everyJavaHasIt);
    }
  }
}
