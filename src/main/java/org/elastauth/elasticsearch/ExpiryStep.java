package org.elastauth.elasticsearch;

import java.util.Map;

/**
 * What is to be done about one user whose window has ended.
 *
 * @param document the body of the write; empty where there is none
 * @param readAt when the user was read that this was concluded from
 */
public record ExpiryStep(Act act, String username, Map<String, Object> document, long readAt) {

  /** Kinds of step. */
  public enum Act {
    NOTHING,
    DISABLE,
    /** Take that back: a login came in between. */
    ENABLE,
    DELETE
  }

  @Override
  public String toString() {
    return "ExpiryStep[" + act + ", " + username + "]";
  }
}
