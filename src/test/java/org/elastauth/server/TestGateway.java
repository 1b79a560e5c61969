package org.elastauth.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.github.benmanes.caffeine.cache.Ticker;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.apache.camel.CamelExecutionException;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.elastauth.Application;
import org.elastauth.cache.CacheTable;
import org.elastauth.http.GatewayHttpServer;
import org.elastauth.session.Session;
import org.elastauth.session.SessionId;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.core.SpringProperties;
import org.springframework.core.env.AbstractEnvironment;
import org.springframework.core.io.Resource;
import org.springframework.core.type.classreading.MetadataReader;

/** A gateway in this JVM, on a free loopback port, asked as a reverse proxy would. */
public final class TestGateway implements AutoCloseable {
  /** A secret key for tests. */
  public static final String KEY =
      "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

  /** The window of its users' passwords, unless the test sets another. */
  public static final Duration LIFETIME = Duration.ofDays(7);

  /** Gateways of one JVM have one log, which each start sets up and each stop gives up. */
  private static final Object LOG_SETUP = new Object();

  static {
    // what the shell has exported must not configure a gateway under test
    SpringProperties.setFlag(AbstractEnvironment.IGNORE_GETENV_PROPERTY_NAME);
  }

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final ConfigurableApplicationContext context;

  /** Those of a gateway of the pool; null: it belongs to one test. */
  private final Map<String, Object> settings;

  private final int port;

  private TestGateway(ConfigurableApplicationContext context, Map<String, Object> settings) {
    this.context = context;
    this.settings = settings;
    this.port = context.getBean(GatewayHttpServer.class).getPort();
  }

  /** What to start it with; keys are paths below {@code elastauth}. */
  public static final class Builder {
    private static final Map<Resource, MetadataReader> READ = new ConcurrentHashMap<>();

    private final Map<String, Object> settings = new LinkedHashMap<>();
    private Clock clock = Clock.systemUTC();

    private Builder() {
      // the console says what it says in production, the file what a debug log would
      settings.put("logging.file.name", SecretsInLog.LOG.toString());
      settings.put("logging.logback.rollingpolicy.max-file-size", "4GB");
      // SecretsInLog reads one file, after midnight too
      settings.put(
          "logging.logback.rollingpolicy.file-name-pattern", SecretsInLog.LOG + ".%d{yyyy-MM}.%i");
      settings.put("logging.threshold.console", "info");
      settings.put("elastauth.log_level", "debug");
      set("listen", "127.0.0.1:0");
      set("secret_key", KEY);
      set("default_roles", "viewer");
      // the longest: a window that turns while a test runs would change a password under it
      set("cache.expiration", LIFETIME.toSeconds());
      set("shutdown.drain", "0s");
      // tests share one Elasticsearch, and some are in another time
      set("expiry.enabled", false);
    }

    public Builder set(String key, Object value) {
      SecretsInLog.configured(key, value);
      if (key.equals("log_level")) {
        settings.put("logging.threshold.console", "trace");
      }
      settings.put("elastauth." + key, value);
      return this;
    }

    public Builder on(ElasticsearchServer elasticsearch) {
      set("elasticsearch.hosts", elasticsearch.url());
      set("elasticsearch.username", ElasticsearchServer.GATEWAY);
      return set("elasticsearch.password", ElasticsearchServer.GATEWAY_PASSWORD);
    }

    public Builder with(RedisServer redis) {
      return set("redis.host", redis.address());
    }

    /** Lets this gateway's clock be wrong by so much. */
    public Builder clockOffBy(Duration offset) {
      this.clock = Clock.offset(Clock.systemUTC(), offset);
      settings.put("test.clock", offset); // part of what a borrowed one is found by
      return this;
    }

    public Builder clock(Clock clock) {
      this.clock = clock;
      return this;
    }

    private void replaceTime(GenericApplicationContext context) {
      context.registerBean(
          "testClock", Clock.class, () -> clock, definition -> definition.setPrimary(true));
      if (clock instanceof SetClock) {
        context.registerBean(
            "testTicker",
            Ticker.class,
            () -> () -> TimeUnit.MILLISECONDS.toNanos(clock.millis()),
            definition -> definition.setPrimary(true));
      }
    }

    /** Each start scans the same classes for beans; only the first start reads them. */
    private static void shareReadClasses(GenericApplicationContext context) {
      Map<Resource, MetadataReader> read = context.getResourceCache(MetadataReader.class);
      read.putAll(READ);
      context.addBeanFactoryPostProcessor(scanned -> READ.putAll(read));
    }

    /** A new gateway, which no other test uses. */
    public TestGateway start() {
      return start(null);
    }

    /**
     * A gateway with these settings that other tests may have used before and use afterwards. Only
     * for tests that neither damage it nor its servers, nor count from zero, nor read what it logs
     * at its start. {@link TestGateway#close} gives it back.
     */
    public TestGateway borrow() {
      if (clock instanceof SetClock) {
        throw new IllegalStateException("a gateway with a clock of its own is not for others");
      }
      Map<String, Object> key = Map.copyOf(settings);
      TestGateway running = GatewayPool.take(key);
      return running == null ? start(key) : running;
    }

    private TestGateway start(Map<String, Object> key) {
      TestRun.gatewayStarts();
      // a busy machine must not let memory answer where a test counts what Redis is asked
      settings.putIfAbsent(
          "elastauth.redis.patience", settings.getOrDefault("elastauth.redis.read_timeout", "3s"));
      SpringApplication application = new SpringApplication(Application.class);
      application.setDefaultProperties(settings);
      application.setRegisterShutdownHook(false);
      application.addInitializers(
          context -> {
            replaceTime((GenericApplicationContext) context);
            shareReadClasses((GenericApplicationContext) context);
          });
      synchronized (LOG_SETUP) {
        return new TestGateway(application.run(), key);
      }
    }
  }

  /** Makes the table of cache.type database, as {@code --create-cache-table} does. */
  public static String createCacheTable(String url) {
    SpringApplication application = new SpringApplication(Application.class);
    application.setDefaultProperties(
        Map.of(
            "elastauth.cache.type",
            "database",
            "elastauth.cache.url",
            url,
            "elastauth.secret_key",
            KEY,
            "camel.main.auto-startup",
            "false"));
    application.setRegisterShutdownHook(false);
    synchronized (LOG_SETUP) {
      try (ConfigurableApplicationContext context = application.run()) {
        context.getBean(CacheTable.class).create();
      }
    }
    return url;
  }

  public static Builder builder() {
    return new Builder();
  }

  /** A clock that stands still until it is told to move. */
  public static final class SetClock extends Clock {
    private volatile Instant now;

    public SetClock(Instant now) {
      this.now = now;
    }

    public void advance(Duration by) {
      now = now.plus(by);
    }

    @Override
    public Instant instant() {
      return now;
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }
  }

  public int port() {
    return port;
  }

  /**
   * @param headers names and values, alternating
   */
  public HttpResponse<String> get(String path, String... headers) {
    return send(request(path, headers).GET().build());
  }

  public CompletableFuture<HttpResponse<String>> getLater(String path, String... headers) {
    return http.sendAsync(
        request(path, headers).GET().build(), HttpResponse.BodyHandlers.ofString());
  }

  public HttpResponse<String> send(HttpRequest request) {
    try {
      SecretsInLog.sent(request.headers());
      HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
      SecretsInLog.sent(response.headers());
      return response;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  public HttpRequest.Builder request(String path, String... headers) {
    HttpRequest.Builder builder =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
            .timeout(Duration.ofSeconds(60));
    if (headers.length > 0) {
      builder.headers(headers);
    }
    return builder;
  }

  /** The decision for a user. */
  public HttpResponse<String> decide(String user, String... groups) {
    return send(decision(user, groups));
  }

  public CompletableFuture<HttpResponse<String>> decideLater(String user, String... groups) {
    return http.sendAsync(decision(user, groups), HttpResponse.BodyHandlers.ofString());
  }

  private HttpRequest decision(String user, String... groups) {
    return request("/elastauth", "Remote-User", user, "Remote-Groups", String.join(",", groups))
        .build();
  }

  /** The Authorization header of a 200. */
  public String login(String user, String... groups) {
    HttpResponse<String> response = decide(user, groups);
    return authorization(response)
        .orElseThrow(() -> new AssertionError(response.statusCode() + " " + response.body()));
  }

  public static Optional<String> authorization(HttpResponse<String> response) {
    return response.headers().firstValue("Authorization");
  }

  public JsonNode health() {
    return ElasticsearchServer.json(get("/health"));
  }

  /** The whole answer to bytes no client would send, up to the end of the connection. */
  public String raw(String request) {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(10_000);
      socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
      socket.getOutputStream().flush();
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Keeps a session as the end of a login does; a cookie with this id names it. */
  public void keep(SessionId id, Session session) {
    new SessionPort(this).put(id.key(), session);
  }

  /** The body that a route leaves. */
  public Object call(String route, Object body, Map<String, Object> properties) {
    Exchange exchange =
        bean(ProducerTemplate.class)
            .request(
                route,
                asked -> {
                  asked.getMessage().setBody(body);
                  properties.forEach(asked::setProperty);
                });
    if (exchange.getException() instanceof RuntimeException failure) {
      throw failure;
    } else if (exchange.getException() != null) {
      throw new CamelExecutionException("it failed", exchange, exchange.getException());
    }
    return exchange.getMessage().getBody();
  }

  public <T> T bean(Class<T> type) {
    return context.getBean(type);
  }

  boolean hasSettings(Map<String, Object> others) {
    return settings.equals(others);
  }

  @Override
  public void close() {
    if (settings == null) {
      stop();
    } else {
      GatewayPool.putBack(this);
    }
  }

  void stop() {
    synchronized (LOG_SETUP) {
      context.close();
    }
  }
}
