package org.elastauth.oidc;

import java.net.URI;
import java.time.Duration;

/**
 * Something to ask the provider.
 *
 * @param name of the answer, wherever it is kept
 * @param token in whose name it is asked; null: in nobody's
 * @param life how long an answer is good
 * @param known an answer that is there, and did not do; null: any will
 */
public record ProviderQuestion(
    Kind kind, String name, URI url, String token, Duration life, Object known) {

  /** What is asked for. */
  public enum Kind {
    DISCOVERY,
    KEYS,
    USERINFO
  }

  /** Whether this is the answer that did not do. */
  boolean isKnown(Object answer) {
    return answer == known;
  }

  /** Whether an answer that another gateway got does as well. */
  public boolean isShared() {
    return known == null;
  }

  /** Whether anybody can make it be asked, and of which the answer says nothing of others. */
  public boolean isOfOneToken() {
    return kind == Kind.USERINFO;
  }

  @Override
  public String toString() {
    return name;
  }
}
