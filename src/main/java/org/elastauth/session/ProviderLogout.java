package org.elastauth.session;

/**
 * The provider's notice that a login is over.
 *
 * @param sid the session at the provider: sessions that belong to it end, and those of the subject
 *     that name none; empty: all sessions of the subject end
 * @param subject empty if only the session is named
 * @param at epoch seconds; later sessions of the subject go on. {@link #NOW}: all end
 */
public record ProviderLogout(String sid, String subject, long at) {
  /** For a notice that has just arrived. */
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

  /** As it is remembered where it cannot be carried out yet. */
  ProviderLogout since(long now) {
    return new ProviderLogout(sid, subject, Math.min(at, now));
  }
}
