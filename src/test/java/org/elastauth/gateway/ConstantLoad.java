package org.elastauth.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.LocalTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.elastauth.credential.Window;
import org.elastauth.crypto.SecretKeys;
import org.elastauth.server.ElasticsearchServer;
import org.elastauth.server.PackagedGateway;
import org.elastauth.server.TestGateway;

/**
 * Users who ask packaged gateways in turn, at a rate that no answer slows down. Each answer is held
 * against the password that SPEC 4 gives for that moment, and counted in the phase in which it was
 * asked for.
 */
final class ConstantLoad implements AutoCloseable {
  static final int USERS = 200;

  /** Seconds that a password lives, so that many windows turn in a soak. */
  static final int LIFETIME = 300;

  private static final int CONNECTIONS = 64;
  private static final int TICK_MILLIS = 10;
  private static final int WARM_UP = 6;

  /** Seconds by which two clocks in one machine's processes may see a window's turn apart. */
  private static final long TURN = 2;

  /** Percent of its time that each phase after the warm-up is given, for a trial. */
  private static final int SHARE = Integer.getInteger("soak.percent", 100);

  private static final String HEAD =
      "%-34s %8s %7s %6s %6s %8s %8s %8s %8s"
          .formatted(
              "", "200", "503/429", "wrong", "failed", "p50 ms", "p99 ms", "max ms", "RSS MiB");

  private static final SecretKeys KEYS = new SecretKeys(List.of(TestGateway.KEY), "");

  private final List<PackagedGateway> gateways;
  private final Vertx vertx = Vertx.vertx();
  private final HttpClient http;
  private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
  private final AtomicLong asked = new AtomicLong();
  private final ConcurrentLinkedQueue<String> wrong = new ConcurrentLinkedQueue<>();
  private final List<Phase> phases = new ArrayList<>();
  private final Map<String, String> lastGood = new ConcurrentHashMap<>();
  private volatile Phase phase;
  private volatile int rate;
  private volatile boolean loginsMayFail;

  /** What was answered while one thing was broken. */
  private static final class Phase {
    private final String name;
    private final AtomicLong good = new AtomicLong();
    private final AtomicLong unavailable = new AtomicLong();
    private final AtomicLong wrong = new AtomicLong();
    private final AtomicLong failed = new AtomicLong();
    private final ConcurrentLinkedQueue<Long> micros = new ConcurrentLinkedQueue<>();
    private String residentMiB = "";

    private Phase(String name) {
      this.name = name;
    }

    private String row() {
      long[] sorted = micros.stream().mapToLong(Long::longValue).sorted().toArray();
      return "%-34s %8d %7d %6d %6d %8.1f %8.1f %8.1f %8s"
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

  /** Of a gateway whose users' windows turn and whose outages end within a phase. */
  static Map<String, String> settings(
      ElasticsearchServer elasticsearch, Map<String, String> others) {
    Map<String, String> settings = new HashMap<>(others);
    settings.put("ELASTAUTH_REDIS_CIRCUIT_BREAKER_TIMEOUT", "5s");
    settings.put("ELASTAUTH_REDIS_HEALTH_CHECK_INTERVAL", "2s");
    settings.put("ELASTAUTH_CACHE_EXPIRATION", LIFETIME + "s");
    settings.put("ELASTAUTH_ELASTICSEARCH_MAX_NEW_USERS", Integer.toString(60 * USERS));
    settings.put("ELASTAUTH_ELASTICSEARCH_HOSTS", elasticsearch.url());
    settings.put("ELASTAUTH_ELASTICSEARCH_USERNAME", ElasticsearchServer.GATEWAY);
    settings.put("ELASTAUTH_ELASTICSEARCH_PASSWORD", ElasticsearchServer.GATEWAY_PASSWORD);
    return settings;
  }

  ConstantLoad(PackagedGateway... gateways) {
    this.gateways = List.of(gateways);
    this.http =
        vertx.createHttpClient(
            new HttpClientOptions()
                .setDefaultHost("127.0.0.1")
                .setMaxPoolSize(CONNECTIONS / gateways.length));
  }

  /**
   * Logs everybody in, and asks more and more: the compiler needs the machine for itself at first.
   *
   * @param full requests a second, from then on
   */
  void warmUpTo(int full) throws InterruptedException {
    begin("first logins");
    // twice, since the first ones' windows may have ended before the last one was in
    IntStream.range(0, 2 * USERS).forEach(turn -> ask(turn, phase).join());
    clock.scheduleAtFixedRate(this::tick, 0, TICK_MILLIS, TimeUnit.MILLISECONDS);
    rate = USERS;
    warmUp(15);
    for (int part = 1; part < WARM_UP; part++) {
      rate = full * part / WARM_UP;
      warmUp(5);
    }
    rate = full;
  }

  private void warmUp(int seconds) throws InterruptedException {
    begin("warming up, " + rate + "/s");
    TimeUnit.SECONDS.sleep(seconds);
  }

  /** Ends the phase before. */
  void begin(String name) {
    if (phase != null) {
      phase.residentMiB =
          gateways.stream()
              .map(gateway -> Long.toString(gateway.residentMiB()))
              .collect(Collectors.joining("/"));
    }
    phase = new Phase(name);
    phases.add(phase);
    System.out.println(LocalTime.now().truncatedTo(ChronoUnit.SECONDS) + " " + name);
  }

  void run(String name, int seconds) throws InterruptedException {
    begin(name);
    TimeUnit.MILLISECONDS.sleep(seconds * 10L * SHARE);
  }

  /**
   * SPEC 8 grants a 503 to who has no cached password while Elasticsearch is away, SPEC 5 a 429
   * where more than four of them need a new one at once when it is back.
   */
  void loginsMayFail(boolean may) {
    loginsMayFail = may;
  }

  /** Asks no more, and waits for what was asked. */
  void end() {
    clock.shutdown();
    Awaitility.await("the last answers")
        .atMost(Duration.ofSeconds(60))
        .until(() -> phases.stream().mapToLong(p -> p.micros.size()).sum() == asked.get());
    begin("the end");
  }

  void assertNothingWrong() {
    assertThat(wrong).isEmpty();
  }

  private void tick() {
    for (int i = 0; i < rate * TICK_MILLIS / 1000; i++) {
      ask(asked.get(), phase);
    }
  }

  /**
   * @param turn whose it is; a user goes to another gateway each time
   */
  private CompletableFuture<HttpClientResponse> ask(long turn, Phase during) {
    asked.incrementAndGet();
    String user = "soak." + turn % USERS;
    PackagedGateway gateway = gateways.get((int) ((turn + turn / USERS) % gateways.size()));
    long began = System.nanoTime();
    long from = System.currentTimeMillis() / 1000;
    boolean mayFail = loginsMayFail;
    return http.request(
            new RequestOptions()
                .setMethod(HttpMethod.GET)
                .setPort(gateway.port())
                .setURI("/elastauth"))
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

  /** Prints the table, whatever came before. */
  @Override
  public void close() {
    clock.shutdownNow();
    System.out.println(HEAD);
    phases.forEach(each -> System.out.println(each.row()));
    wrong.stream().distinct().limit(20).forEach(System.out::println);
    vertx.close();
  }
}
