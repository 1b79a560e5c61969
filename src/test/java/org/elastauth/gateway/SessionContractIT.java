package org.elastauth.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.elastauth.identity.Identity;
import org.elastauth.server.RedisServer;
import org.elastauth.server.Servers;
import org.elastauth.server.SessionPort;
import org.elastauth.server.TestGateway;
import org.elastauth.session.Session;
import org.elastauth.session.SessionId;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What every store of sessions and one-time tokens does, by the routes that the login calls. */
@ExtendWith(Servers.class)
class SessionContractIT {
  private final RedisServer redis;
  private final String subject = UUID.randomUUID().toString();
  private final String sid = UUID.randomUUID().toString();
  private TestGateway gateway;
  private SessionPort sessions;

  SessionContractIT(RedisServer redis) {
    this.redis = redis;
  }

  private void start(String store) {
    TestGateway.Builder settings =
        TestGateway.builder()
            .set("elasticsearch.dry_run", true)
            .set("session.enabled", true)
            .set("replay.enabled", true)
            .set("session.store", store);
    gateway = store.equals("memory") ? settings.borrow() : settings.with(redis).borrow();
    sessions = new SessionPort(gateway);
  }

  @AfterEach
  void giveBack() {
    gateway.close();
  }

  private Session session(String sid, String refreshToken) {
    long now = Instant.now().getEpochSecond();
    return new Session(
        new Identity("john.doe", "john@example.org", "John Doe", List.of("platform"), now),
        subject,
        sid,
        "id.token",
        "access.token",
        refreshToken,
        now + 300,
        now,
        now + 3_600);
  }

  @ParameterizedTest
  @ValueSource(strings = {"memory", "redis", "hybrid"})
  void aSessionIsFoundReplacedAndDeletedForGood(String store) {
    start(store);
    assertThat(sessions.get(SessionId.random().key())).as("unknown").isNull();
    Session session = session(sid, "first");
    String key = sessions.put(session);
    assertThat(sessions.get(key)).isEqualTo(session);
    Session refreshed = session(sid, "second");
    sessions.put(key, refreshed);
    assertThat(sessions.get(key)).isEqualTo(refreshed);
    sessions.delete(key);
    assertThat(sessions.get(key)).isNull();
    sessions.put(key, session);
    assertThat(sessions.get(key)).as("a refresh that was under way").isNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"memory", "redis", "hybrid"})
  void theProviderEndsOneSessionOrAllOfASubject(String store) {
    start(store);
    String first = sessions.put(session(sid, "a"));
    String second = sessions.put(session(sid + "2", "b"));
    sessions.deleteAll("sid", sid);
    assertThat(sessions.get(first)).isNull();
    assertThat(sessions.get(second)).isNotNull();
    sessions.deleteAll("subject", "another");
    assertThat(sessions.get(second)).isNotNull();
    sessions.deleteAll("subject", subject);
    assertThat(sessions.get(second)).isNull();
  }

  /**
   * A client that discards its cookie gets another session with each login: they must not fill this
   * memory. Redis has its own bound.
   */
  @ParameterizedTest
  @ValueSource(strings = {"memory", "redis"})
  void onlyInMemoryASubjectHasFiftySessions(String store) {
    start(store);
    long now = Instant.now().getEpochSecond();
    List<String> keys =
        IntStream.range(0, 52).mapToObj(age -> sessions.put(startedAt(now - 60 + age))).toList();
    assertThat(keys)
        .filteredOn(key -> sessions.get(key) == null)
        .isEqualTo(store.equals("memory") ? keys.subList(0, 2) : List.of());
  }

  private Session startedAt(long start) {
    Session now = session(sid, "refresh");
    return new Session(
        now.identity(),
        subject,
        sid,
        now.idToken(),
        now.accessToken(),
        now.refreshToken(),
        now.accessExpires(),
        start,
        start + 3_600);
  }

  @ParameterizedTest
  @ValueSource(strings = {"memory", "redis", "hybrid"})
  void oneRequestRefreshesAndATokenIsAcceptedOnce(String store) {
    start(store);
    String key = SessionId.random().key();
    assertThat(sessions.refreshTurn(key)).isTrue();
    assertThat(sessions.refreshTurn(key)).isFalse();
    Instant until = Instant.now().plusSeconds(60);
    assertThat(sessions.once(key, until)).isTrue();
    assertThat(sessions.once(key, until)).isFalse();
    assertThat(sessions.once(key + "x", until)).isTrue();
  }
}
