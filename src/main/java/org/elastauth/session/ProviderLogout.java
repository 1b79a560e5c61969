package org.elastauth.session;

/**
 * The provider's word that a login is over.
 *
 * @param sid its own session: those that belong to it end, and those of the subject that name none;
 *     empty: all of the subject end
 * @param subject empty if only the session is named
 * @param at epoch seconds; of a subject, later sessions are not meant
 */
public record ProviderLogout(String sid, String subject, long at) {
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
}
