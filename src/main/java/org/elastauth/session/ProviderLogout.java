package org.elastauth.session;

/**
 * A logout at the provider.
 *
 * @param sid the provider's session. Its sessions end, and those of the subject without a {@code
 *     sid}. Empty: all sessions of the subject end
 * @param subject may be empty
 * @param at epoch seconds; sessions of the subject that began later continue. {@link #NOW}: all end
 */
public record ProviderLogout(String sid, String subject, long at) {
  /** For a logout that has just arrived. */
  public static final long NOW = Long.MAX_VALUE;

  public ProviderLogout {
    sid = sid == null ? "" : sid;
    subject = subject == null ? "" : subject;
  }

  boolean ends(Session session) {
    if (!sid.isEmpty() && !session.sid().isEmpty()) {
      return session.sid().equals(sid);
    }
    return !subject.isEmpty() && session.subject().equals(subject) && session.createdAt() <= at;
  }

  /** The same logout, to be carried out later. */
  ProviderLogout since(long now) {
    return new ProviderLogout(sid, subject, Math.min(at, now));
  }
}
