package org.elastauth.startup;

import java.util.List;
import java.util.Map;
import java.util.Set;
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
import org.elastauth.elasticsearch.ElasticsearchSettings;
import org.elastauth.elasticsearch.RoleSettings;
import org.elastauth.expiry.ExpirySettings;
import org.elastauth.http.HttpSettings;
import org.elastauth.http.ShutdownSettings;
import org.elastauth.identity.IdentitySettings;
import org.elastauth.oidc.OidcSettings;
import org.elastauth.ratelimit.RateLimitSettings;
import org.elastauth.redis.RedisSettings;
import org.elastauth.replay.ReplaySettings;
import org.elastauth.revocation.AdminSettings;
import org.elastauth.session.SessionSettings;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Every setting, with its default, its other names and the rules for its value; {@code
 * application.yaml} says what each means. A component's path in snake case is its name: {@code
 * cache.keyPrefix} is {@code elastauth.cache.key_prefix} in a file and {@code
 * ELASTAUTH_CACHE_KEY_PREFIX} in the environment.
 */
public record Settings(
    @DefaultValue("0.0.0.0:5000") @Matches({Rules.HOST_PORT, "is not of the form host:port"})
        String listen,
    @DefaultValue("info") @Alias("LOG_LEVEL") @OneOf({"error", "warn", "info", "debug", "trace"})
        String logLevel,
    @DefaultValue("text") @Alias("LOG_FORMAT") @OneOf({"text", "json"}) String logFormat,
    @DefaultValue("") String routes,
    @DefaultValue("false") boolean routesReload,
    @DefaultValue("authelia") @Alias("AUTH_PROVIDER") @OneOf({"authelia", "oidc"})
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
    ShutdownSettings shutdown)
    implements Checked {
  /** Whether anything goes through Redis. */
  public boolean usesRedis() {
    return cache.inRedis() || rateLimit.inRedis() || session.inRedis() || replay.inRedis();
  }

  /** Whether users come from an OpenID Connect provider. */
  public boolean usesOidc() {
    return authProvider.equals("oidc");
  }

  /** Whether browsers log in at the provider and get a session. */
  public boolean logsBrowsersIn() {
    return usesOidc() && !oidc.redirectUrl().isEmpty() && session.enabled();
  }

  /** Whether the provider's responses are shared through Redis, which takes a shared key. */
  public boolean sharesProviderAnswers() {
    return usesOidc() && usesRedis() && !keys.isEmpty();
  }

  /** Nothing: secrets are among them. */
  @Override
  public String toString() {
    return "Settings";
  }

  /**
   * Adds what was left out. A Redis that is named is used, by the cache and by all that gateways
   * share; {@code redis.enabled} false means memory instead. Sessions and replay detection are on
   * with OpenID Connect.
   *
   * @param texts what is set, by path
   */
  public static void addDefaults(Map<String, String> texts) {
    String enabled = texts.getOrDefault("redis.enabled", "");
    // an alias of both is a switch: whether it is Redis
    for (String key : List.of("cache.type", "session.store")) {
      texts.computeIfPresent(
          key,
          (name, text) ->
              SettingsReader.isOn(text) ? "redis" : SettingsReader.isOff(text) ? "memory" : text);
    }
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
    String oidc = Boolean.toString("oidc".equals(texts.get("auth_provider")));
    texts.putIfAbsent("session.enabled", oidc);
    texts.putIfAbsent("replay.enabled", oidc);
  }

  @Override
  public void check(Faults faults) {
    faults.when(
        usesOidc() && oidc.issuer().isEmpty(),
        "oidc.issuer",
        "is missing; write the provider's address as its tokens spell it");
    faults.when(
        usesOidc() && oidc.clientId().isEmpty(),
        "oidc.client_id",
        "is missing; a token must name it as its audience");
    boolean cached = cache.inRedis() || cache.inDatabase();
    faults.when(
        keys.isEmpty() && (cached || session.inRedis()),
        "secret_key",
        "is missing; with "
            + (cached ? "cache.type=" + cache.type() : "session.store=" + session.store())
            + " every gateway needs the same one: make it with --generateKey"
            + " and set it as secret_key or ELASTAUTH_SECRET_KEY");
    faults.when(
        usesOidc()
            && replay.enabled()
            && replay.bearer()
            && oidc.tokenValidation().equals("userinfo"),
        "replay.bearer",
        "cannot hold with oidc.token_validation=userinfo, as an opaque token does not say when it ends;"
            + " set oidc.token_validation to jwks or both");
    faults.when(
        !elasticsearch.dryRun() && http.idleTimeout().compareTo(elasticsearch.patience()) <= 0,
        "http.idle_timeout",
        "would cut off requests that wait for Elasticsearch; make it longer than "
            + elasticsearch.patience().toSeconds()
            + "s");
  }
}
