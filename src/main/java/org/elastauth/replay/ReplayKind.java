package org.elastauth.replay;

/** Each kind has its own bound in memory, so that a flood of logins evicts no used token. */
public enum ReplayKind {
  /** The response to an authorization request. */
  LOGIN(50_000),

  /** A token with a valid signature. */
  TOKEN(100_000),

  /** The lock to refresh a session, and a gateway's place in the queue for it. */
  LOCK(50_000);

  private final int limit;

  ReplayKind(int limit) {
    this.limit = limit;
  }

  /** The bound in memory. */
  int limit() {
    return limit;
  }
}
