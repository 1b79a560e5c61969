package org.elastauth.session;

import org.elastauth.config.Settings;
import org.springframework.context.annotation.Lazy;
import org.springframework.stereotype.Component;

/**
 * Where sessions lie in Redis. Gateways of another provider or client have other names, and so,
 * even with the same Redis and secret key, other sessions.
 */
@Lazy
@Component("sessionNames")
public final class SessionNames {
  private static final int SCOPE_DIGITS = 16;

  private final String session;
  private final String sid;
  private final String subject;
  private final String nameless;

  public SessionNames(Settings settings) {
    String scope =
        SessionId.sha256(settings.oidc().issuer() + '\n' + settings.oidc().clientId())
            .substring(0, SCOPE_DIGITS);
    String prefix = settings.cache().keyPrefix();
    this.session = prefix + "session-" + scope + '-';
    this.sid = prefix + "sessions-sid-" + scope + '-';
    this.subject = prefix + "sessions-subject-" + scope + '-';
    this.nameless = prefix + "sessions-nameless-" + scope + '-';
  }

  public String session(String key) {
    return session + key;
  }

  /** The keys of those that belong to a session of the provider. */
  public String ofSid(String id) {
    return sid + SessionId.sha256(id);
  }

  /** The keys of all of a subject. */
  public String ofSubject(String id) {
    return subject + SessionId.sha256(id);
  }

  /** The keys of those of a subject of which the provider named no session. */
  public String namelessOf(String id) {
    return nameless + SessionId.sha256(id);
  }
}
