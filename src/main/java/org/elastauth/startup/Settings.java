package org.elastauth.startup;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.elastauth.audit.AuditSettings;
import org.elastauth.cache.CacheSettings;
import org.elastauth.config.Alias;
import org.elastauth.config.Checked;
import org.elastauth.config.Faults;
import org.elastauth.config.Inline;
import org.elastauth.config.LoadedRoutes;
import org.elastauth.config.Rules;
import org.elastauth.config.Rules.Matches;
import org.elastauth.config.Rules.Name;
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
        @Alias({"LOG_LEVEL", "observability.log_level", "logging.level"})
        @OneOf({"error", "warn", "info", "debug", "trace"})
        String logLevel,
    @DefaultValue("text")
        @Alias({"LOG_FORMAT", "observability.log_format", "logging.format"})
        @OneOf({"text", "json", "ecs"})
        String logFormat,
    @DefaultValue("") String routes,
    @DefaultValue("false") boolean routesReload,
    @DefaultValue("authelia") @Alias({"AUTH_PROVIDER", "oidc.enabled=oidc|authelia"}) @Name
        String authProvider,
    @DefaultValue("elasticsearch") @Name String userStore,
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
    AuditSettings audit,
    HttpSettings http,
    ResponseSettings response,
    ShutdownSettings shutdown,
    LoadedRoutes loaded)
    implements Checked {
  private static final String DRY_RUN = "dry-run";
  private static final Set<String> IN_REDIS = Set.of("redis", "hybrid");

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

  /** Whether no state leaves this process. */
  boolean keepsAllInMemory() {
    Map<String, String> stores = adapters();
    stores.keySet().removeAll(List.of("auth_provider", "user_store"));
    return Set.of("memory", "none").containsAll(stores.values());
  }

  /** The features that keep their state in Redis, separated by commas. */
  public String redisFeatures() {
    return Stream.of(
            cache.inRedis() ? "cache" : "",
            rateLimit.inRedis() ? "rate_limit" : "",
            session.inRedis() ? "session" : "",
            replay.inRedis() ? "replay" : "",
            loaded.ownUseRedis() ? "routes" : "")
        .filter(feature -> !feature.isEmpty())
        .collect(Collectors.joining(","));
  }

  /** Whether a provider's tokens identify users; the operator's routes may call those of oidc. */
  public boolean usesOidc() {
    return usesOidc(loaded);
  }

  private static boolean usesOidc(LoadedRoutes loaded) {
    return loaded.has("identity-oidc") || loaded.has("oidc-session");
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
   * The adapters that run, by the part of the gateway that they serve.
   *
   * @return in this order
   */
  public Map<String, String> adapters() {
    Map<String, String> adapters = new LinkedHashMap<>();
    adapters.put("auth_provider", authProvider);
    adapters.put("cache", cache.type());
    adapters.put("user_store", userStore);
    if (logsBrowsersIn()) {
      adapters.put("session", session.store());
    }
    if (rateLimit.enabled()) {
      adapters.put("rate_limit", rateLimit.store());
    }
    if (replay.enabled()) {
      adapters.put("replay", replay.store());
    }
    if (audit.enabled()) {
      adapters.put("audit", audit.target());
    }
    return adapters;
  }

  /**
   * Adds defaults that depend on other settings, while no route file is read yet: each adapter is
   * expected to be the shipped one of its name.
   *
   * @param texts the configured values by path
   * @return what these adapters need
   */
  public static LoadedRoutes addDefaults(Map<String, String> texts) {
    boolean oidc = "oidc".equals(texts.get("auth_provider"));
    addDefaults(texts, oidc, false);
    Set<String> files = new TreeSet<>();
    switch (texts.get("cache.type")) {
      case "hybrid" -> files.addAll(List.of("cache-hybrid", "cache-redis"));
      case "redis", "database", "file" -> files.add("cache-" + texts.get("cache.type"));
      default -> {} // needs nothing
    }
    boolean sessions = SettingsReader.isOn(texts.get("session.enabled"));
    if (sessions && IN_REDIS.contains(texts.get("session.store"))) {
      files.add("session-redis");
    }
    if (oidc) {
      files.add("identity-oidc");
    }
    if (oidc && sessions && texts.containsKey("oidc.redirect_url")) {
      files.add("oidc-session");
    }
    if (texts.getOrDefault("user_store", "elasticsearch").equals("elasticsearch")) {
      files.add("user-store-elasticsearch");
    }
    return new LoadedRoutes(files, Set.of());
  }

  /**
   * Adds the same defaults, knowing the route files in use.
   *
   * @param loaded what they need
   * @return the same
   */
  static LoadedRoutes addDefaults(Map<String, String> texts, LoadedRoutes loaded) {
    addDefaults(texts, usesOidc(loaded), loaded.has("cache-redis"));
    return loaded;
  }

  /**
   * A configured Redis becomes the store of the cache and of all shared state, unless {@code
   * redis.enabled} is false. OpenID Connect turns sessions and replay detection on. {@code
   * elasticsearch.dry_run} is the older name of a user store.
   */
  private static void addDefaults(Map<String, String> texts, boolean oidc, boolean cacheInRedis) {
    String enabled = texts.getOrDefault("redis.enabled", "");
    boolean wanted =
        texts.containsKey("redis.host")
            || texts.containsKey("redis.url")
            || SettingsReader.isOn(enabled);
    texts.putIfAbsent("cache.type", wanted ? "redis" : "memory");
    String cache = texts.get("cache.type");
    String store = wanted || cacheInRedis || IN_REDIS.contains(cache) ? "redis" : "memory";
    texts.putIfAbsent("session.store", cache.equals("hybrid") ? cache : store);
    texts.putIfAbsent("rate_limit.store", store);
    texts.putIfAbsent("replay.store", store);
    if (SettingsReader.isOff(enabled)) {
      for (String key :
          List.of("cache.type", "session.store", "rate_limit.store", "replay.store")) {
        texts.computeIfPresent(key, (name, text) -> IN_REDIS.contains(text) ? "memory" : text);
      }
    }
    texts.putIfAbsent("session.enabled", Boolean.toString(oidc));
    texts.putIfAbsent("replay.enabled", Boolean.toString(oidc));
    if (SettingsReader.isOn(texts.getOrDefault("elasticsearch.dry_run", ""))) {
      texts.putIfAbsent("user_store", DRY_RUN);
    } else if (DRY_RUN.equals(texts.get("user_store"))) {
      texts.putIfAbsent("elasticsearch.dry_run", "true");
    }
  }

  @Override
  public void check(Faults faults) {
    if (usesOidc()) {
      oidc.missing().forEach(fault -> faults.add(fault.key(), fault.mend()));
    }
    faults.when(
        loaded.has("oidc-session") && !logsBrowsersIn(),
        "oidc.redirect_url",
        "is missing or session.enabled is off, but a route calls direct:oidc-session; set both, or"
            + " remove the call");
    faults.when(
        elasticsearch.dryRun() != userStore.equals(DRY_RUN),
        "user_store",
        "contradicts elasticsearch.dry_run="
            + elasticsearch.dryRun()
            + ", the older name of user_store=dry-run; remove one of them");
    faults.when(
        !redis.enabled() && (cache.inRedis() || session.inRedis() || loaded.ownUseRedis()),
        "redis.enabled",
        "is off, but a route file of your own uses Redis; set it to true, or remove the call");
    boolean cached = cache.inRedis() || cache.inDatabase();
    faults.when(
        keys.isEmpty() && (cached || session.inRedis()),
        "secret_key",
        "is missing; with "
            + (cached ? "cache.type=" + cache.type() : "session.store=" + session.store())
            + " all gateways need the same key: generate it with the command generate-key"
            + " and set it as secret_key or ELASTAUTH_SECRET_KEY");
    faults.when(
        Stream.concat(Stream.of(keys.secretKey()), keys.secretKeys().stream())
            .anyMatch(key -> WeakSecret.areSame(key, admin.credential())),
        "admin.credential",
        "is the same as a secret key, which is never sent; generate it with the command generate-key");
    faults.when(
        usesOidc()
            && replay.enabled()
            && replay.bearer()
            && oidc.tokenValidation().equals("userinfo"),
        "replay.bearer",
        "is not possible with oidc.token_validation=userinfo, because opaque tokens have no readable"
            + " expiry; set oidc.token_validation to jwks or both");
    faults.when(
        elasticsearch.isUsed() && http.idleTimeout().compareTo(elasticsearch.patience()) <= 0,
        "http.idle_timeout",
        "would close connections whose requests wait for Elasticsearch; set it to more than "
            + elasticsearch.patience().toSeconds()
            + "s");
  }
}
