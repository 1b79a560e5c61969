package org.elastauth.replay;

import org.elastauth.config.HeapShare;

/** Each kind has its own bound in memory, so that a flood of logins evicts no used token. */
public enum ReplayKind {
  /**
   * The response to an authorization request. Only its browser could repeat it if it were evicted,
   * and the provider accepts its code once.
   */
  LOGIN(HeapShare.USED_LOGINS, 50_000),

  /** A token with a valid signature. */
  TOKEN(HeapShare.USED_TOKENS, 100_000),

  /** The lock to refresh a session, and a gateway's place in the queue for it. */
  LOCK(HeapShare.REFRESH_LOCKS, 50_000);

  private final HeapShare share;
  private final int most;

  ReplayKind(HeapShare share, int most) {
    this.share = share;
    this.most = most;
  }

  /** The bound in memory. */
  int limit() {
    return share.entries(most, HeapShare.KEY_BYTES);
  }
}
