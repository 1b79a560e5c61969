package org.elastauth.oidc;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.elastauth.crypto.Sha256;

/** SHA-256 of a token, the key of caches. */
public record TokenHash(long first, long second, long third, long fourth) {
  public static TokenHash of(String token) {
    ByteBuffer hash =
        ByteBuffer.wrap(Sha256.digest().digest(token.getBytes(StandardCharsets.ISO_8859_1)));
    return new TokenHash(hash.getLong(), hash.getLong(), hash.getLong(), hash.getLong());
  }

  /** 64 hex digits. */
  @Override
  public String toString() {
    return String.format("%016x%016x%016x%016x", first, second, third, fourth);
  }
}
