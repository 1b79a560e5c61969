package org.elastauth.crypto;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;

/** A cache entry of any size that is good in every other respect. */
public final class PaddedEntry {
  private static final int HEAD = 1 + SecretKeys.KEY_ID_LENGTH;
  private static final int NONCE = 12;

  private PaddedEntry() {}

  /**
   * @param secret the 64 hex digits that the entry was sealed with
   * @param entry as it lies in the cache
   * @param length how long the text shall be, at least; a little more as base64 goes by threes
   */
  public static String of(String secret, String cacheKey, String entry, int length) {
    byte[] value = Base64.getUrlDecoder().decode(entry);
    try {
      byte[] payload =
          cipher(Cipher.DECRYPT_MODE, secret, cacheKey, value)
              .doFinal(value, HEAD + NONCE, value.length - HEAD - NONCE);
      int more = (length + 3) / 4 * 3 - value.length;
      byte[] head = Arrays.copyOf(value, HEAD + NONCE);
      head[HEAD] ^= 1; // no nonce twice
      byte[] sealed =
          cipher(Cipher.ENCRYPT_MODE, secret, cacheKey, head)
              .doFinal(Arrays.copyOf(payload, payload.length + more));
      return Base64.getUrlEncoder()
          .withoutPadding()
          .encodeToString(
              ByteBuffer.allocate(head.length + sealed.length).put(head).put(sealed).array());
    } catch (GeneralSecurityException notOurs) {
      throw new IllegalArgumentException(notOurs);
    }
  }

  private static Cipher cipher(int mode, String secret, String cacheKey, byte[] value)
      throws GeneralSecurityException {
    Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
    cipher.init(
        mode,
        new SecretKeys(List.of(secret), "").keys().get(0).aes("cache"),
        new GCMParameterSpec(128, value, HEAD, NONCE));
    cipher.updateAAD("elastauth-cache-v1\0".getBytes(StandardCharsets.US_ASCII));
    cipher.updateAAD(cacheKey.getBytes(StandardCharsets.US_ASCII));
    return cipher;
  }
}
