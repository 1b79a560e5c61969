package org.elastauth.credential;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.elastauth.crypto.Envelope;
import org.elastauth.crypto.SecretKeys;
import org.springframework.stereotype.Component;

/**
 * Encrypts credentials for the cache, bound to their cache key, so that an entry moved to another
 * key cannot be decrypted. Content: length of the password (1), password, issued (8), until (8),
 * generation (8), asOf (8), fingerprint (32).
 */
@Component("sealedCredentials")
public final class SealedCredentials {
  private final Envelope envelope;

  public SealedCredentials(SecretKeys keys) {
    this.envelope = new Envelope(keys, "cache");
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
    return envelope.seal(cacheKey, payload.array());
  }

  /**
   * @return null if the entry is damaged, moved, in another format, or encrypted with an unknown
   *     key
   */
  public Credential open(String username, String cacheKey, String text) {
    byte[] content = envelope.open(cacheKey, text);
    if (content == null) {
      return null;
    }
    try {
      ByteBuffer payload = ByteBuffer.wrap(content);
      byte[] password = new byte[payload.get() & 0xff];
      payload.get(password);
      return new Credential(
          username,
          new String(password, StandardCharsets.US_ASCII),
          new Window(payload.getLong(), payload.getLong()),
          payload.getLong(),
          payload.getLong(),
          Fingerprint.read(payload));
    } catch (BufferUnderflowException unreadable) {
      return null;
    }
  }
}
