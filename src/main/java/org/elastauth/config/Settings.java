package org.elastauth.config;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Everything that can be configured, with its default. A component's path in snake case is its key:
 * {@code cache.keyPrefix} is {@code elastauth.cache.key_prefix} in a file and {@code
 * ELASTAUTH_CACHE_KEY_PREFIX} in the environment. Other spellings stand in {@link Alias}.
 *
 * @param listen {@code host:port}; port 0 takes a free one
 * @param routes folder that holds the {@code *.camel.yaml} to run; empty: {@code ./routes} if it
 *     holds any, else the routes inside the jar
 * @param routesReload take over an edited file of that folder while the gateway runs
 * @param trustedProxies CIDR blocks of the peers whose identity headers are believed
 * @param secretKey 64 hex digits
 * @param secretKeys several keys of 64 hex digits; the first one writes, all of them read
 * @param groupMappings group name, matched without case, to the Elasticsearch roles it gives
 */
public record Settings(
    @DefaultValue("0.0.0.0:5000") String listen,
    @DefaultValue("info") @Alias("LOG_LEVEL") String logLevel,
    @DefaultValue("text") @Alias("LOG_FORMAT") String logFormat,
    @DefaultValue("") String routes,
    @DefaultValue("false") boolean routesReload,
    @DefaultValue("authelia") @Alias("AUTH_PROVIDER") String authProvider,
    List<String> trustedProxies,
    @DefaultValue("false") @Alias("ENABLE_GROUP_WHITELIST") boolean enableGroupWhitelist,
    @DefaultValue @Alias("GROUP_WHITELIST") List<String> groupWhitelist,
    @DefaultValue Authelia authelia,
    @DefaultValue Oidc oidc,
    @DefaultValue("") @Secret @Alias({"SECRET_KEY", "session_encryption_key"}) String secretKey,
    @DefaultValue @Secret @Alias("SECRET_KEYS") List<String> secretKeys,
    @DefaultValue Admin admin,
    @DefaultValue Credential credential,
    @DefaultValue Cache cache,
    @DefaultValue Redis redis,
    @DefaultValue RateLimit rateLimit,
    @DefaultValue Session session,
    @DefaultValue Replay replay,
    @DefaultValue Elasticsearch elasticsearch,
    @DefaultValue Expiry expiry,
    @DefaultValue Http http,
    @DefaultValue Shutdown shutdown,
    @DefaultValue @Alias("DEFAULT_ROLES") List<String> defaultRoles,
    @DefaultValue Map<String, List<String>> groupMappings) {

  /** The default of {@link #trustedProxies}: loopback and the private networks. */
  public static final List<String> PRIVATE_NETWORKS =
      List.of(
          "127.0.0.0/8", "::1/128", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7");

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

  /** Whether browsers are sent to the provider to log in, and have a session from then on. */
  public boolean logsBrowsersIn() {
    return usesOidc() && !oidc.redirectUrl().isEmpty() && session.enabled();
  }

  /**
   * Whether what the provider says is shared through Redis, which takes a key that others hold too.
   */
  public boolean sharesProviderAnswers() {
    return usesOidc() && usesRedis() && !(secretKey.isEmpty() && secretKeys.isEmpty());
  }

  /** Nothing: secrets are among them. */
  @Override
  public String toString() {
    return "Settings";
  }

  /** Names of the request headers that carry the identity. */
  public record Authelia(
      @DefaultValue("Remote-User") String headerUsername,
      @DefaultValue("Remote-Groups") String headerGroups,
      @DefaultValue("Remote-Email") String headerEmail,
      @DefaultValue("Remote-Name") String headerName) {}

  /**
   * The OpenID Connect provider whose tokens are believed. An endpoint that is left out is
   * discovered below {@code issuer}.
   *
   * @param issuer as the provider spells it in its tokens
   * @param clientId what a token must name as its audience
   * @param scopes what a login asks for
   * @param clientAuthMethod how the gateway shows its secret: {@code client_secret_basic} or {@code
   *     client_secret_post}
   * @param tokenValidation {@code jwks}: a token's signature and claims; {@code userinfo}: what the
   *     provider says of it; {@code both}: both must hold
   * @param customHeaders sent with every request to the provider, by name; secret
   * @param redirectUrl the address of the callback, as browsers see it; empty: no login of browsers
   * @param allowedHosts whereto a login may lead back; empty: the host of {@code redirectUrl}
   * @param readTimeout in which the provider must have answered whole
   */
  public record Oidc(
      @DefaultValue("") @Alias("OIDC_ISSUER") String issuer,
      @DefaultValue("") @Alias("OIDC_CLIENT_ID") String clientId,
      @DefaultValue("") @Secret @Alias("OIDC_CLIENT_SECRET") String clientSecret,
      @DefaultValue("") @Alias("OIDC_AUTHORIZATION_ENDPOINT") String authorizationEndpoint,
      @DefaultValue("") @Alias("OIDC_TOKEN_ENDPOINT") String tokenEndpoint,
      @DefaultValue("") @Alias("OIDC_USERINFO_ENDPOINT") String userinfoEndpoint,
      @DefaultValue("") @Alias("OIDC_JWKS_URI") String jwksUri,
      @DefaultValue("") @Alias("OIDC_END_SESSION_ENDPOINT") String endSessionEndpoint,
      @DefaultValue({"openid", "profile", "email", "groups"}) @Alias("OIDC_SCOPES")
          List<String> scopes,
      @DefaultValue("client_secret_basic") @Alias("OIDC_CLIENT_AUTH_METHOD")
          String clientAuthMethod,
      @DefaultValue("jwks") @Alias("OIDC_TOKEN_VALIDATION") String tokenValidation,
      @DefaultValue("true") @Alias("OIDC_USE_PKCE") boolean usePkce,
      @DefaultValue ClaimMappings claimMappings,
      @DefaultValue Map<String, String> customHeaders,
      @DefaultValue("") @Alias("OIDC_REDIRECT_URL") String redirectUrl,
      @DefaultValue @Alias("OIDC_ALLOWED_HOSTS") List<String> allowedHosts,
      @DefaultValue OidcCache cache,
      @DefaultValue("2s") Duration connectTimeout,
      @DefaultValue("5s") Duration readTimeout,
      @DefaultValue OidcTls tls) {
    @Override
    public String toString() {
      return "Oidc[" + issuer + "]";
    }
  }

  /** Names of claims, or dotted paths into them such as {@code realm_access.roles}. */
  public record ClaimMappings(
      @DefaultValue("preferred_username") @Alias("OIDC_USERNAME_CLAIM") String username,
      @DefaultValue("email") @Alias("OIDC_EMAIL_CLAIM") String email,
      @DefaultValue("groups") @Alias("OIDC_GROUPS_CLAIM") String groups,
      @DefaultValue("name") @Alias("OIDC_NAME_CLAIM") String fullName) {}

  /** As {@link Tls}; a provider whose certificate is not verified can be anybody. */
  public record OidcTls(
      @DefaultValue("") String caCert,
      @DefaultValue("") String clientCert,
      @DefaultValue("") String clientKey) {
    public Tls files() {
      return new Tls(caCert, clientCert, clientKey, false);
    }
  }

  /**
   * How long an answer of the provider is good, in memory and in Redis.
   *
   * @param jwks its keys
   * @param discovery its endpoints
   * @param userinfo what it says of a token
   */
  public record OidcCache(
      @DefaultValue("1h") Duration jwks,
      @DefaultValue("1h") Duration discovery,
      @DefaultValue("5m") Duration userinfo) {}

  /**
   * What administrators may ask of the gateway.
   *
   * @param enabled answer them at all
   * @param credential the bearer token they show; at least 32 characters
   */
  public record Admin(
      @DefaultValue("false") boolean enabled, @DefaultValue("") @Secret String credential) {
    @Override
    public String toString() {
      return "Admin[" + enabled + "]";
    }
  }

  /**
   * @param scope goes into every derived key, so that one secret key can serve several clusters
   */
  public record Credential(@DefaultValue("") String scope) {}

  /**
   * @param type {@code memory}, {@code redis}, {@code hybrid}, {@code file}, {@code database} or
   *     {@code none}; left out: redis where a Redis host is configured
   * @param expiration how long an entry lives, and without {@code extend} its password too: 60
   *     seconds to 7 days
   * @param extend each use lets an entry live for another {@code expiration}
   * @param maxLifetime with {@code extend}: how long a password lives
   * @param path with {@code file}: the folder of the entries
   * @param url with {@code database}: a JDBC URL of H2 or PostgreSQL, with user and password
   * @param hybridL1Size with {@code hybrid}: how many entries memory holds in front of Redis
   * @param hybridL1MemoryMb with {@code hybrid}: how large they may be together
   */
  public record Cache(
      @DefaultValue("memory")
          @Alias({
            "CACHE_TYPE",
            "REDIS_CACHE_MODE",
            "AUTHLY_REDIS_CACHE",
            "cache_mode",
            "redis.cache_mode"
          })
          String type,
      @DefaultValue("1h") @Alias("CACHE_EXPIRATION") Duration expiration,
      @DefaultValue("elastauth-")
          @Alias({"CACHE_KEY_PREFIX", "REDIS_KEY_PREFIX", "key_prefix", "redis.key_prefix"})
          String keyPrefix,
      @DefaultValue("false") @Alias("CACHE_EXTEND") boolean extend,
      @DefaultValue("24h") @Alias("CACHE_MAX_LIFETIME") Duration maxLifetime,
      @DefaultValue("") @Alias("CACHE_PATH") String path,
      @DefaultValue("jdbc:h2:./elastauth-cache") @Secret String url,
      @DefaultValue("500") @Alias("redis.hybrid_l1_size") int hybridL1Size,
      @DefaultValue("10") @Alias("redis.hybrid_l1_memory_mb") int hybridL1MemoryMb) {

    /** The length of a window, in which a user's password stays the same. */
    public Duration lifetime() {
      return extend ? maxLifetime : expiration;
    }

    /** Whether the entries lie in Redis. */
    public boolean inRedis() {
      return type.equals("redis") || type.equals("hybrid");
    }

    /** Whether they lie in a database. */
    public boolean inDatabase() {
      return type.equals("database");
    }

    /** Without the URL, in which a password may stand. */
    @Override
    public String toString() {
      return "Cache[" + type + "]";
    }
  }

  /**
   * @param url instead of host, and of db, username, password and tls.enabled where it says them
   *     too
   * @param host {@code host:port}
   * @param sentinelUsername what the Sentinels want to hear, who know nothing of the master's
   *     users; empty: the default user
   * @param enabled false: memory, whatever {@code cache.type} says
   * @param poolSize connections that are opened, to each node of a cluster
   * @param connectTimeout for a connection to be made, and its user to be known
   * @param readTimeout how long a command that reads may take
   * @param writeTimeout how long a command that writes may take
   * @param patience how long a request waits for Redis before this gateway's memory answers, where
   *     memory holds a valid entry; left out: 200 ms, or {@code readTimeout} where that is shorter
   * @param keepalive let the system notice a peer that is gone without a word
   */
  public record Redis(
      @DefaultValue("")
          @Secret
          @Alias({"REDIS_URL", "CACHE_URL", "AUTHLY_REDIS_URL", "cache.redis_url"})
          String url,
      @DefaultValue("localhost:6379")
          @Alias({"cache.redis_host", "redis.address", "CACHE_REDIS_HOST", "REDIS_ADDRESS"})
          String host,
      @DefaultValue("0") @Alias({"cache.redis_db", "CACHE_REDIS_DB", "REDIS_DB"}) int db,
      @DefaultValue("") @Alias({"cache.redis_username", "CACHE_REDIS_USERNAME", "REDIS_USERNAME"})
          String username,
      @DefaultValue("")
          @Secret
          @Alias({"cache.redis_password", "CACHE_REDIS_PASSWORD", "REDIS_PASSWORD"})
          String password,
      @DefaultValue("") @Alias("REDIS_SENTINEL_USERNAME") String sentinelUsername,
      @DefaultValue("") @Secret @Alias("REDIS_SENTINEL_PASSWORD") String sentinelPassword,
      @DefaultValue("true") @Alias("REDIS_ENABLED") boolean enabled,
      @DefaultValue("10") @Alias({"REDIS_POOL_SIZE", "AUTHLY_REDIS_POOL_SIZE"}) int poolSize,
      @DefaultValue("5s") @Alias({"REDIS_CONNECT_TIMEOUT", "AUTHLY_REDIS_TIMEOUT"})
          Duration connectTimeout,
      @DefaultValue("3s") @Alias("REDIS_READ_TIMEOUT") Duration readTimeout,
      @DefaultValue("3s") @Alias("REDIS_WRITE_TIMEOUT") Duration writeTimeout,
      Duration patience,
      @DefaultValue("true") @Alias({"REDIS_KEEPALIVE", "AUTHLY_REDIS_KEEPALIVE"}) boolean keepalive,
      @DefaultValue RedisTls tls,
      @DefaultValue CircuitBreaker circuitBreaker,
      @DefaultValue HealthCheck healthCheck) {
    private static final Duration DEFAULT_PATIENCE = Duration.ofMillis(200);

    public Redis {
      if (patience == null) {
        patience = readTimeout.compareTo(DEFAULT_PATIENCE) < 0 ? readTimeout : DEFAULT_PATIENCE;
      }
    }

    /**
     * Everything that the URL and the settings beside it say together.
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
    public String toString() {
      return "Redis";
    }
  }

  /**
   * As {@link Tls}.
   *
   * @param enabled as {@code rediss://} in the URL
   * @param skipVerify believe any certificate, for any name
   */
  public record RedisTls(
      @DefaultValue("false") @Alias({"redis.enable_tls", "REDIS_ENABLE_TLS"}) boolean enabled,
      @DefaultValue("false") @Alias({"redis.tls_skip_verify", "REDIS_TLS_SKIP_VERIFY"})
          boolean skipVerify,
      @DefaultValue("") String caCert,
      @DefaultValue("") String clientCert,
      @DefaultValue("") String clientKey) {
    public Tls files() {
      return new Tls(caCert, clientCert, clientKey, skipVerify);
    }
  }

  /**
   * @param threshold so many failures in a row open it
   * @param timeout how long it stays open before one request may try again
   */
  public record CircuitBreaker(
      @DefaultValue("true") @Alias("redis.enable_circuit_breaker") boolean enabled,
      @DefaultValue("5") @Alias("redis.circuit_breaker_threshold") int threshold,
      @DefaultValue("60s") @Alias("redis.circuit_breaker_timeout") Duration timeout) {}

  /**
   * How often a user may ask, and who has none, by the client's address.
   *
   * @param maxRequests let in during any {@code window}
   * @param store where they are counted: {@code memory}, or {@code redis}, for all gateways
   *     together; left out: redis where a Redis host is configured
   * @param policy what holds while Redis does not count: {@code memory}, {@code fail_open} or
   *     {@code fail_closed}
   */
  public record RateLimit(
      @DefaultValue("false") @Alias("AUTHLY_REDIS_RATE_LIMIT") boolean enabled,
      @DefaultValue("1000") int maxRequests,
      @DefaultValue("1m") Duration window,
      @DefaultValue("memory") String store,
      @DefaultValue("memory") String policy) {

    /** Whether requests are counted in Redis. */
    public boolean inRedis() {
      return enabled && store.equals("redis");
    }
  }

  /**
   * What users who logged in with a browser show with each request.
   *
   * @param enabled keep them; left out: with auth_provider oidc
   * @param maxAge how long one lives, whatever is renewed meanwhile
   * @param cookieName of the cookie that holds the session's id
   * @param cookieDomain other hosts that may see it; empty: none
   * @param store {@code memory}; {@code redis}, for all gateways together; {@code hybrid}: for 10
   *     seconds in memory too. Left out: as {@code cache.type}, else redis where a Redis host is
   *     configured
   * @param policy what holds while Redis does not answer: {@code memory}, {@code fail_open} (as
   *     memory: nobody is let in unknown) or {@code fail_closed}
   */
  public record Session(
      @DefaultValue("false") boolean enabled,
      @DefaultValue("24h") @Alias("session_max_age") Duration maxAge,
      @DefaultValue("elastauth_session") String cookieName,
      @DefaultValue("") String cookieDomain,
      @DefaultValue("memory") @Alias("AUTHLY_REDIS_SESSION") String store,
      @DefaultValue("memory") String policy) {

    /** Whether they lie in Redis. */
    public boolean inRedis() {
      return enabled && !store.equals("memory");
    }
  }

  /**
   * Tokens that are good for one use only.
   *
   * @param enabled left out: with auth_provider oidc. False: a gateway remembers those that are
   *     always good for one use only in its own memory, and others not at all
   * @param bearer whether a bearer token is one; an API client sends the same one many times
   * @param store where they are remembered: {@code memory}, or {@code redis}, for all gateways
   *     together; left out: redis where a Redis host is configured
   * @param policy what holds while Redis does not answer: {@code memory}, {@code fail_open} or
   *     {@code fail_closed}
   */
  public record Replay(
      @DefaultValue("false") @Alias("!disable_replay_detection") boolean enabled,
      @DefaultValue("false") boolean bearer,
      @DefaultValue("memory") String store,
      @DefaultValue("memory") String policy) {

    /** Whether they are remembered in Redis. */
    public boolean inRedis() {
      return enabled && store.equals("redis");
    }
  }

  /**
   * @param interval time between two looks at Redis and Elasticsearch
   */
  public record HealthCheck(
      @DefaultValue("true") @Alias("redis.enable_health_check") boolean enabled,
      @DefaultValue("30s") @Alias("redis.health_check_interval") Duration interval) {}

  /**
   * @param hosts URLs of one cluster, asked in turn
   * @param readTimeout how long one host may take before another is asked
   * @param dryRun answer what would be written, contact nobody
   * @param adopt {@code none}, or {@code elastauth}: take over users that elastauth made
   * @param maxNewUsers users this gateway may create a minute
   * @param maxPasswordWrites passwords it may write at once; Elasticsearch hashes each for long
   * @param rereadInterval time between two looks at how the cached users stand; 0: none is made
   */
  public record Elasticsearch(
      @DefaultValue("http://localhost:9200") @Alias("ELASTICSEARCH_HOSTS") List<String> hosts,
      @DefaultValue("") @Alias("ELASTICSEARCH_USERNAME") String username,
      @DefaultValue("") @Secret @Alias("ELASTICSEARCH_PASSWORD") String password,
      @DefaultValue("2s") Duration connectTimeout,
      @DefaultValue("10s") Duration readTimeout,
      @DefaultValue("false") boolean dryRun,
      @DefaultValue Tls tls,
      @DefaultValue("none") String adopt,
      @DefaultValue("60") int maxNewUsers,
      @DefaultValue("4") int maxPasswordWrites,
      @DefaultValue("30s") Duration rereadInterval) {
    /**
     * How long a login may wait: each host may let one wait in vain before the last one answers.
     */
    public Duration patience() {
      return readTimeout.multipliedBy(1L + hosts.size());
    }

    @Override
    public String toString() {
      return "Elasticsearch[" + hosts + "]";
    }
  }

  /**
   * What becomes of users whose window has ended.
   *
   * @param enabled disable them in Elasticsearch
   * @param interval time between two looks at all users
   * @param deleteAfter time from the end of the window until a disabled one is deleted; 0: never
   * @param dryRun log what would be done, and do nothing
   */
  public record Expiry(
      @DefaultValue("true") boolean enabled,
      @DefaultValue("5m") Duration interval,
      @DefaultValue("0s") Duration deleteAfter,
      @DefaultValue("false") boolean dryRun) {

    /**
     * How long it is one gateway's turn, and a look may thus take: a little less than the interval,
     * so that the gateway's own timer finds its last turn over.
     */
    public Duration turn() {
      return interval.multipliedBy(9).dividedBy(10);
    }
  }

  /**
   * Paths of PEM files; empty: not used.
   *
   * @param caCert the only authorities that are believed; empty: those of the JVM
   * @param clientCert what the gateway shows of itself, with the chain above it
   * @param clientKey its private key, without a passphrase
   * @param insecureSkipVerify believe any certificate, for any name
   */
  public record Tls(
      @DefaultValue("") String caCert,
      @DefaultValue("") String clientCert,
      @DefaultValue("") String clientKey,
      @DefaultValue("false") boolean insecureSkipVerify) {}

  /**
   * @param maxRequestLine bytes; a longer one is answered 414
   * @param maxHeaderSize bytes of all headers together; more is answered 431
   * @param maxConnections open at once, or fewer where the process may not open so many files; one
   *     more is closed unheard, and from half of them on whoever is not in {@code trusted_proxies}
   * @param requestTimeout in which a request, once begun, must have arrived whole
   * @param idleTimeout after which a connection is closed that says nothing
   */
  public record Http(
      @DefaultValue("16384") int maxRequestLine,
      @DefaultValue("32768") int maxHeaderSize,
      @DefaultValue("20000") int maxConnections,
      @DefaultValue("10s") Duration requestTimeout,
      @DefaultValue("75s") Duration idleTimeout) {}

  /**
   * @param drain from the signal to stop until the last request is answered; new ones are taken for
   *     half of it
   */
  public record Shutdown(@DefaultValue("10s") Duration drain) {}
}
