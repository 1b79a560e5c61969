package org.elastauth.redis;

import java.time.Duration;
import org.elastauth.config.Alias;
import org.elastauth.config.Checked;
import org.elastauth.config.Faults;
import org.elastauth.config.Inline;
import org.elastauth.config.Rules;
import org.elastauth.config.Rules.Between;
import org.elastauth.config.Secret;
import org.elastauth.config.SecretFiles;
import org.elastauth.config.TlsFiles;
import org.springframework.boot.context.properties.bind.DefaultValue;

public record RedisSettings(
    @DefaultValue("")
        @Secret
        @Alias({"REDIS_URL", "CACHE_URL", "AUTHLY_REDIS_URL", "cache.redis_url"})
        String url,
    @DefaultValue("localhost:6379")
        @Alias({
          "cache.redis_host",
          "redis.address",
          "redis.addr",
          "CACHE_REDIS_HOST",
          "REDIS_ADDRESS"
        })
        String host,
    @DefaultValue("0")
        @Alias({"cache.redis_db", "CACHE_REDIS_DB", "REDIS_DB"})
        @Between({"0", "1000000"})
        int db,
    @DefaultValue("") @Alias({"cache.redis_username", "CACHE_REDIS_USERNAME", "REDIS_USERNAME"})
        String username,
    @DefaultValue("")
        @Secret
        @Alias({"cache.redis_password", "CACHE_REDIS_PASSWORD", "REDIS_PASSWORD"})
        String password,
    @DefaultValue("") @Alias("REDIS_SENTINEL_USERNAME") String sentinelUsername,
    @DefaultValue("") @Secret @Alias("REDIS_SENTINEL_PASSWORD") String sentinelPassword,
    @DefaultValue("true") @Alias("REDIS_ENABLED") boolean enabled,
    @DefaultValue("10") @Alias({"REDIS_POOL_SIZE", "AUTHLY_REDIS_POOL_SIZE"}) @Between({"1", "200"})
        int poolSize,
    @DefaultValue("5s")
        @Alias({"REDIS_CONNECT_TIMEOUT", "AUTHLY_REDIS_TIMEOUT"})
        @Between({"10ms", "24h"})
        Duration connectTimeout,
    @DefaultValue("3s") @Alias("REDIS_READ_TIMEOUT") @Between({"10ms", "24h"}) Duration readTimeout,
    @DefaultValue("3s") @Alias("REDIS_WRITE_TIMEOUT") @Between({"10ms", "24h"})
        Duration writeTimeout,
    @Between({"1ms", "24h"}) Duration patience,
    @DefaultValue("true") @Alias({"REDIS_KEEPALIVE", "AUTHLY_REDIS_KEEPALIVE"}) boolean keepalive,
    Tls tls,
    CircuitBreaker circuitBreaker,
    HealthCheck healthCheck)
    implements Checked {
  private static final Duration DEFAULT_PATIENCE = Duration.ofMillis(200);

  public RedisSettings {
    if (patience == null) {
      patience = readTimeout.compareTo(DEFAULT_PATIENCE) < 0 ? readTimeout : DEFAULT_PATIENCE;
    }
  }

  /**
   * The URL, completed by the other settings.
   *
   * @throws IllegalArgumentException if the URL is malformed; the message does not quote it
   */
  public RedisUrl server() {
    return server(SecretFiles.NONE);
  }

  /** The same, with the secrets that their files contain now. */
  RedisUrl server(SecretFiles secrets) {
    String current = url.isEmpty() ? "redis://" + host : secrets.current("redis.url", url);
    RedisUrl parsed = RedisUrl.parse(current, db);
    return new RedisUrl(
        parsed.tls() || tls.enabled(),
        parsed.nodes(),
        parsed.master(),
        parsed.username().isEmpty() && parsed.password().isEmpty() ? username : parsed.username(),
        parsed.password().isEmpty()
            ? secrets.current("redis.password", password)
            : parsed.password(),
        parsed.db());
  }

  @Override
  public void check(Faults faults) {
    if (patience.compareTo(readTimeout) > 0) {
      faults.add(
          "patience",
          "is longer than redis.read_timeout, which is " + faults.written("read_timeout"));
    }
    if (url.isEmpty() && !host.matches(Rules.HOST + "(:" + Rules.PORT + ")?")) {
      faults.add("host", "is not of the form host:port");
      return;
    }
    try {
      checkServer(server(), faults);
    } catch (IllegalArgumentException malformed) {
      faults.add(url.isEmpty() ? "host" : "url", malformed.getMessage());
    }
  }

  private void checkServer(RedisUrl server, Faults faults) {
    faults.when(
        !server.username().isEmpty() && server.password().isEmpty(),
        "password",
        "is missing, but there is a username; a URL with only a password is redis://:password@host");
    faults.when(
        server.isCluster() && server.db() != 0,
        "db",
        String.valueOf(server.db()),
        "does not exist: a Redis Cluster has only db 0");
    faults.when(
        !sentinelUsername.isEmpty() && sentinelPassword.isEmpty(),
        "sentinel_password",
        "is missing, but redis.sentinel_username is set");
    faults.when(
        !sentinelPassword.isEmpty() && !server.isSentinel(),
        "sentinel_password",
        "needs a redis.url of redis-sentinel://, which names the Sentinels");
    faults.when(
        !server.tls() && !(tls.files().caCert() + tls.files().clientCert()).isEmpty(),
        "tls.enabled",
        "is off, so the certificates are not used; set it, or write rediss://");
  }

  @Override
  public String toString() {
    return "Redis";
  }

  /**
   * @param enabled as {@code rediss://} in the URL
   * @param skipVerify trust any certificate, for any name
   */
  public record Tls(
      @DefaultValue("false") @Alias({"redis.enable_tls", "REDIS_ENABLE_TLS"}) boolean enabled,
      @DefaultValue("false") @Alias("REDIS_TLS_SKIP_VERIFY") boolean skipVerify,
      @Inline TlsFiles files) {}

  /**
   * @param threshold failures in a row that open it
   * @param timeout how long it stays open before a request may try again
   */
  public record CircuitBreaker(
      @DefaultValue("true") @Alias("redis.enable_circuit_breaker") boolean enabled,
      @DefaultValue("5") @Between({"1", "10000"}) int threshold,
      @DefaultValue("60s") @Between({"1s", "24h"}) Duration timeout) {}

  public record HealthCheck(
      @DefaultValue("true") @Alias("redis.enable_health_check") boolean enabled,
      @DefaultValue("30s") @Between({"1s", "24h"}) Duration interval) {}
}
