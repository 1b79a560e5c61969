package org.elastauth.replay;

/**
 * Identifies a token or response that may be used once.
 *
 * @param id for example issuer and {@code jti}; of any length, because only its hash is stored
 * @param until epoch seconds, when it expires anyway
 */
public record ReplayKey(String id, long until, ReplayKind kind) {
  /** Without the id, which may be a token. */
  @Override
  public String toString() {
    return "ReplayKey[" + kind + ", " + until + "]";
  }
}
