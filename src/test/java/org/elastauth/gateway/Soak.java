package org.elastauth.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.elastauth.credential.SecretKeys;
import org.elastauth.credential.Window;
import org.elastauth.server.ElasticsearchServer;
import org.elastauth.server.RedisServer;
import org.elastauth.server.TestGateway;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Ten minutes at a constant rate on the packaged jar while its servers fail in turn. Every answer
 * is held against the password that SPEC 4 gives for that moment. Run by hand:
 *
 * <pre>mvn verify -Psoak</pre>
 */
class Soak {
  private static final int RATE = Integer.getInteger("soak.rate", 3_000);
  private static final int CONNECTIONS = 64;
  private static final int USERS = 200;
  private static final int LIFETIME = 300;
  private static final int TICK_MILLIS = 10;
  private static final int WARM_UP = 6;

  /** Seconds by which two clocks in one machine's processes may see a window's turn apart. */
  private static final long TURN = 2;

  private static final String HEAD =
      "%-34s %8s %7s %6s %6s %8s %8s %8s %6s"
          .formatted(
              "", "200", "503/429", "wrong", "failed", "p50 ms", "p99 ms", "max ms", "RSS MiB");

  private static final SecretKeys KEYS = new SecretKeys(List.of(TestGateway.KEY), "");
  private static final Path JAR = Path.of("target", "elastauth.jar").toAbsolutePath();

  @TempDir Path folder;

  private final int port = RedisServer.freePort();
  private final Vertx vertx = Vertx.vertx();
  private final HttpClient http =
      vertx.createHttpClient(
          new HttpClientOptions()
              .setDefaultHost("127.0.0.1")
              .setDefaultPort(port)
              .setMaxPoolSize(CONNECTIONS));
  private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
  private final AtomicLong asked = new AtomicLong();
  private final ConcurrentLinkedQueue<String> wrong = new ConcurrentLinkedQueue<>();
  private final List<Phase> phases = new ArrayList<>();
  private final Map<String, String> lastGood = new ConcurrentHashMap<>();
  private volatile Phase phase;
  private volatile int rate;
  private volatile boolean loginsMayFail;
  private Process gateway;

  /** What was answered while one thing was broken. */
  private static final class Phase {
    private final String name;
    private final AtomicLong good = new AtomicLong();
    private final AtomicLong unavailable = new AtomicLong();
    private final AtomicLong wrong = new AtomicLong();
    private final AtomicLong failed = new AtomicLong();
    private final ConcurrentLinkedQueue<Long> micros = new ConcurrentLinkedQueue<>();
    private long residentMiB;

    private Phase(String name) {
      this.name = name;
    }

    private String row() {
      long[] sorted = micros.stream().mapToLong(Long::longValue).sorted().toArray();
      return "%-34s %8d %7d %6d %6d %8.1f %8.1f %8.1f %6d"
          .formatted(
              name,
              good.get(),
              unavailable.get(),
              wrong.get(),
              failed.get(),
              millis(sorted, 0.5),
              millis(sorted, 0.99),
              millis(sorted, 1),
              residentMiB);
    }

    private static double millis(long[] sorted, double quantile) {
      return sorted.length == 0
          ? 0
          : sorted[(int) Math.min(sorted.length - 1, sorted.length * quantile)] / 1e3;
    }
  }

  /** SPEC 8: no wrong answer, no failed request, no growth of memory. */
  @Test
  void failuresInTurn() throws Exception {
    try (ElasticsearchServer elasticsearch = ElasticsearchServer.start();
        RedisServer redis = RedisServer.start()) {
      start(elasticsearch, redis);
      try {
        begin("first logins");
        // twice, since the first ones' windows may have ended before the last one was in
        IntStream.range(0, 2 * USERS).forEach(i -> ask("soak." + i % USERS, phase).join());
        clock.scheduleAtFixedRate(this::tick, 0, TICK_MILLIS, TimeUnit.MILLISECONDS);
        // the compiler needs the machine for itself at first
        rate = USERS;
        run("warming up, " + rate + "/s", 15);
        for (int part = 1; part < WARM_UP; part++) {
          rate = RATE * part / WARM_UP;
          run("warming up, " + rate + "/s", 5);
        }
        rate = RATE;
        run("all well", 60);
        redis.kill();
        run("Redis killed", 30);
        redis.restart();
        run("Redis back", 30);
        redis.freeze();
        run("Redis frozen", 30);
        redis.resume();
        run("Redis goes on", 30);
        redis.flush();
        run("Redis emptied", 30);
        loginsMayFail = true;
        elasticsearch.kill();
        run("Elasticsearch killed", 40);
        begin("Elasticsearch starting again");
        elasticsearch.restart();
        back("Elasticsearch back");
        loginsMayFail = true;
        elasticsearch.freeze();
        run("Elasticsearch frozen", 40);
        elasticsearch.resume();
        back("Elasticsearch goes on");
        loginsMayFail = true;
        redis.kill();
        elasticsearch.freeze();
        run("both away", 40);
        redis.restart();
        elasticsearch.resume();
        back("both back");
        run("all well again", 120);
        clock.shutdown();
        Awaitility.await("the last answers")
            .atMost(Duration.ofSeconds(60))
            .until(() -> phases.stream().mapToLong(p -> p.micros.size()).sum() == asked.get());
        begin("the end");
      } finally {
        clock.shutdownNow();
        gateway.destroy();
        System.out.println(HEAD);
        phases.forEach(each -> System.out.println(each.row()));
        wrong.stream().distinct().limit(20).forEach(System.out::println);
      }
    }
    assertThat(wrong).isEmpty();
  }

  private void start(ElasticsearchServer elasticsearch, RedisServer redis) throws IOException {
    gateway =
        new ProcessBuilder(
                Path.of(
                        System.getProperty("soak.java", System.getProperty("java.home")),
                        "bin/java")
                    .toString(),
                "-Xmx96m",
                "-XX:+UseSerialGC",
                "-jar",
                JAR.toString(),
                "--elastauth.listen=127.0.0.1:" + port,
                "--elastauth.redis.host=" + redis.address(),
                "--elastauth.redis.circuit_breaker.timeout=5s",
                "--elastauth.redis.health_check.interval=2s",
                "--elastauth.cache.expiration=" + LIFETIME,
                "--elastauth.default_roles=viewer",
                "--elastauth.elasticsearch.max_new_users=" + 60 * USERS,
                "--elastauth.elasticsearch.hosts=" + elasticsearch.url(),
                "--elastauth.elasticsearch.username=" + ElasticsearchServer.GATEWAY,
                "--elastauth.elasticsearch.password=" + ElasticsearchServer.GATEWAY_PASSWORD,
                "--elastauth.secret_key=" + TestGateway.KEY)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(Path.of("target", "soak.log").toFile())
            .start();
    Awaitility.await("the gateway")
        .atMost(Duration.ofSeconds(60))
        .ignoreExceptions()
        .until(
            () ->
                http.request(HttpMethod.GET, "/elastauth/ready")
                        .compose(request -> request.send().map(HttpClientResponse::statusCode))
                        .toCompletionStage()
                        .toCompletableFuture()
                        .get(1, TimeUnit.SECONDS)
                    == 200);
  }

  /** Ends the phase before. */
  private void begin(String name) throws IOException {
    if (phase != null) {
      phase.residentMiB = residentMiB();
    }
    phase = new Phase(name);
    phases.add(phase);
    System.out.println(LocalTime.now().truncatedTo(ChronoUnit.SECONDS) + " " + name);
  }

  private void run(String name, int seconds) throws Exception {
    begin(name);
    TimeUnit.SECONDS.sleep(seconds);
  }

  /** With a moment in which the gateway may not have noticed yet. */
  private void back(String name) throws Exception {
    run(name, 20);
    loginsMayFail = false;
    run(name + ", noticed", 20);
  }

  private long residentMiB() throws IOException {
    return Files.readAllLines(Path.of("/proc/" + gateway.pid() + "/status")).stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024)
        .findFirst()
        .orElse(0);
  }

  private void tick() {
    for (int i = 0; i < rate * TICK_MILLIS / 1000; i++) {
      ask("soak." + asked.get() % USERS, phase);
    }
  }

  private CompletableFuture<HttpClientResponse> ask(String user, Phase during) {
    asked.incrementAndGet();
    long began = System.nanoTime();
    long from = System.currentTimeMillis() / 1000;
    boolean mayFail = loginsMayFail;
    return http.request(HttpMethod.GET, "/elastauth")
        .compose(
            request ->
                request.putHeader("Remote-User", user).putHeader("Remote-Groups", "soak").send())
        .onComplete(
            answer -> {
              during.micros.add((System.nanoTime() - began) / 1000);
              if (answer.failed()) {
                during.failed.incrementAndGet();
                wrong.add(during.name + ": " + answer.cause());
              } else {
                judge(user, from, mayFail || loginsMayFail, answer.result(), during);
              }
            })
        .toCompletionStage()
        .toCompletableFuture();
  }

  /**
   * SPEC 8 grants a 503 to who has no cached password while Elasticsearch is away, SPEC 5 a 429
   * where more than four of them need a new one at once when it is back.
   */
  private void judge(
      String user, long from, boolean mayFail, HttpClientResponse response, Phase during) {
    String header = response.getHeader("Authorization");
    List<String> expected = expected(user, from);
    boolean uncached = !expected.contains(lastGood.get(user)) || expected.size() > 1;
    boolean refused = response.statusCode() == 503 || response.statusCode() == 429;
    if (refused && mayFail && uncached) {
      during.unavailable.incrementAndGet();
    } else if (response.statusCode() == 200 && expected.contains(header)) {
      during.good.incrementAndGet();
      lastGood.put(user, header);
    } else {
      during.wrong.incrementAndGet();
      wrong.add(during.name + ": " + response.statusCode() + " for " + user);
    }
  }

  private static List<String> expected(String user, long from) {
    long until = System.currentTimeMillis() / 1000;
    return Arrays.stream(new long[] {from - TURN, from, until, until + TURN})
        .map(now -> Window.of(user, now, LIFETIME).issued())
        .distinct()
        .mapToObj(issued -> KEYS.password(KEYS.currentId(), user, issued, 1))
        .map(
            password ->
                "Basic "
                    + Base64.getEncoder()
                        .encodeToString((user + ":" + password).getBytes(StandardCharsets.UTF_8)))
        .toList();
  }
}
