package org.elastauth.session;

import org.elastauth.crypto.Sha256;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Lazy;
import org.springframework.stereotype.Component;

/**
 * The Redis keys of sessions and their indexes. They contain a hash of provider and client:
 * gateways that differ in them share no sessions, even with the same Redis and secret key.
 */
@Lazy
@Component
public final class SessionRedisKeys {
  private static final int SCOPE_DIGITS = 16;

  private final String session;
  private final String sid;
  private final String subject;
  private final String nameless;

  public SessionRedisKeys(
      @Value("${elastauth.oidc.issuer}") String issuer,
      @Value("${elastauth.oidc.client_id}") String clientId,
      @Value("${elastauth.cache.key_prefix}") String prefix) {
    String scope = Sha256.hex(issuer + '\n' + clientId).substring(0, SCOPE_DIGITS);
    this.session = prefix + "session-" + scope + '-';
    this.sid = prefix + "sessions-sid-" + scope + '-';
    this.subject = prefix + "sessions-subject-" + scope + '-';
    this.nameless = prefix + "sessions-nameless-" + scope + '-';
  }

  public String session(String key) {
    return session + key;
  }

  /** The index of the sessions of a session at the provider. */
  public String ofSid(String id) {
    return sid + Sha256.hex(id);
  }

  /** The index of all sessions of a subject. */
  public String ofSubject(String id) {
    return subject + Sha256.hex(id);
  }

  /** The index of a subject's sessions without a {@code sid}. */
  public String namelessOf(String id) {
    return nameless + Sha256.hex(id);
  }
}
