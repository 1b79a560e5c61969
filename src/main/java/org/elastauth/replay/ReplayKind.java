package org.elastauth.replay;

/**
 * What may be used once. Each kind has its own bound in memory, so that a flood of logins, which
 * anybody can start, evicts no used token.
 */
public enum ReplayKind {
  /** The response to an authorization request. */
  LOGIN(50_000),

  /** A token with a valid signature. */
  TOKEN(100_000),

  /** The lock to refresh a session, and the local place in line for it. */
  LOCK(50_000);

  private final int limit;

  ReplayKind(int limit) {
    this.limit = limit;
  }

  /** How many a gateway keeps in memory. */
  int limit() {
    return limit;
  }
}
