package org.elastauth.config;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.elastauth.config.Rules.Between;
import org.elastauth.config.Rules.Matches;
import org.elastauth.config.Rules.OneOf;
import org.elastauth.config.Rules.Url;
import org.elastauth.identity.TrustedProxies;
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
    List<String> trustedProxies,
    @DefaultValue("false") @Alias("ENABLE_GROUP_WHITELIST") boolean enableGroupWhitelist,
    @DefaultValue @Alias("GROUP_WHITELIST") List<String> groupWhitelist,
    Authelia authelia,
    Oidc oidc,
    @DefaultValue("")
        @Secret
        @Alias({"SECRET_KEY", "session_encryption_key"})
        @Matches({"|" + KEY, NO_KEY})
        String secretKey,
    @DefaultValue @Secret @Alias("SECRET_KEYS") @Matches({KEY, NO_KEY}) List<String> secretKeys,
    Admin admin,
    Credential credential,
    Cache cache,
    Redis redis,
    RateLimit rateLimit,
    Session session,
    Replay replay,
    Elasticsearch elasticsearch,
    Expiry expiry,
    Http http,
    Shutdown shutdown,
    @DefaultValue @Alias("DEFAULT_ROLES") @Matches({ROLE, NO_ROLE}) List<String> defaultRoles,
    @Matches({ROLE, NO_ROLE}) Map<String, List<String>> groupMappings)
    implements Checked {
  /** The default of {@link #trustedProxies}: loopback and the private networks. */
  public static final List<String> PRIVATE_NETWORKS =
      List.of(
          "127.0.0.0/8", "::1/128", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7");

  private static final String KEY = "[0-9A-Fa-f]{64}";
  private static final String NO_KEY = "is not 64 hex digits; make one with --generateKey";
  private static final String ROLE =
      "[\\p{Print}&&[^\\s]]([\\p{Print}]{0,505}[\\p{Print}&&[^\\s]])?";
  private static final String NO_ROLE = "is not the name of an Elasticsearch role";

  public Settings {
    trustedProxies = trustedProxies == null ? PRIVATE_NETWORKS : List.copyOf(trustedProxies);
  }

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
    return usesOidc() && usesRedis() && !(secretKey.isEmpty() && secretKeys.isEmpty());
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
  static void addDefaults(Map<String, String> texts) {
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
    for (String block : trustedProxies) {
      if (!TrustedProxies.isBlock(block)) {
        faults.add(
            "trusted_proxies",
            block,
            "is not a CIDR block; write it like 10.0.0.0/8 or 192.0.2.7/32");
      }
    }
    if (enableGroupWhitelist && groupWhitelist.isEmpty()) {
      faults.add(
          "group_whitelist",
          "is empty while enable_group_whitelist is on, so nobody could log in; list the groups");
    }
    faults.when(
        usesOidc() && oidc.issuer().isEmpty(),
        "oidc.issuer",
        "is missing; write the provider's address as its tokens spell it");
    faults.when(
        usesOidc() && oidc.clientId().isEmpty(),
        "oidc.client_id",
        "is missing; a token must name it as its audience");
    faults.when(
        !secretKey.isEmpty() && !secretKeys.isEmpty(),
        "secret_keys",
        "is set together with secret_key; keep one of the two");
    boolean cached = cache.inRedis() || cache.inDatabase();
    faults.when(
        secretKey.isEmpty() && secretKeys.isEmpty() && (cached || session.inRedis()),
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

  /** Names of the request headers that carry the identity. */
  public record Authelia(
      @DefaultValue("Remote-User") @Matches({HEADER, NO_HEADER}) String headerUsername,
      @DefaultValue("Remote-Groups") @Matches({HEADER, NO_HEADER}) String headerGroups,
      @DefaultValue("Remote-Email") @Matches({HEADER, NO_HEADER}) String headerEmail,
      @DefaultValue("Remote-Name") @Matches({HEADER, NO_HEADER}) String headerName) {
    private static final String HEADER = Rules.HEADER;
    private static final String NO_HEADER = "is not the name of an HTTP header";
  }

  /** The OpenID Connect provider. An endpoint that is left out is discovered. */
  public record Oidc(
      @DefaultValue("") @Alias("OIDC_ISSUER") @Url String issuer,
      @DefaultValue("") @Alias("OIDC_CLIENT_ID") String clientId,
      @DefaultValue("") @Secret @Alias("OIDC_CLIENT_SECRET") String clientSecret,
      @DefaultValue("") @Alias("OIDC_AUTHORIZATION_ENDPOINT") @Url String authorizationEndpoint,
      @DefaultValue("") @Alias("OIDC_TOKEN_ENDPOINT") @Url String tokenEndpoint,
      @DefaultValue("") @Alias("OIDC_USERINFO_ENDPOINT") @Url String userinfoEndpoint,
      @DefaultValue("") @Alias("OIDC_JWKS_URI") @Url String jwksUri,
      @DefaultValue("") @Alias("OIDC_END_SESSION_ENDPOINT") @Url String endSessionEndpoint,
      @DefaultValue({"openid", "profile", "email", "groups"})
          @Alias("OIDC_SCOPES")
          @Matches({SCOPE, "is not a scope; list them one by one"})
          List<String> scopes,
      @DefaultValue("client_secret_basic")
          @Alias("OIDC_CLIENT_AUTH_METHOD")
          @OneOf({"client_secret_basic", "client_secret_post"})
          String clientAuthMethod,
      @DefaultValue("jwks") @Alias("OIDC_TOKEN_VALIDATION") @OneOf({"jwks", "userinfo", "both"})
          String tokenValidation,
      @DefaultValue("true") @Alias("OIDC_USE_PKCE") boolean usePkce,
      ClaimMappings claimMappings,
      Map<String, String> customHeaders,
      @DefaultValue("") @Alias("OIDC_REDIRECT_URL") @Url String redirectUrl,
      @DefaultValue
          @Alias("OIDC_ALLOWED_HOSTS")
          @Matches({HOST, "is not of the form host or host:port"})
          List<String> allowedHosts,
      OidcCache cache,
      @DefaultValue("2s") @Between({"10ms", "20s"}) Duration connectTimeout,
      @DefaultValue("5s") @Between({"10ms", "20s"}) Duration readTimeout,
      TlsFiles tls)
      implements Checked {
    private static final String SCOPE = "[!#-\\[\\]-~]{1,100}";
    private static final String HOST = "(\\[[0-9A-Fa-f:.]+]|[A-Za-z0-9._-]{1,253})(:\\d{1,5})?";
    private static final String CALLBACK = "/elastauth/oidc/callback";
    private static final String LOOPBACK = "localhost|127(\\.\\d{1,3}){3}|\\[::1]";

    /** The gateway's own in a request to the provider. */
    private static final Set<String> OWN_HEADERS =
        Set.of(
            "accept",
            "authorization",
            "connection",
            "content-length",
            "content-type",
            "expect",
            "host",
            "transfer-encoding",
            "upgrade");

    @Override
    public void check(Faults faults) {
      checkEncrypted("authorization_endpoint", authorizationEndpoint, faults);
      checkEncrypted("token_endpoint", tokenEndpoint, faults);
      checkEncrypted("userinfo_endpoint", userinfoEndpoint, faults);
      checkEncrypted("jwks_uri", jwksUri, faults);
      checkEncrypted("end_session_endpoint", endSessionEndpoint, faults);
      faults.when(
          Rules.isUrl(redirectUrl) && !redirectUrl.endsWith(CALLBACK),
          "redirect_url",
          "does not end in " + CALLBACK + ", where the gateway awaits browsers");
      faults.when(!scopes.contains("openid"), "scopes", "lacks openid");
      customHeaders.forEach(
          (name, value) -> {
            String key = "custom_headers." + name;
            if (!name.matches(Rules.HEADER)) {
              faults.add(key, "is not the name of an HTTP header");
            } else if (OWN_HEADERS.contains(name.toLowerCase(Locale.ROOT))) {
              faults.add(key, "***", "is a header that the gateway sets itself");
            } else if (!value.matches("[ -~]{0,4096}")) {
              faults.add(key, "***", "is not printable ASCII of at most 4096 characters");
            }
          });
    }

    /** What answers in the provider's place can claim to be anybody. */
    private void checkEncrypted(String name, String url, Faults faults) {
      faults.when(
          issuer.startsWith("https:")
              && url.startsWith("http:")
              && Rules.isUrl(url)
              && !URI.create(url).getHost().matches(LOOPBACK),
          name,
          "is not encrypted, though oidc.issuer is; write https://");
    }

    @Override
    public String toString() {
      return "Oidc[" + issuer + "]";
    }
  }

  /** Names of claims, or dotted paths into them such as {@code realm_access.roles}. */
  public record ClaimMappings(
      @DefaultValue("preferred_username") @Alias("OIDC_USERNAME_CLAIM") @Matches({CLAIM, NO_CLAIM})
          String username,
      @DefaultValue("email") @Alias("OIDC_EMAIL_CLAIM") @Matches({CLAIM, NO_CLAIM}) String email,
      @DefaultValue("groups") @Alias("OIDC_GROUPS_CLAIM") @Matches({CLAIM, NO_CLAIM}) String groups,
      @DefaultValue("name") @Alias("OIDC_NAME_CLAIM") @Matches({CLAIM, NO_CLAIM}) String fullName) {
    private static final String CLAIM = "[!#-\\[\\]-~]{1,255}";
    private static final String NO_CLAIM = "is not the name of a claim";
  }

  /** How long the provider's responses are valid, in memory and in Redis. */
  public record OidcCache(
      @DefaultValue("1h") @Between({"1s", "24h"}) Duration jwks,
      @DefaultValue("1h") @Between({"1s", "24h"}) Duration discovery,
      @DefaultValue("5m") @Between({"1s", "1h"}) Duration userinfo) {}

  /** What administrators may ask of the gateway. */
  public record Admin(
      @DefaultValue("false") boolean enabled,
      @DefaultValue("")
          @Secret
          @Matches({
            "|[!-~]{32,1024}",
            "is not 32 to 1024 printable ASCII characters without a blank; --generateKey prints a good one"
          })
          String credential)
      implements Checked {
    @Override
    public void check(Faults faults) {
      faults.when(
          enabled && credential.isEmpty(),
          "credential",
          "is missing; admin.enabled needs one, of at least 32 characters");
    }

    @Override
    public String toString() {
      return "Admin[" + enabled + "]";
    }
  }

  /**
   * @param scope part of every derived key, so that one secret key can be used for several clusters
   */
  public record Credential(
      @DefaultValue("") @Matches({"[A-Za-z0-9._-]{0,64}", "takes at most 64 of A-Z a-z 0-9 . _ -"})
          String scope) {}

  public record Cache(
      @DefaultValue("memory")
          @Alias({
            "CACHE_TYPE",
            "REDIS_CACHE_MODE",
            "AUTHLY_REDIS_CACHE",
            "cache_mode",
            "redis.cache_mode"
          })
          @OneOf({"memory", "redis", "hybrid", "file", "database", "none"})
          String type,
      @DefaultValue("1h") @Alias("CACHE_EXPIRATION") @Between({"60s", "7d"}) Duration expiration,
      @DefaultValue("elastauth-")
          @Alias({"CACHE_KEY_PREFIX", "REDIS_KEY_PREFIX", "key_prefix", "redis.key_prefix"})
          @Matches({"[A-Za-z0-9:._-]{1,64}", "takes 1 to 64 of A-Z a-z 0-9 : . _ -"})
          String keyPrefix,
      @DefaultValue("false") @Alias("CACHE_EXTEND") boolean extend,
      @DefaultValue("24h") @Alias("CACHE_MAX_LIFETIME") @Between({"60s", "7d"})
          Duration maxLifetime,
      @DefaultValue("") @Alias("CACHE_PATH") String path,
      @DefaultValue("jdbc:h2:./elastauth-cache") @Secret String url,
      @DefaultValue("500") @Alias("redis.hybrid_l1_size") @Between({"1", "1000000"})
          int hybridL1Size,
      @DefaultValue("10") @Alias("redis.hybrid_l1_memory_mb") @Between({"1", "1024"})
          int hybridL1MemoryMb)
      implements Checked {

    /** The length of a window, in which a user's password stays the same. */
    public Duration lifetime() {
      return extend ? maxLifetime : expiration;
    }

    /** Whether the entries are in Redis. */
    public boolean inRedis() {
      return type.equals("redis") || type.equals("hybrid");
    }

    /** Whether the entries are in a database. */
    public boolean inDatabase() {
      return type.equals("database");
    }

    @Override
    public void check(Faults faults) {
      faults.when(
          extend && maxLifetime.compareTo(expiration) < 0,
          "max_lifetime",
          "is shorter than cache.expiration, which is " + faults.written("expiration"));
      if (type.equals("file")) {
        checkFolder(faults);
      }
      if (inDatabase() && url.matches("jdbc:postgresql:[^?]*@.*")) {
        faults.add(
            "url",
            "has something in front of an @, where the driver knows no user; write user and password behind"
                + " the host, as ?user=…&password=…");
      } else if (inDatabase() && !isJdbcUrl()) {
        faults.add(
            "url",
            "is not a JDBC URL of H2 or PostgreSQL; write it like"
                + " jdbc:postgresql://host:5432/elastauth?user=…&password=…");
      }
    }

    private void checkFolder(Faults faults) {
      Path folder = Path.of(path);
      if (path.isEmpty()) {
        faults.add("path", "is missing; name the folder of the entries");
      } else if (!Files.isDirectory(folder)) {
        faults.add("path", "is no folder; make one that nobody but the gateway may enter");
      } else if (isOpenToOthers(folder)) {
        faults.add(
            "path", "is a folder others may write to; make it the gateway's alone (chmod 700)");
      } else {
        try {
          // a file system's answer about permissions is not always true: it is tried
          Files.delete(Files.createTempFile(folder, "", ".part"));
        } catch (IOException e) {
          faults.add("path", "is a folder the gateway may not write to");
        }
      }
    }

    private static boolean isOpenToOthers(Path folder) {
      try {
        return Files.getPosixFilePermissions(folder).stream()
            .anyMatch(
                Set.of(PosixFilePermission.GROUP_WRITE, PosixFilePermission.OTHERS_WRITE)
                    ::contains);
      } catch (IOException | UnsupportedOperationException unknown) {
        return false;
      }
    }

    /** The drivers decide; only the one that is needed is loaded. */
    private boolean isJdbcUrl() {
      try {
        return url.matches("jdbc:(h2|postgresql):\\S+") && DriverManager.getDriver(url) != null;
      } catch (SQLException none) {
        return false;
      }
    }

    /** Without the URL, which may hold a password. */
    @Override
    public String toString() {
      return "Cache[" + type + "]";
    }
  }

  public record Redis(
      @DefaultValue("")
          @Secret
          @Alias({"REDIS_URL", "CACHE_URL", "AUTHLY_REDIS_URL", "cache.redis_url"})
          String url,
      @DefaultValue("localhost:6379")
          @Alias({"cache.redis_host", "redis.address", "CACHE_REDIS_HOST", "REDIS_ADDRESS"})
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
      @DefaultValue("10")
          @Alias({"REDIS_POOL_SIZE", "AUTHLY_REDIS_POOL_SIZE"})
          @Between({"1", "200"})
          int poolSize,
      @DefaultValue("5s")
          @Alias({"REDIS_CONNECT_TIMEOUT", "AUTHLY_REDIS_TIMEOUT"})
          @Between({"10ms", "24h"})
          Duration connectTimeout,
      @DefaultValue("3s") @Alias("REDIS_READ_TIMEOUT") @Between({"10ms", "24h"})
          Duration readTimeout,
      @DefaultValue("3s") @Alias("REDIS_WRITE_TIMEOUT") @Between({"10ms", "24h"})
          Duration writeTimeout,
      @Between({"1ms", "24h"}) Duration patience,
      @DefaultValue("true") @Alias({"REDIS_KEEPALIVE", "AUTHLY_REDIS_KEEPALIVE"}) boolean keepalive,
      RedisTls tls,
      CircuitBreaker circuitBreaker,
      HealthCheck healthCheck)
      implements Checked {
    private static final Duration DEFAULT_PATIENCE = Duration.ofMillis(200);

    public Redis {
      if (patience == null) {
        patience = readTimeout.compareTo(DEFAULT_PATIENCE) < 0 ? readTimeout : DEFAULT_PATIENCE;
      }
    }

    /**
     * The URL, completed by the other settings.
     *
     * @throws IllegalArgumentException says what is wrong with the URL, without quoting it
     */
    public RedisUrl server() {
      RedisUrl said = RedisUrl.parse(url.isEmpty() ? "redis://" + host : url, db);
      return new RedisUrl(
          said.tls() || tls.enabled(),
          said.nodes(),
          said.master(),
          said.username().isEmpty() && said.password().isEmpty() ? username : said.username(),
          said.password().isEmpty() ? password : said.password(),
          said.db());
    }

    @Override
    public void check(Faults faults) {
      if (patience.compareTo(readTimeout) > 0) {
        faults.add(
            "patience",
            "is longer than redis.read_timeout, which is " + faults.written("read_timeout"));
      }
      if (url.isEmpty() && !host.matches(Rules.HOST_PORT)) {
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
          "is missing beside the username; a URL with nothing but a password is redis://:password@host");
      faults.when(
          server.isCluster() && server.db() != 0,
          "db",
          String.valueOf(server.db()),
          "is not there: a Redis Cluster has only db 0");
      faults.when(
          !sentinelUsername.isEmpty() && sentinelPassword.isEmpty(),
          "sentinel_password",
          "is missing beside redis.sentinel_username");
      faults.when(
          !sentinelPassword.isEmpty() && !server.isSentinel(),
          "sentinel_password",
          "is for Sentinels, which only a redis.url of redis-sentinel:// names");
      faults.when(
          !server.tls() && !(tls.files().caCert() + tls.files().clientCert()).isEmpty(),
          "tls.enabled",
          "would leave Redis without TLS, and the certificates unused; set it, or write rediss://");
    }

    @Override
    public String toString() {
      return "Redis";
    }
  }

  /**
   * @param enabled as {@code rediss://} in the URL
   * @param skipVerify trust any certificate, for any name
   */
  public record RedisTls(
      @DefaultValue("false") @Alias({"redis.enable_tls", "REDIS_ENABLE_TLS"}) boolean enabled,
      @DefaultValue("false") @Alias({"redis.tls_skip_verify", "REDIS_TLS_SKIP_VERIFY"})
          boolean skipVerify,
      @Inline TlsFiles files) {}

  /**
   * @param threshold failures in a row that open it
   * @param timeout how long it stays open before a request may try again
   */
  public record CircuitBreaker(
      @DefaultValue("true") @Alias("redis.enable_circuit_breaker") boolean enabled,
      @DefaultValue("5") @Alias("redis.circuit_breaker_threshold") @Between({"1", "10000"})
          int threshold,
      @DefaultValue("60s") @Alias("redis.circuit_breaker_timeout") @Between({"1s", "24h"})
          Duration timeout) {}

  public record HealthCheck(
      @DefaultValue("true") @Alias("redis.enable_health_check") boolean enabled,
      @DefaultValue("30s") @Alias("redis.health_check_interval") @Between({"1s", "24h"})
          Duration interval) {}

  public record RateLimit(
      @DefaultValue("false") @Alias("AUTHLY_REDIS_RATE_LIMIT") boolean enabled,
      @DefaultValue("1000") @Between({"1", "100000"}) int maxRequests,
      @DefaultValue("1m") @Between({"1s", "24h"}) Duration window,
      @DefaultValue("memory") @OneOf({"memory", "redis"}) String store,
      @DefaultValue("memory") @OneOf({"memory", "fail_open", "fail_closed"}) String policy) {

    /** Whether requests are counted in Redis. */
    public boolean inRedis() {
      return enabled && store.equals("redis");
    }
  }

  public record Session(
      @DefaultValue("false") boolean enabled,
      @DefaultValue("24h") @Alias("session_max_age") @Between({"60s", "30d"}) Duration maxAge,
      @DefaultValue("elastauth_session")
          @Matches({"[A-Za-z0-9._-]{1,64}", "takes 1 to 64 of A-Z a-z 0-9 . _ -"})
          String cookieName,
      @DefaultValue("")
          @Matches({
            "|(?=.{1,253}$)([A-Za-z0-9-]{1,63}\\.)*[A-Za-z0-9-]{1,63}",
            "is not a domain; write it like example.org"
          })
          String cookieDomain,
      @DefaultValue("memory") @Alias("AUTHLY_REDIS_SESSION") @OneOf({"memory", "redis", "hybrid"})
          String store,
      @DefaultValue("memory") @OneOf({"memory", "fail_open", "fail_closed"}) String policy)
      implements Checked {

    /** Whether sessions are in Redis. */
    public boolean inRedis() {
      return enabled && !store.equals("memory");
    }

    @Override
    public void check(Faults faults) {
      faults.when(
          cookieName.startsWith("__"),
          "cookie_name",
          "begins as browsers reserve it; the gateway adds __Host- where it can");
    }
  }

  /** Detection of tokens that are used again. */
  public record Replay(
      @DefaultValue("false") @Alias("!disable_replay_detection") boolean enabled,
      @DefaultValue("false") boolean bearer,
      @DefaultValue("memory") @OneOf({"memory", "redis"}) String store,
      @DefaultValue("memory") @OneOf({"memory", "fail_open", "fail_closed"}) String policy) {

    /** Whether used tokens are remembered in Redis. */
    public boolean inRedis() {
      return enabled && store.equals("redis");
    }
  }

  public record Elasticsearch(
      @DefaultValue("http://localhost:9200") @Alias("ELASTICSEARCH_HOSTS") List<String> hosts,
      @DefaultValue("") @Alias("ELASTICSEARCH_USERNAME") String username,
      @DefaultValue("") @Secret @Alias("ELASTICSEARCH_PASSWORD") String password,
      @DefaultValue("2s") @Between({"10ms", "24h"}) Duration connectTimeout,
      @DefaultValue("10s") @Between({"10ms", "24h"}) Duration readTimeout,
      @DefaultValue("false") boolean dryRun,
      Tls tls,
      @DefaultValue("none") @OneOf({"none", "elastauth"}) String adopt,
      @DefaultValue("60") @Between({"1", "100000"}) int maxNewUsers,
      @DefaultValue("4") @Between({"1", "1000"}) int maxPasswordWrites,
      @DefaultValue("30s")
          @Between(
              value = {"1s", "24h"},
              orZero = true)
          Duration rereadInterval)
      implements Checked {

    /** How long a login may wait: each host may use its whole timeout before the last answers. */
    public Duration patience() {
      return readTimeout.multipliedBy(1L + hosts.size());
    }

    @Override
    public void check(Faults faults) {
      faults.when(
          !dryRun && username.isEmpty() != password.isEmpty(),
          username.isEmpty() ? "username" : "password",
          "is missing; the gateway's own account needs both username and password");
      faults.when(
          username.contains(":"),
          "username",
          "***",
          "contains a colon, which HTTP Basic cannot carry; the password has a setting of its own");
      faults.when(!dryRun && hosts.isEmpty(), "hosts", "lists no URL");
      boolean certificates = !(tls.files().caCert() + tls.files().clientCert()).isEmpty();
      for (String host : hosts) {
        if (!Rules.isUrl(host) || !host.matches("https?://[^/?]+/?")) {
          faults.add(
              "hosts",
              host,
              "is not a URL of the form http(s)://host:port; user and password have settings of their own");
        } else if (certificates && host.startsWith("http:")) {
          faults.add(
              "hosts",
              host,
              "is not encrypted, so elasticsearch.tls would mean nothing; write https://");
        }
      }
    }

    @Override
    public String toString() {
      return "Elasticsearch[" + hosts + "]";
    }
  }

  /**
   * @param insecureSkipVerify trust any certificate, for any name
   */
  public record Tls(@Inline TlsFiles files, @DefaultValue("false") boolean insecureSkipVerify) {}

  public record Expiry(
      @DefaultValue("true") boolean enabled,
      @DefaultValue("5m") @Between({"10s", "24h"}) Duration interval,
      @DefaultValue("0s")
          @Between(
              value = {"1h", "3650d"},
              orZero = true)
          Duration deleteAfter,
      @DefaultValue("false") boolean dryRun) {

    /**
     * How long one gateway holds the lease, and a run may thus take: a little less than the
     * interval, so that the gateway's own timer finds its last lease over.
     */
    public Duration turn() {
      return interval.multipliedBy(9).dividedBy(10);
    }
  }

  public record Http(
      @DefaultValue("16384") @Between({"1024", "1048576"}) int maxRequestLine,
      @DefaultValue("32768") @Between({"1024", "1048576"}) int maxHeaderSize,
      @DefaultValue("20000") @Between({"1", "1048576"}) int maxConnections,
      @DefaultValue("10s") @Between({"100ms", "24h"}) Duration requestTimeout,
      @DefaultValue("75s") @Between({"1s", "24h"}) Duration idleTimeout) {}

  /**
   * @param drain from SIGTERM until the last request is answered; new ones are accepted for half of
   *     it
   */
  public record Shutdown(@DefaultValue("10s") @Between({"0s", "1h"}) Duration drain) {}
}
