package org.elastauth.server;

import java.time.Instant;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.support.DefaultExchange;
import org.elastauth.replay.Replay;
import org.elastauth.replay.ReplayKey;
import org.elastauth.replay.ReplayKind;
import org.elastauth.session.ProviderLogout;
import org.elastauth.session.RefreshLock;
import org.elastauth.session.Session;
import org.elastauth.session.SessionId;

/** Sessions and one-time tokens, by the routes and beans that the login uses. */
public final class SessionPort {
  private static final String STORE = "direct:session-{{elastauth.session.store}}-";
  private static final String SHARED = "direct:session-{{elastauth.session.shared}}-";

  private final TestGateway gateway;

  public SessionPort(TestGateway gateway) {
    this.gateway = gateway;
  }

  /** The session, or null. */
  public Session get(String key) {
    return (Session) gateway.call(STORE + "get", "?", Map.of("sessionKey", key));
  }

  public void put(String key, Session session) {
    gateway.call(SHARED + "put", session, Map.of("sessionKey", key));
  }

  /** Keeps it under a new key. */
  public String put(Session session) {
    String key = SessionId.random().key();
    put(key, session);
    return key;
  }

  public void delete(String key) {
    gateway.call(SHARED + "delete", null, Map.of("sessionKey", key));
  }

  /**
   * @param name of the claim by which the provider ends sessions: {@code sid} or {@code subject}
   */
  public void deleteAll(String name, String value) {
    deleteAllOf(name.equals("sid") ? value : "", name.equals("subject") ? value : "");
  }

  /** By a logout token that names both. */
  public void deleteAllOf(String sid, String subject) {
    gateway.call(
        SHARED + "delete-all", new ProviderLogout(sid, subject, ProviderLogout.NOW), Map.of());
  }

  /** Whether the caller may refresh the session's tokens. */
  public boolean refreshTurn(String key) {
    return await(gateway.bean(RefreshLock.class).acquire(key, exchange()));
  }

  /** Whether a token was not seen before. */
  public boolean once(String id, Instant until) {
    return use(id, until, ReplayKind.TOKEN);
  }

  /** Whether a login's state was not seen before. */
  public boolean onceAsLogin(String id, Instant until) {
    return use(id, until, ReplayKind.LOGIN);
  }

  private boolean use(String id, Instant until, ReplayKind kind) {
    return await(
        gateway
            .bean(Replay.class)
            .use(new ReplayKey(id, until.getEpochSecond(), kind), exchange()));
  }

  private Exchange exchange() {
    return new DefaultExchange(gateway.bean(CamelContext.class));
  }

  private static boolean await(CompletionStage<Boolean> answer) {
    try {
      return answer.toCompletableFuture().join();
    } catch (CompletionException failed) {
      throw failed.getCause() instanceof RuntimeException cause ? cause : failed;
    }
  }
}
