package org.elastauth.startup;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.elastauth.cache.CacheSettings;
import org.elastauth.config.Alias;
import org.elastauth.config.Checked;
import org.elastauth.config.Faults;
import org.elastauth.config.Inline;
import org.elastauth.config.Rules;
import org.elastauth.config.Rules.Matches;
import org.elastauth.config.Rules.OneOf;
import org.elastauth.config.SettingsReader;
import org.elastauth.crypto.KeySettings;
import org.elastauth.crypto.WeakSecret;
import org.elastauth.elasticsearch.ElasticsearchSettings;
import org.elastauth.expiry.ExpirySettings;
import org.elastauth.http.HttpSettings;
import org.elastauth.http.ResponseSettings;
import org.elastauth.http.ShutdownSettings;
import org.elastauth.identity.IdentitySettings;
import org.elastauth.identity.RoleSettings;
import org.elastauth.oidc.OidcSettings;
import org.elastauth.ratelimit.RateLimitSettings;
import org.elastauth.redis.RedisSettings;
import org.elastauth.replay.ReplaySettings;
import org.elastauth.revocation.AdminSettings;
import org.elastauth.session.SessionSettings;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * All settings with defaults, aliases and rules; {@code application.yaml} describes each. The path
 * of a component in snake case is its name: {@code cache.keyPrefix} is {@code
 * elastauth.cache.key_prefix} in a file and {@code ELASTAUTH_CACHE_KEY_PREFIX} in the environment.
 */
public record Settings(
    @DefaultValue("0.0.0.0:5000")
        @Alias("server.port")
        @Matches({
          "((\\*|" + Rules.HOST + ")?:)?" + Rules.PORT,
          "is not of the form host:port, :port or port"
        })
        String listen,
    @DefaultValue("info")
        @Alias({"LOG_LEVEL", "observability.log_level"})
        @OneOf({"error", "warn", "info", "debug", "trace"})
        String logLevel,
    @DefaultValue("text")
        @Alias({"LOG_FORMAT", "observability.log_format"})
        @OneOf({"text", "json", "ecs"})
        String logFormat,
    @DefaultValue("") String routes,
    @DefaultValue("false") boolean routesReload,
    @DefaultValue("authelia")
        @Alias({"AUTH_PROVIDER", "oidc.enabled=oidc|authelia"})
        @OneOf({"authelia", "oidc"})
        String authProvider,
    @Inline IdentitySettings identity,
    OidcSettings oidc,
    @Inline KeySettings keys,
    @Inline RoleSettings roles,
    AdminSettings admin,
    CacheSettings cache,
    RedisSettings redis,
    RateLimitSettings rateLimit,
    SessionSettings session,
    ReplaySettings replay,
    ElasticsearchSettings elasticsearch,
    ExpirySettings expiry,
    HttpSettings http,
    ResponseSettings response,
    ShutdownSettings shutdown)
    implements Checked {
  /** The address to listen on; without a host, every address. */
  public String host() {
    String host = listen.replaceAll(":?\\d+$|[\\[\\]]", "");
    return host.isEmpty() || host.equals("*") ? "0.0.0.0" : host;
  }

  public int port() {
    return Integer.parseInt(listen.substring(listen.lastIndexOf(':') + 1));
  }

  public boolean usesRedis() {
    return !redisFeatures().isEmpty();
  }

  /** The features that keep their state in Redis, separated by commas. */
  public String redisFeatures() {
    return Stream.of(
            cache.inRedis() ? "cache" : "",
            rateLimit.inRedis() ? "rate_limit" : "",
            session.inRedis() ? "session" : "",
            replay.inRedis() ? "replay" : "")
        .filter(feature -> !feature.isEmpty())
        .collect(Collectors.joining(","));
  }

  /** A provider of its own name may use the routes of OpenID Connect, if there is an issuer. */
  public boolean usesOidc() {
    return usesOidc(authProvider, oidc.issuer());
  }

  private static boolean usesOidc(String provider, String issuer) {
    return provider.equals("oidc") || !provider.equals("authelia") && !issuer.isEmpty();
  }

  /** Whether browsers log in at the provider and receive a session. */
  public boolean logsBrowsersIn() {
    return usesOidc() && !oidc.redirectUrl().isEmpty() && session.enabled();
  }

  /** Whether gateways share the provider's responses through Redis, which requires a shared key. */
  public boolean sharesProviderAnswers() {
    return usesOidc() && usesRedis() && !keys.isEmpty();
  }

  /** Shows no values, because some are secrets. */
  @Override
  public String toString() {
    return "Settings";
  }

  /**
   * Adds defaults that depend on other settings. A configured Redis becomes the store of the cache
   * and of all shared state, unless {@code redis.enabled} is false. OpenID Connect turns sessions
   * and replay detection on.
   *
   * @param texts the configured values by path
   */
  public static void addDefaults(Map<String, String> texts) {
    String enabled = texts.getOrDefault("redis.enabled", "");
    boolean wanted =
        texts.containsKey("redis.host")
            || texts.containsKey("redis.url")
            || SettingsReader.isOn(enabled);
    texts.putIfAbsent("cache.type", wanted ? "redis" : "memory");
    String cache = texts.get("cache.type");
    Set<String> inRedis = Set.of("redis", "hybrid");
    String store = wanted || inRedis.contains(cache) ? "redis" : "memory";
    texts.putIfAbsent("session.store", cache.equals("hybrid") ? cache : store);
    texts.putIfAbsent("rate_limit.store", store);
    texts.putIfAbsent("replay.store", store);
    if (SettingsReader.isOff(enabled)) {
      for (String key :
          List.of("cache.type", "session.store", "rate_limit.store", "replay.store")) {
        texts.computeIfPresent(key, (name, text) -> inRedis.contains(text) ? "memory" : text);
      }
    }
    String oidc =
        Boolean.toString(
            usesOidc(
                texts.getOrDefault("auth_provider", "authelia"),
                texts.getOrDefault("oidc.issuer", "")));
    texts.putIfAbsent("session.enabled", oidc);
    texts.putIfAbsent("replay.enabled", oidc);
  }

  @Override
  public void check(Faults faults) {
    if (usesOidc()) {
      oidc.missing().forEach(fault -> faults.add(fault.key(), fault.mend()));
    }
    boolean cached = cache.inRedis() || cache.inDatabase();
    faults.when(
        keys.isEmpty() && (cached || session.inRedis()),
        "secret_key",
        "is missing; with "
            + (cached ? "cache.type=" + cache.type() : "session.store=" + session.store())
            + " all gateways need the same key: generate it with --generateKey"
            + " and set it as secret_key or ELASTAUTH_SECRET_KEY");
    faults.when(
        Stream.concat(Stream.of(keys.secretKey()), keys.secretKeys().stream())
            .anyMatch(key -> WeakSecret.areSame(key, admin.credential())),
        "admin.credential",
        "is the same as a secret key, which is never sent; generate it with --generateKey");
    faults.when(
        usesOidc()
            && replay.enabled()
            && replay.bearer()
            && oidc.tokenValidation().equals("userinfo"),
        "replay.bearer",
        "is not possible with oidc.token_validation=userinfo, because opaque tokens have no readable"
            + " expiry; set oidc.token_validation to jwks or both");
    faults.when(
        !elasticsearch.dryRun() && http.idleTimeout().compareTo(elasticsearch.patience()) <= 0,
        "http.idle_timeout",
        "would close connections whose requests wait for Elasticsearch; set it to more than "
            + elasticsearch.patience().toSeconds()
            + "s");
  }
}
