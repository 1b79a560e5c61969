package org.elastauth.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.elastauth.http.HttpError;
import org.elastauth.identity.Identity;
import org.elastauth.server.ProviderDouble;
import org.elastauth.server.RedisCluster;
import org.elastauth.server.RedisServer;
import org.elastauth.server.Servers;
import org.elastauth.server.SessionPort;
import org.elastauth.server.TestGateway;
import org.elastauth.server.TestGateway.SetClock;
import org.elastauth.session.PendingSessionWrites;
import org.elastauth.session.Session;
import org.elastauth.session.SessionId;
import org.elastauth.session.SessionMemory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** SPEC 6: sessions and one-time tokens, by the routes that the login calls. */
@ExtendWith({Servers.class, OutputCaptureExtension.class})
@Timeout(120)
class SessionIT {
  private static final Duration MAX_AGE = Duration.ofHours(24);
  private static final List<String> SECRETS =
      List.of("id.token", "access.token", "refresh.token", "john.doe", "platform", "sub-1");

  /** Two that share, the first with no more rights than those of the seed. */
  private static TestGateway narrow;

  private static TestGateway other;

  private final RedisServer redis;

  SessionIT(RedisServer redis) {
    this.redis = redis;
  }

  @BeforeAll
  static void start(RedisServer redis) {
    redis.acl("narrow", "resetchannels");
    narrow =
        gateway().with(redis).set("redis.username", "narrow").set("redis.password", "pw").start();
    other = gateway().with(redis).start();
  }

  @AfterAll
  static void stop() {
    narrow.close();
    other.close();
  }

  @BeforeEach
  void empty() {
    redis.flush();
  }

  private static TestGateway.Builder gateway() {
    return TestGateway.builder()
        .set("elasticsearch.dry_run", true)
        .set("session.enabled", true)
        .set("replay.enabled", true)
        .set("redis.health_check.interval", "1s")
        .set("redis.read_timeout", "500ms")
        .set("redis.circuit_breaker.timeout", "1s");
  }

  private TestGateway.Builder shared() {
    return gateway().with(redis);
  }

  private static Session session(String subject, String sid) {
    return session(subject, sid, Instant.now());
  }

  private static Session session(String subject, String sid, Instant created) {
    long now = created.getEpochSecond();
    return new Session(
        new Identity("john.doe", "john@example.org", "John Doe", List.of("a, b", "platform"), now),
        subject,
        sid,
        "id.token",
        "access.token",
        "refresh.token",
        now + 300,
        now,
        now + MAX_AGE.toSeconds());
  }

  private static Session renewed(Session old) {
    return new Session(
        old.identity(),
        old.subject(),
        old.sid(),
        "id.token",
        "access.token",
        "a second refresh.token",
        old.accessExpires() + 300,
        old.createdAt(),
        old.expiresAt());
  }

  private static Session get(TestGateway gateway, String key) {
    return new SessionPort(gateway).get(key);
  }

  private static void put(TestGateway gateway, String key, Session session) {
    new SessionPort(gateway).put(key, session);
  }

  private static String put(TestGateway gateway, Session session) {
    return new SessionPort(gateway).put(session);
  }

  private static void delete(TestGateway gateway, String key) {
    new SessionPort(gateway).delete(key);
  }

  private static void deleteAll(TestGateway gateway, String name, String value) {
    new SessionPort(gateway).deleteAll(name, value);
  }

  private static void deleteAllOf(TestGateway gateway, String sid, String subject) {
    new SessionPort(gateway).deleteAllOf(sid, subject);
  }

  private static boolean turn(TestGateway gateway, String key) {
    return new SessionPort(gateway).refreshTurn(key);
  }

  private static boolean once(TestGateway gateway, String id, Instant until) {
    return new SessionPort(gateway).once(id, until);
  }

  private static String breaker(TestGateway gateway) {
    return gateway.health().path("cache").path("circuit_breaker").path("state").asText();
  }

  private static void awaitRedis(TestGateway gateway) {
    Awaitility.await("Redis is used again")
        .atMost(Duration.ofSeconds(30))
        .until(() -> gateway.health().path("status").asText().equals("healthy"));
  }

  /** Where the gateways of these tests keep it. */
  private String hash(String key) {
    return redis.admin().keys("elastauth-session-*" + key).stream()
        .findFirst()
        .orElseGet(() -> "elastauth-session-" + key);
  }

  @Test
  void aSessionIdIsRandomAndGoesByItsHash() {
    SessionId id = SessionId.random();
    assertThat(id.cookie()).matches("[A-Za-z0-9_-]{43}").isNotEqualTo(SessionId.random().cookie());
    assertThat(id.key()).matches("[0-9a-f]{64}").isEqualTo(SessionId.of(id.cookie()).key());
    assertThat(id.toString()).doesNotContain(id.cookie());
    assertThat(SessionId.of(id.cookie() + "x")).isNull();
    assertThat(SessionId.of("../" + id.cookie().substring(3))).isNull();
  }

  @Test
  void inMemoryItLivesUntilItEnds() {
    SetClock clock = new SetClock(Instant.parse("2026-01-15T10:30:00Z"));
    try (TestGateway gateway = gateway().clock(clock).start()) {
      Session session = session("sub-1", "sid-1", clock.instant());
      String key = put(gateway, session);
      assertThat(get(gateway, key)).isEqualTo(session);
      assertThat(get(gateway, SessionId.random().key())).isNull();
      assertThat(turn(gateway, key)).isTrue();
      assertThat(turn(gateway, key)).isFalse();
      clock.advance(Duration.ofSeconds(37));
      assertThat(turn(gateway, key)).isTrue();
      put(gateway, key, renewed(session));
      assertThat(get(gateway, key)).isEqualTo(renewed(session));
      clock.advance(MAX_AGE.minusSeconds(38));
      assertThat(get(gateway, key)).as("a second before its end").isNotNull();
      clock.advance(Duration.ofSeconds(1));
      assertThat(get(gateway, key)).as("its end").isNull();
      assertThat(gateway.health().path("redis").path("features").path("session").asBoolean())
          .isFalse();
    }
  }

  @Test
  void gatewaysShareItAndNothingInRedisCanBeRead(CapturedOutput output) {
    SessionId id = SessionId.random();
    Session session = session("sub-1", "sid-1");
    put(narrow, id.key(), session);
    assertThat(get(other, id.key())).isEqualTo(session);
    assertThat(get(other, SessionId.random().key())).isNull();

    String hash = hash(id.key());
    assertThat(redis.admin().keys("*"))
        .hasSize(3)
        .contains(hash)
        .allMatch(name -> redis.admin().pttl(name) > MAX_AGE.minusMinutes(1).toMillis())
        .allMatch(name -> SECRETS.stream().noneMatch(name::contains))
        .noneMatch(name -> name.contains(id.cookie()));
    String stored =
        redis.admin().hgetall(hash)
            + redis.admin().keys("*sessions-*").stream()
                .map(name -> redis.admin().zrange(name, 0, -1).toString())
                .toList()
                .toString();
    assertThat(stored).contains(id.key()).doesNotContain(SECRETS).doesNotContain(id.cookie());
    for (String sealed : redis.admin().hvals(hash)) {
      assertThat(new String(Base64.getUrlDecoder().decode(sealed), StandardCharsets.ISO_8859_1))
          .doesNotContain(SECRETS);
    }

    delete(other, id.key());
    assertThat(get(other, id.key())).isNull();
    assertThat(get(narrow, id.key())).isNull();
    put(narrow, id.key(), renewed(session));
    assertThat(get(narrow, id.key())).as("renewed as it was ended elsewhere").isNull();
    assertThat(get(other, id.key())).isNull();
    assertThat(redis.admin().keys("*")).noneMatch(name -> redis.admin().pttl(name) < 0);
    assertThat(narrow.health().path("redis").path("features").path("session").asBoolean()).isTrue();
    assertThat(narrow.health().path("redis").path("features").path("replay").asBoolean()).isTrue();
    assertThat(output).doesNotContain(id.cookie(), id.key());
  }

  @Test
  void hybridGatewaysTellEachOther() {
    // no answer of Redis may be too late on a machine under load
    TestGateway.Builder hybrid =
        shared().set("session.store", "hybrid").set("redis.read_timeout", "10s");
    try (TestGateway one = hybrid.start();
        TestGateway two = hybrid.start()) {
      awaitListeners(3);
      Session session = session("sub-1", "sid-1");
      String deleted = put(one, session);
      String ended = put(one, session);
      for (String key : List.of(deleted, ended)) {
        assertThat(get(two, key)).isEqualTo(session);
      }
      delete(one, deleted);
      deleteAll(one, "subject", "sub-1");
      // in less than the 10 s after which it would read them again
      Awaitility.await("heard")
          .atMost(Duration.ofSeconds(8))
          .until(() -> get(two, deleted) == null && get(two, ended) == null);
      assertThat(get(one, ended)).isNull();
    }
  }

  private void awaitListeners(long number) {
    Awaitility.await(number + " gateways listen")
        .atMost(Duration.ofSeconds(20))
        .until(
            () ->
                redis.admin().pubsubNumsub("elastauth-revoked").get("elastauth-revoked") == number);
  }

  /** Without the channel, a gateway that keeps it in memory too reads it again after 10 s. */
  @Test
  void hybridAsksRedisOncePerTenSeconds() {
    SetClock clock = new SetClock(Instant.now());
    try (TestGateway gateway =
        shared()
            .set("redis.username", "narrow")
            .set("redis.password", "pw")
            .set("cache.type", "hybrid")
            .clock(clock)
            .start()) {
      String key = put(other, session("sub-1", ""));
      long before = redis.calls("hmget");
      for (int i = 0; i < 20; i++) {
        assertThat(get(gateway, key)).isNotNull();
      }
      assertThat(redis.calls("hmget") - before).isEqualTo(1);
      delete(other, key);
      clock.advance(Duration.ofSeconds(11));
      assertThat(get(gateway, key)).isNull();
    }
  }

  @Test
  void storeRedisCostsOneRoundTrip() {
    String key = put(narrow, session("sub-1", "sid-1"));
    long hmget = redis.calls("hmget");
    long all = redis.commands();
    for (int i = 0; i < 50; i++) {
      assertThat(get(narrow, key)).isNotNull();
    }
    assertThat(redis.calls("hmget") - hmget).isEqualTo(50);
    // beside it the looks at Redis, and these questions
    assertThat(redis.commands() - all).isLessThan(100);
  }

  @Test
  void whatDoesNotBelongThereIsNoSession() {
    String key = put(narrow, session("sub-1", "sid-1"));
    String hash = hash(key);
    Map<String, String> sealed = redis.admin().hgetall(hash);
    assertThat(sealed).containsOnlyKeys("identity", "tokens");

    put(narrow, key, renewed(session("sub-1", "sid-1")));
    redis.admin().hset(hash, "identity", sealed.get("identity"));
    assertThat(get(narrow, key)).as("an old field beside a new one").isNull();
    redis.admin().hset(hash, sealed);
    assertThat(get(narrow, key)).isNotNull();

    String other = SessionId.random().key();
    redis.admin().hset(hash.replace(key, other), sealed);
    assertThat(get(narrow, other)).as("another one's").isNull();
    redis.admin().hset(hash, Map.of("identity", sealed.get("tokens")));
    assertThat(get(narrow, key)).as("another field's").isNull();
    for (String foreign :
        List.of("", "{}", sealed.get("identity").replaceFirst(".$", "?"), "x".repeat(200_000))) {
      redis.admin().hset(hash, "identity", foreign);
      assertThat(get(narrow, key)).isNull();
    }
    for (String name : redis.admin().keys("*")) {
      redis.admin().del(name);
      redis.admin().set(name, "a string");
    }
    assertThat(get(narrow, key)).as("another type").isNull();
    put(narrow, key, session("sub-1", "sid-1"));
    assertThat(get(narrow, key)).as("written over it").isNotNull();
    redis.admin().set(hash, "a string");
    delete(narrow, key);
    assertThat(redis.admin().exists(hash)).isZero();
    assertThat(breaker(narrow)).isEqualTo("closed");
  }

  /** Its end is sealed too: who prolongs it in Redis wins nothing. */
  @Test
  void itEndsWhateverRedisSays() {
    SetClock clock = new SetClock(Instant.now());
    try (TestGateway gateway = shared().clock(clock).start()) {
      String key = put(gateway, session("sub-1", "sid-1", clock.instant()));
      redis.admin().persist(hash(key));
      clock.advance(MAX_AGE.minusSeconds(1));
      assertThat(get(gateway, key)).isNotNull();
      clock.advance(Duration.ofSeconds(1));
      assertThat(get(gateway, key)).isNull();
    }
  }

  @ParameterizedTest
  @CsvSource({"sid, sid-1, 1", "subject, sub-1, 2"})
  void theProviderEndsOneSessionOrAllOfASubject(String by, String which, int ended) {
    try (TestGateway alone = gateway().borrow()) {
      assertProviderEnds(alone, alone, by, which, ended);
    }
    assertProviderEnds(narrow, other, by, which, ended);
    empty(); // a logout holds for what is written late, too
    assertProviderEnds(other, narrow, by, which, ended);
  }

  private static void assertProviderEnds(
      TestGateway one, TestGateway two, String by, String which, int ended) {
    String first = put(one, session("sub-1", "sid-1"));
    String same = put(two, session("sub-1", "sid-1"));
    String elsewhere = put(two, session("sub-1", "sid-2"));
    String foreign = put(one, session("sub-2", "sid-3"));
    assertThat(get(two, first)).isNotNull();
    deleteAll(one, by, which);
    for (TestGateway gateway : List.of(one, two)) {
      assertThat(get(gateway, first)).isNull();
      assertThat(get(gateway, same)).isNull();
      assertThat(get(gateway, elsewhere) == null).isEqualTo(ended == 2);
      assertThat(get(gateway, foreign)).isNotNull();
    }
    deleteAll(one, "subject", "nobody");
    deleteAll(one, "sid", "nothing");
    assertThat(get(two, foreign)).isNotNull();
  }

  @Test
  void ofManyLoginsAllEnd() {
    List<String> keys = new ArrayList<>();
    for (int i = 0; i < 600; i++) {
      keys.add(put(narrow, session("sub-1", "sid-" + i)));
    }
    deleteAll(narrow, "subject", "sub-1");
    assertThat(keys).allMatch(key -> get(narrow, key) == null);
    assertThat(keys).allMatch(key -> List.of("ended").equals(redis.admin().hkeys(hash(key))));
  }

  /** How many of 50 threads on two gateways were told that they are the first. */
  private static long winners(TestGateway one, TestGateway other, Asking asking) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(50);
    try {
      List<Callable<Boolean>> tasks = new ArrayList<>();
      for (int i = 0; i < 50; i++) {
        TestGateway asked = i % 2 == 0 ? one : other;
        tasks.add(() -> asking.isFirst(asked));
      }
      long first = 0;
      for (Future<Boolean> answer : threads.invokeAll(tasks)) {
        first += answer.get() ? 1 : 0;
      }
      return first;
    } finally {
      threads.shutdownNow();
    }
  }

  private interface Asking {
    boolean isFirst(TestGateway gateway);
  }

  @Test
  void ofAllThatAskOneHasTheTurnAndOneTokenIsGoodOnce() throws Exception {
    Instant until = Instant.now().plusSeconds(120);
    for (int round = 0; round < 10; round++) {
      String key = SessionId.random().key();
      assertThat(winners(narrow, other, gateway -> turn(gateway, key))).isEqualTo(1);
      String token = "https://provider|" + key;
      assertThat(winners(narrow, other, gateway -> once(gateway, token, until))).isEqualTo(1);
    }
    assertThat(redis.admin().keys("elastauth-refresh-*"))
        .hasSize(10)
        .allMatch(name -> redis.admin().pttl(name) <= 36_000 && redis.admin().pttl(name) > 0);
    assertThat(redis.admin().keys("elastauth-replay-*"))
        .hasSize(10)
        .allMatch(name -> name.matches("elastauth-replay-[0-9a-f]{64}"))
        .allMatch(name -> redis.admin().pttl(name) <= 120_000 && redis.admin().pttl(name) > 0);
    assertThat(once(narrow, "over", Instant.now().minusSeconds(60))).isTrue();
    assertThat(once(other, "forever", Instant.ofEpochSecond(Long.MAX_VALUE >> 20))).isTrue();
    assertThat(once(narrow, "forever", Instant.ofEpochSecond(Long.MAX_VALUE >> 20))).isFalse();
  }

  @Test
  void aRightThatIsMissingIsNamed(CapturedOutput output) {
    redis.acl("poor", "resetchannels", "-hset", "-hmget", "-zadd", "-set");
    shared().set("redis.username", "narrow").set("redis.password", "pw").start().close();
    assertThat(output).contains("Using Redis session backend").doesNotContain("lacks a right");
    shared().set("redis.username", "poor").set("redis.password", "pw").start().close();
    assertThat(output).contains("sessions needs").contains("missing=\"+hmget +hset +zadd\"");
    assertThat(output).contains("replay detection needs");
  }

  @Test
  void whileRedisIsAwayMemoryServesAndAfterwardsRedisKnows() {
    try (RedisServer server = RedisServer.start("--appendonly", "no");
        TestGateway gateway = gateway().with(server).start();
        TestGateway other = gateway().with(server).start()) {
      Session session = session("sub-1", "sid-1");
      String kept = put(gateway, session);
      String renewed = put(gateway, session);
      String ended = put(gateway, session);
      String loggedOut = put(gateway, session("sub-2", "sid-2"));
      String seen = "https://provider|jti";
      Instant until = Instant.now().plusSeconds(600);
      assertThat(once(gateway, seen, until)).isTrue();

      server.freeze();
      assertThat(get(gateway, kept)).isEqualTo(session);
      put(gateway, renewed, renewed(session));
      assertThat(get(gateway, renewed)).isEqualTo(renewed(session));
      delete(gateway, ended);
      assertThat(get(gateway, ended)).isNull();
      deleteAll(gateway, "sid", "sid-2");
      assertThat(get(gateway, loggedOut)).isNull();
      String fresh = put(gateway, session);
      assertThat(get(gateway, fresh)).isEqualTo(session);
      assertThat(turn(gateway, kept)).isTrue();
      assertThat(turn(gateway, kept)).isFalse();
      assertThat(once(gateway, seen, until)).as("seen before").isFalse();
      assertThat(once(gateway, seen + 2, until)).isTrue();
      assertThat(once(gateway, seen + 2, until)).isFalse();

      server.resume();
      awaitRedis(gateway);
      awaitRedis(other);
      Awaitility.await("Redis knows what was done meanwhile")
          .atMost(Duration.ofSeconds(20))
          .untilAsserted(
              () -> {
                assertThat(get(other, kept)).isEqualTo(session);
                assertThat(get(other, renewed)).isEqualTo(renewed(session));
                assertThat(get(other, fresh)).isEqualTo(session);
                assertThat(get(other, ended)).isNull();
                assertThat(get(other, loggedOut)).isNull();
              });
      assertThat(get(gateway, renewed)).isEqualTo(renewed(session));
      assertThat(get(gateway, ended)).isNull();
    }
  }

  /** What became of it meanwhile is known to one gateway, and what was done to it to another. */
  @Test
  void aSessionThatBeganInAnOutageStaysEndedWhoeverTellsRedisFirst() {
    try (RedisServer server = RedisServer.start();
        TestGateway slow = gateway().with(server).set("redis.health_check.interval", "5m").start();
        TestGateway fast = gateway().with(server).start()) {
      server.kill();
      String ended = put(slow, session("sub-1", "sid-1"));
      String bySid = put(slow, session("sub-2", "sid-2"));
      String bySubject = put(slow, session("sub-3", ""));
      String kept = put(slow, session("sub-4", "sid-4"));
      assertThat(get(slow, ended)).isNotNull();
      delete(fast, ended);
      deleteAllOf(fast, "sid-2", "sub-2");
      deleteAllOf(fast, "", "sub-3");
      server.restart();
      PendingSessionWrites unsettled = fast.bean(PendingSessionWrites.class);
      Awaitility.await("the one has told Redis")
          .atMost(Duration.ofSeconds(30))
          .until(() -> unsettled.keys().isEmpty() && unsettled.logouts().isEmpty());
      assertThat(slow.bean(PendingSessionWrites.class).keys()).hasSize(4);

      Awaitility.await("the other has, too")
          .atMost(Duration.ofSeconds(30))
          .until(
              () -> {
                List.of(ended, bySid, bySubject, kept).forEach(key -> get(slow, key));
                return slow.bean(PendingSessionWrites.class).keys().isEmpty();
              });
      for (TestGateway gateway : List.of(slow, fast)) {
        assertThat(get(gateway, kept)).isNotNull();
        for (String key : List.of(ended, bySid, bySubject)) {
          assertThat(get(gateway, key)).isNull();
        }
      }
    }
  }

  /** Who logs in again after a logout in the same outage need not do so once more. */
  @Test
  void aLogoutEndsNoLaterSession() {
    SetClock clock = new SetClock(Instant.now());
    try (RedisServer server = RedisServer.start();
        TestGateway slow =
            gateway().with(server).set("redis.health_check.interval", "5m").clock(clock).start();
        TestGateway fast = gateway().with(server).clock(clock).start()) {
      server.kill();
      String before = put(slow, session("sub-1", "", clock.instant()));
      deleteAll(fast, "subject", "sub-1");
      clock.advance(Duration.ofMinutes(1));
      String after = put(slow, session("sub-1", "", clock.instant()));
      String here = put(fast, session("sub-1", "", clock.instant()));
      server.restart();
      PendingSessionWrites unsettled = fast.bean(PendingSessionWrites.class);
      Awaitility.await("the one has told Redis")
          .atMost(Duration.ofSeconds(30))
          .until(() -> unsettled.keys().isEmpty() && unsettled.logouts().isEmpty());
      Awaitility.await("the other has, too")
          .atMost(Duration.ofSeconds(30))
          .until(
              () -> {
                List.of(before, after).forEach(key -> get(slow, key));
                return slow.bean(PendingSessionWrites.class).keys().isEmpty();
              });
      for (TestGateway gateway : List.of(slow, fast)) {
        assertThat(get(gateway, before)).isNull();
        assertThat(get(gateway, after)).isNotNull();
        assertThat(get(gateway, here)).isNotNull();
      }
    }
  }

  /** Its place is written before itself, so that whoever ends it in between finds it. */
  @ParameterizedTest
  @CsvSource({"sid, sid-1", "subject, sub-1"})
  void aLogoutBetweenTheTwoWritingsOfASessionEndsIt(String by, String which) {
    String key = put(narrow, session("sub-1", "sid-1"));
    String hash = hash(key);
    Map<String, String> sealed = redis.admin().hgetall(hash);
    redis.admin().del(hash);
    deleteAll(other, by, which);
    redis.admin().hset(hash, sealed);
    assertThat(get(other, key)).isNull();
    assertThat(get(narrow, key)).isNull();

    String late = put(narrow, session("sub-1", "sid-1", Instant.now().minusSeconds(10)));
    assertThat(get(narrow, late)).as("a login that was under way").isNull();
    assertThat(get(other, late)).isNull();
    assertThat(redis.admin().keys("*")).noneMatch(name -> redis.admin().pttl(name) < 0);
  }

  /** Where the ID token named no session of the provider, only the subject tells whose it is. */
  @Test
  void aLogoutTokenWithBothEndsSessionsThatNameNone() {
    try (TestGateway alone = gateway().borrow()) {
      assertEndsSessionsThatNameNone(alone, alone);
    }
    assertEndsSessionsThatNameNone(narrow, other);
  }

  private static void assertEndsSessionsThatNameNone(TestGateway one, TestGateway two) {
    String named = put(one, session("sub-5", "sid-5"));
    String nameless = put(one, session("sub-5", ""));
    String elsewhere = put(one, session("sub-5", "sid-6"));
    String foreign = put(one, session("sub-6", ""));
    deleteAllOf(two, "sid-5", "sub-5");
    for (TestGateway gateway : List.of(one, two)) {
      assertThat(get(gateway, named)).isNull();
      assertThat(get(gateway, nameless)).isNull();
      assertThat(get(gateway, elsewhere)).isNotNull();
      assertThat(get(gateway, foreign)).isNotNull();
    }
  }

  @ParameterizedTest
  @CsvSource({"oidc.issuer, https://other.example.org", "oidc.client_id, other"})
  void gatewaysOfAnotherProviderOrClientShareNoSessions(String setting, String value) {
    try (TestGateway foreign = shared().set(setting, value).borrow()) {
      Session session = session("sub-1", "sid-1");
      String key = put(narrow, session);
      String ours = hash(key);
      assertThat(get(foreign, key)).isNull();
      put(foreign, key, session("sub-1", "sid-1"));
      String theirs =
          redis.admin().keys("elastauth-session-*" + key).stream()
              .filter(name -> !name.equals(ours))
              .findFirst()
              .orElseThrow();
      Map<String, String> sealed = redis.admin().hgetall(ours);
      redis.admin().hset(ours, redis.admin().hgetall(theirs));
      assertThat(get(narrow, key)).as("copied from theirs").isNull();
      redis.admin().hset(ours, sealed);
      assertThat(get(narrow, key)).isEqualTo(session);

      delete(foreign, key);
      deleteAll(foreign, "sid", "sid-1");
      deleteAll(foreign, "subject", "sub-1");
      assertThat(get(foreign, key)).isNull();
      assertThat(get(narrow, key)).isEqualTo(session);
      assertThat(get(narrow, put(narrow, session))).isEqualTo(session);
    }
  }

  /** Anybody can log out with cookies that nobody ever gave out. */
  @Test
  void aFloodOfUnknownLogoutsPushesOutNothing() {
    try (TestGateway gateway = gateway().start()) {
      SessionMemory memory = gateway.bean(SessionMemory.class);
      PendingSessionWrites unsettled = gateway.bean(PendingSessionWrites.class);
      String stranger = "";
      for (int i = 0; i < 60_000; i++) {
        stranger = "unknown-" + i;
        memory.end(stranger);
        unsettled.add(stranger);
      }
      List<String> known = new ArrayList<>();
      for (int i = 0; i < 2_000; i++) {
        String key = "known-" + i;
        known.add(key);
        memory.put(key, session("sub-1", "sid-1"));
        memory.end(key);
        unsettled.add(key);
      }
      assertThat(known).allMatch(memory::isEnded);
      assertThat(unsettled.keys()).containsAll(known).hasSizeLessThan(20_000);

      String last = stranger;
      unsettled.add(last);
      unsettled.remove(last);
      assertThat(unsettled.keys()).doesNotContain(last);
    }
  }

  /** Logins that nobody completes may be as many as anybody likes. */
  @Test
  void aFloodOfLoginsBringsBackNoTokenAndNoTurn() {
    SetClock clock = new SetClock(Instant.now());
    try (ProviderDouble provider = new ProviderDouble();
        TestGateway gateway =
            provider
                .believer()
                .set("session.enabled", true)
                .set("replay.enabled", true)
                .set("replay.bearer", true)
                .clock(clock)
                .start()) {
      answerLogins(gateway, 0, 110_000);
      Map<String, String> used = new HashMap<>(); // tokens, and whose turn it was beside
      for (int i = 0; i < 20; i++) {
        String token = provider.token("flood.user");
        assertThat(decide(gateway, token)).isEqualTo(200);
        String key = SessionId.random().key();
        assertThat(turn(gateway, key)).isTrue();
        used.put(token, key);
      }
      answerLogins(gateway, 110_000, 115_000);
      used.forEach(
          (token, key) -> {
            assertThat(decide(gateway, token)).isEqualTo(401);
            assertThat(turn(gateway, key)).isFalse();
          });
    }
  }

  private static int decide(TestGateway gateway, String token) {
    return gateway.get("/elastauth", "Authorization", "Bearer " + token).statusCode();
  }

  /** As the callback does, whatever it is told: a 503 if there is no room for more. */
  private static void answerLogins(TestGateway gateway, int from, int to) {
    SessionPort port = new SessionPort(gateway);
    Instant until = Instant.now().plusSeconds(900);
    for (int i = from; i < to; i++) {
      try {
        port.onceAsLogin("login|" + i, until);
      } catch (HttpError full) {
        assertThat(full.status()).isEqualTo(503);
      }
    }
  }

  /** Nor may such a flood fill Redis: of a session that is not there, little is kept for long. */
  @Test
  void theEndOfAnUnknownSessionIsSoonForgotten() {
    String unknown = SessionId.random().key();
    delete(other, unknown);
    delete(other, unknown);
    assertThat(redis.admin().pttl(hash(unknown))).isBetween(1L, Duration.ofMinutes(3).toMillis());
    String known = put(other, session("sub-1", "sid-1"));
    delete(other, known);
    delete(other, known);
    assertThat(redis.admin().pttl(hash(known))).isGreaterThan(MAX_AGE.minusMinutes(1).toMillis());
  }

  /** However many cookies somebody makes up, Redis has little to do with them. */
  @Test
  void aFloodOfUnknownLogoutsCostsRedisLittle() {
    SetClock clock = new SetClock(Instant.now());
    try (ProviderDouble provider = new ProviderDouble();
        TestGateway gateway =
            letsLogIn(provider)
                .with(redis)
                .set("redis.health_check.interval", "1m") // how long such an end is kept
                .clock(clock)
                .start()) {
      SessionId known = SessionId.random();
      long before = redis.calls("publish");
      for (int i = 0; i < 600; i++) {
        assertThat(logOut(gateway, SessionId.random()).statusCode()).isEqualTo(303);
      }
      assertThat(redis.admin().keys("elastauth-session-*")).hasSize(500);
      assertThat(redis.calls("publish") - before).isEqualTo(500);

      put(gateway, known.key(), session("sub-1", "sid-1"));
      assertThat(logOut(gateway, known).headers().firstValue("Set-Cookie").orElseThrow())
          .contains("Max-Age=0");
      assertThat(get(gateway, known.key())).as("one that is known").isNull();
      clock.advance(Duration.ofSeconds(1));
      for (int i = 0; i < 20; i++) {
        assertThat(logOut(gateway, SessionId.random()).statusCode()).isEqualTo(303);
      }
      assertThat(redis.admin().keys("elastauth-session-*")).hasSize(511);
    }
  }

  /** SPEC 6: fail_closed lets nobody in, but whoever leaves has left. */
  @ParameterizedTest
  @CsvSource({"redis", "hybrid"})
  void aLogoutThatIsRefusedInAnOutageHoldsAfterwards(String store) {
    try (RedisServer server = RedisServer.start("--appendonly", "no");
        ProviderDouble provider = new ProviderDouble();
        TestGateway first = letsLogIn(provider).with(server).start();
        TestGateway closed =
            letsLogIn(provider)
                .with(server)
                .set("session.store", store)
                .set("session.policy", "fail_closed")
                .start()) {
      SessionId unseen = SessionId.random();
      SessionId seen = SessionId.random();
      for (SessionId id : List.of(unseen, seen)) {
        put(first, id.key(), session("sub-1", "sid-1"));
      }
      assertThat(get(closed, seen.key())).isNotNull();

      server.freeze();
      for (SessionId id : List.of(unseen, seen)) {
        HttpResponse<String> answer = logOut(closed, id);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(503);
        assertThat(answer.headers().firstValue("Set-Cookie").orElse(""))
            .startsWith("__Host-elastauth_session=; Max-Age=0");
      }
      server.resume();
      awaitRedis(first);
      Awaitility.await("Redis knows what was done meanwhile")
          .atMost(Duration.ofSeconds(30))
          .untilAsserted(
              () -> {
                assertThat(get(first, unseen.key())).isNull();
                assertThat(get(first, seen.key())).isNull();
              });
    }
  }

  private static TestGateway.Builder letsLogIn(ProviderDouble provider) {
    return provider
        .believer()
        .set("oidc.client_secret", "secret")
        .set("oidc.redirect_url", "https://localhost:8443/elastauth/oidc/callback")
        .set("session.store", "redis")
        .set("redis.health_check.interval", "1s")
        .set("redis.read_timeout", "500ms")
        .set("redis.circuit_breaker.timeout", "1s");
  }

  private static HttpResponse<String> logOut(TestGateway gateway, SessionId id) {
    return gateway.get(
        "/elastauth/oidc/logout", "Cookie", "__Host-elastauth_session=" + id.cookie());
  }

  /** SPEC 6: whoever is refused is counted by address, whatever Redis does meanwhile. */
  @Test
  void whoShowsAnUnknownSessionIsCountedWhileRedisIsAway() {
    try (RedisServer server = RedisServer.start();
        ProviderDouble provider = new ProviderDouble();
        TestGateway gateway =
            provider
                .believer()
                .with(server)
                .set("oidc.client_secret", "secret")
                .set("oidc.redirect_url", "https://localhost:8443/elastauth/oidc/callback")
                .set("session.store", "redis")
                .set("rate_limit.enabled", true)
                .set("rate_limit.max_requests", 10)
                .set("rate_limit.window", "1h")
                .start()) {
      server.kill();
      List<Integer> answers = new ArrayList<>();
      for (int i = 0; i < 12; i++) {
        answers.add(
            gateway
                .get(
                    "/elastauth",
                    "Cookie",
                    "__Host-elastauth_session=" + SessionId.random().cookie(),
                    "X-Forwarded-For",
                    "203.0.113.7")
                .statusCode());
      }
      assertThat(answers.subList(0, 10)).containsOnly(401);
      assertThat(answers.subList(10, 12)).containsOnly(429);
    }
  }

  @Test
  void killedItIsReplacedByMemoryAndUsedAgainLater() {
    try (RedisServer server = RedisServer.start();
        TestGateway gateway = gateway().with(server).start()) {
      Session session = session("sub-1", "sid-1");
      String key = put(gateway, session);
      server.kill();
      assertThat(get(gateway, key)).isEqualTo(session);
      assertThat(gateway.login("session.bystander")).isNotEmpty();
      server.restart();
      awaitRedis(gateway);
      put(gateway, key, renewed(session));
      assertThat(get(gateway, key)).isEqualTo(renewed(session));
      assertThat(server.admin().keys("elastauth-session-*" + key)).hasSize(1);
    }
  }

  @Test
  void policiesWhileRedisIsAway() {
    try (RedisServer server = RedisServer.start();
        TestGateway closed =
            gateway()
                .with(server)
                .set("session.policy", "fail_closed")
                .set("replay.policy", "fail_closed")
                .start();
        TestGateway open =
            gateway()
                .with(server)
                .set("session.policy", "fail_open")
                .set("replay.policy", "fail_open")
                .start()) {
      Instant until = Instant.now().plusSeconds(600);
      Session session = session("sub-1", "sid-1");
      String key = put(closed, session);
      assertThat(get(open, key)).isEqualTo(session);
      server.kill();
      for (Runnable refused :
          List.<Runnable>of(
              () -> get(closed, key),
              () -> put(closed, key, session),
              () -> delete(closed, key),
              () -> deleteAll(closed, "sid", "sid-1"),
              () -> once(closed, "away", until))) {
        assertThatThrownBy(refused::run)
            .isInstanceOfSatisfying(
                HttpError.class,
                refusal -> {
                  assertThat(refusal.status()).isEqualTo(503);
                  assertThat(refusal.retryAfter()).isPositive();
                });
      }
      assertThat(get(open, key)).isEqualTo(session);
      assertThat(get(open, SessionId.random().key())).as("nobody comes in unknown").isNull();
      assertThat(once(open, "away", until)).isTrue();
      assertThat(once(open, "away", until)).as("seen here a moment ago").isFalse();

      List<String> keys =
          IntStream.range(0, 52)
              .mapToObj(age -> put(open, session("sub-2", "", Instant.now().plusSeconds(age))))
              .toList();
      assertThat(keys)
          .as("one user does not fill the memory")
          .filteredOn(each -> get(open, each) == null)
          .isEqualTo(keys.subList(0, 2));
      assertThat(get(open, key)).as("of another user").isEqualTo(session);
    }
  }

  /** A change that waits for Redis may have left the memory meanwhile. */
  @Test
  void aSessionThatTheMemoryEvictedStaysInRedis() {
    Session session = session("sub-1", "sid-1");
    String key = put(other, session);
    PendingSessionWrites pending = other.bean(PendingSessionWrites.class);
    pending.add(key);
    other.bean(SessionMemory.class).drop(key);
    assertThat(get(other, key)).isEqualTo(session);
    assertThat(pending.contains(key)).as("forgotten").isFalse();
    other.bean(SessionMemory.class).end(key);
    pending.add(key);
    assertThat(get(other, key)).isNull();
    assertThat(get(narrow, key)).as("ended in Redis, too").isNull();
  }

  /** SPEC 8: Redis full, as seen by what is written. */
  @Test
  void whatRedisDoesNotTakeIsServedFromMemory() {
    try (RedisServer server = RedisServer.start();
        TestGateway gateway = gateway().with(server).start()) {
      String before = put(gateway, session("sub-1", "sid-1"));
      server.admin().configSet("maxmemory", "1");
      String key = put(gateway, session("sub-1", "sid-1"));
      assertThat(get(gateway, key)).isNotNull();
      assertThat(get(gateway, before)).isNotNull();
      assertThat(breaker(gateway)).isEqualTo("closed");
      server.admin().configSet("maxmemory", "0");
      Awaitility.await("written")
          .until(() -> server.admin().keys("elastauth-session-*" + key).size() == 1);
    }
  }

  @Test
  void aClusterKeepsThemToo() {
    try (RedisCluster cluster = RedisCluster.start();
        TestGateway one = gateway().set("redis.url", cluster.url()).start();
        TestGateway other = gateway().set("redis.url", cluster.url()).start()) {
      Map<String, Session> sessions = new HashMap<>();
      for (int i = 0; i < 20; i++) {
        Session session = session("sub-1", "sid-" + i);
        sessions.put(put(one, session), session);
      }
      sessions.forEach((key, session) -> assertThat(get(other, key)).isEqualTo(session));
      deleteAll(other, "subject", "sub-1");
      assertThat(sessions.keySet()).allMatch(key -> get(one, key) == null);
      String key = SessionId.random().key();
      assertThat(turn(one, key)).isTrue();
      assertThat(turn(other, key)).isFalse();
    }
  }

  @Test
  void aSessionThatNobodyCouldReadIsRefused() {
    Session session = session("sub-1", "sid-1");
    Session large =
        new Session(
            session.identity(),
            "sub-1",
            "sid-1",
            "x".repeat(70_000),
            "",
            "",
            session.accessExpires(),
            session.createdAt(),
            session.expiresAt());
    assertThatThrownBy(() -> put(narrow, large))
        .isInstanceOfSatisfying(
            HttpError.class, refusal -> assertThat(refusal.status()).isEqualTo(403));
    assertThat(redis.admin().keys("*")).isEmpty();
    assertThat(large.toString()).doesNotContain("xxx");
  }
}
