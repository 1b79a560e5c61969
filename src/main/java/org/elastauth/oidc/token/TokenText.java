package org.elastauth.oidc.token;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A token as the key of a map. SHA-256 of a token costs ten times as much. The time of a comparison
 * does not depend on where two tokens of the same length and hash differ. {@code
 * MessageDigest.isEqual} takes 0.4 to 0.7 µs for a token, which is 4 % of a request.
 */
final class TokenText {
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());

  private final byte[] bytes;
  private final int hash;

  /**
   * @param token of the characters of HTTP headers, which are all in ISO 8859-1
   */
  TokenText(String token) {
    this.bytes = token.getBytes(StandardCharsets.ISO_8859_1);
    this.hash = Arrays.hashCode(bytes);
  }

  int length() {
    return bytes.length;
  }

  @Override
  public int hashCode() {
    return hash;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof TokenText token
        && hash == token.hash
        && bytes.length == token.bytes.length
        && differences(bytes, token.bytes) == 0;
  }

  private static long differences(byte[] one, byte[] other) {
    long differences = 0;
    int i = 0;
    for (; i <= one.length - Long.BYTES; i += Long.BYTES) {
      differences |= (long) LONGS.get(one, i) ^ (long) LONGS.get(other, i);
    }
    for (; i < one.length; i++) {
      differences |= one[i] ^ other[i];
    }
    return differences;
  }

  /** Without the token, which is a secret. */
  @Override
  public String toString() {
    return "TokenText";
  }
}
