package org.elastauth.session;

/**
 * What is claimed. In memory each kind has room of its own, so that of none there can be so many
 * that another is forgotten: logins anybody may begin, and fail in, as often as he likes.
 */
public enum ClaimKind {
  /** The answer to a login. */
  LOGIN(50_000),

  /** A token whose signature is good. */
  TOKEN(100_000),

  /** The turn to renew a session, and the place in the line for it. */
  TURN(50_000);

  private final int places;

  ClaimKind(int places) {
    this.places = places;
  }

  /** How many a gateway remembers. */
  int places() {
    return places;
  }
}
