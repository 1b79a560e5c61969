package org.elastauth.config;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.elastauth.identity.TrustedProxies;

/** What Spring's binding cannot see: whether the values make sense, alone and together. */
final class SettingsCheck {
  private static final Pattern SCOPE = Pattern.compile("[A-Za-z0-9._-]{0,64}");
  private static final Pattern KEY_PREFIX = Pattern.compile("[A-Za-z0-9:._-]{1,64}");
  private static final Pattern HEADER = Pattern.compile("[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}");
  private static final Pattern HOST_PORT =
      Pattern.compile("(\\[[0-9A-Fa-f:.]+]|[^:\\s/@]+):(\\d{1,5})");
  private static final Pattern DATABASE_URL = Pattern.compile("jdbc:(h2|postgresql):\\S+");
  private static final Pattern USER_BEFORE_HOST = Pattern.compile("jdbc:postgresql:[^?]*@");
  private static final Pattern SECRET_KEY = Pattern.compile("[0-9A-Fa-f]{64}");
  private static final Pattern CREDENTIAL = Pattern.compile("[!-~]{32,1024}");
  private static final Pattern SCOPE_TOKEN = Pattern.compile("[!#-\\[\\]-~]{1,100}");
  private static final String CALLBACK = "/elastauth/oidc/callback";
  private static final Pattern CLAIM = Pattern.compile("[!#-\\[\\]-~]{1,255}");
  private static final Pattern HEADER_VALUE = Pattern.compile("[ -~]{0,4096}");
  private static final Pattern HOST =
      Pattern.compile("(\\[[0-9A-Fa-f:.]+]|[A-Za-z0-9._-]{1,253})(:\\d{1,5})?");
  private static final Pattern LOOPBACK = Pattern.compile("localhost|127(\\.\\d{1,3}){3}|\\[::1]");
  private static final Pattern COOKIE = Pattern.compile("[A-Za-z0-9._-]{1,64}");
  private static final Pattern DOMAIN =
      Pattern.compile("(?=.{1,253}$)([A-Za-z0-9-]{1,63}\\.)*[A-Za-z0-9-]{1,63}");
  private static final Pattern ROLE =
      Pattern.compile("[\\p{Print}&&[^\\s]]([\\p{Print}]{0,505}[\\p{Print}&&[^\\s]])?");
  private static final Duration SHORTEST_WINDOW = Duration.ofSeconds(60);
  private static final Duration LONGEST_WINDOW = Duration.ofDays(7);
  private static final Duration LONGEST_SESSION = Duration.ofDays(30);
  private static final Duration HOUR = Duration.ofHours(1);
  private static final Duration LONGEST_ASKING = Duration.ofSeconds(20);
  private static final Duration DAY = Duration.ofDays(1);

  /** What a feature that lives in Redis may do while Redis is away. */
  private static final Set<String> OUTAGE_POLICIES = Set.of("memory", "fail_open", "fail_closed");

  /** What a request to the provider says by itself. */
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

  private final List<Fault> faults = new ArrayList<>();

  List<Fault> faults(Settings s) {
    hostPort("listen", s.listen(), 0);
    oneOf("log_level", s.logLevel(), Set.of("error", "warn", "info", "debug", "trace"));
    oneOf("log_format", s.logFormat(), Set.of("text", "json"));
    oneOf("auth_provider", s.authProvider(), Set.of("authelia", "oidc"));
    oneOf(
        "cache.type",
        s.cache().type(),
        Set.of("memory", "redis", "hybrid", "file", "database", "none"));
    for (String block : s.trustedProxies()) {
      cidr(block);
    }
    header("authelia.header_username", s.authelia().headerUsername());
    header("authelia.header_groups", s.authelia().headerGroups());
    header("authelia.header_email", s.authelia().headerEmail());
    header("authelia.header_name", s.authelia().headerName());
    if (s.enableGroupWhitelist() && s.groupWhitelist().isEmpty()) {
      fault(
          "group_whitelist",
          "",
          "is empty while enable_group_whitelist is on, so nobody could log in; list the groups");
    }
    oidc(s.oidc(), s.usesOidc());
    keys(s);
    admin(s.admin());
    matches(
        "credential.scope", s.credential().scope(), SCOPE, "takes at most 64 of A-Z a-z 0-9 . _ -");
    matches(
        "cache.key_prefix",
        s.cache().keyPrefix(),
        KEY_PREFIX,
        "takes 1 to 64 of A-Z a-z 0-9 : . _ -");
    between("cache.expiration", s.cache().expiration(), SHORTEST_WINDOW, LONGEST_WINDOW);
    between("cache.max_lifetime", s.cache().maxLifetime(), SHORTEST_WINDOW, LONGEST_WINDOW);
    if (s.cache().extend() && s.cache().maxLifetime().compareTo(s.cache().expiration()) < 0) {
      fault(
          "cache.max_lifetime",
          text(s.cache().maxLifetime()),
          "is shorter than cache.expiration, which is " + text(s.cache().expiration()));
    }
    if (s.cache().type().equals("file")) {
      folder("cache.path", s.cache().path());
    }
    if (s.cache().inDatabase() && USER_BEFORE_HOST.matcher(s.cache().url()).lookingAt()) {
      fault(
          "cache.url",
          "***",
          "has something in front of an @, where the driver knows no user; write user and password behind"
              + " the host, as ?user=…&password=…");
    } else if (s.cache().inDatabase() && !isJdbcUrl(s.cache().url())) {
      fault(
          "cache.url",
          "***",
          "is not a JDBC URL of H2 or PostgreSQL; write it like jdbc:postgresql://host:5432/elastauth?user=…&password=…");
    }
    between("cache.hybrid_l1_size", s.cache().hybridL1Size(), 1, 1_000_000);
    between("cache.hybrid_l1_memory_mb", s.cache().hybridL1MemoryMb(), 1, 1_024);
    redis(s.redis());
    rateLimit(s.rateLimit());
    session(s.session());
    oneOf("replay.store", s.replay().store(), Set.of("memory", "redis"));
    oneOf("replay.policy", s.replay().policy(), OUTAGE_POLICIES);
    if (s.usesOidc()
        && s.replay().enabled()
        && s.replay().bearer()
        && s.oidc().tokenValidation().equals("userinfo")) {
      fault(
          "replay.bearer",
          "true",
          "cannot hold with oidc.token_validation=userinfo, as nobody knows when an opaque token ends;"
              + " set oidc.token_validation to jwks or both");
    }
    elasticsearch(s.elasticsearch());
    between("expiry.interval", s.expiry().interval(), Duration.ofSeconds(10), DAY);
    if (!s.expiry().deleteAfter().isZero()) {
      between("expiry.delete_after", s.expiry().deleteAfter(), HOUR, Duration.ofDays(3650));
    }
    between("http.max_request_line", s.http().maxRequestLine(), 1024, 1 << 20);
    between("http.max_header_size", s.http().maxHeaderSize(), 1024, 1 << 20);
    between("http.max_connections", s.http().maxConnections(), 1, 1 << 20);
    between("http.request_timeout", s.http().requestTimeout(), Duration.ofMillis(100), DAY);
    if (between("http.idle_timeout", s.http().idleTimeout(), Duration.ofSeconds(1), DAY)
        && !s.elasticsearch().dryRun()
        && s.http().idleTimeout().compareTo(s.elasticsearch().patience()) <= 0) {
      fault(
          "http.idle_timeout",
          text(s.http().idleTimeout()),
          "would cut off who waits for Elasticsearch; make it longer than "
              + text(s.elasticsearch().patience()));
    }
    between("shutdown.drain", s.shutdown().drain(), Duration.ZERO, Duration.ofHours(1));
    roles("default_roles", s.defaultRoles());
    for (Map.Entry<String, List<String>> mapping : s.groupMappings().entrySet()) {
      roles("group_mappings." + mapping.getKey(), mapping.getValue());
    }
    return faults;
  }

  private void keys(Settings s) {
    if (!s.secretKey().isEmpty() && !s.secretKeys().isEmpty()) {
      fault("secret_keys", "***", "stands beside secret_key; keep one of the two");
    }
    key("secret_key", s.secretKey(), s.secretKey().isEmpty());
    for (int i = 0; i < s.secretKeys().size(); i++) {
      key("secret_keys[" + i + "]", s.secretKeys().get(i), false);
    }
    if (s.secretKey().isEmpty()
        && s.secretKeys().isEmpty()
        && (s.cache().inRedis() || s.cache().inDatabase() || s.session().inRedis())) {
      boolean cached = s.cache().inRedis() || s.cache().inDatabase();
      fault(
          "secret_key",
          "",
          "is missing; with "
              + (cached ? "cache.type=" + s.cache().type() : "session.store=" + s.session().store())
              + " every gateway needs the same one: make it with --generateKey"
              + " and set it as secret_key or ELASTAUTH_SECRET_KEY");
    }
  }

  private void key(String key, String value, boolean absent) {
    if (!absent && !SECRET_KEY.matcher(value).matches()) {
      fault(key, "***", "is not 64 hex digits; make one with --generateKey");
    }
  }

  private void admin(Settings.Admin admin) {
    if (admin.enabled() && admin.credential().isEmpty()) {
      fault(
          "admin.credential", "", "is missing; admin.enabled needs one, of at least 32 characters");
    } else if (!admin.credential().isEmpty() && !CREDENTIAL.matcher(admin.credential()).matches()) {
      fault(
          "admin.credential",
          "***",
          "is not 32 to 1024 printable ASCII characters without a blank; --generateKey prints a good one");
    }
  }

  /**
   * @param used whether it is the provider that is asked
   */
  private void oidc(Settings.Oidc oidc, boolean used) {
    if (used && oidc.issuer().isEmpty()) {
      fault("oidc.issuer", "", "is missing; write the provider's address as its tokens spell it");
    }
    if (used && oidc.clientId().isEmpty()) {
      fault("oidc.client_id", "", "is missing; a token must name it as its audience");
    }
    address("oidc.issuer", oidc.issuer());
    endpoint("oidc.authorization_endpoint", oidc.authorizationEndpoint(), oidc.issuer());
    endpoint("oidc.token_endpoint", oidc.tokenEndpoint(), oidc.issuer());
    endpoint("oidc.userinfo_endpoint", oidc.userinfoEndpoint(), oidc.issuer());
    endpoint("oidc.jwks_uri", oidc.jwksUri(), oidc.issuer());
    endpoint("oidc.end_session_endpoint", oidc.endSessionEndpoint(), oidc.issuer());
    address("oidc.redirect_url", oidc.redirectUrl());
    if (isAddress(oidc.redirectUrl()) && !oidc.redirectUrl().endsWith(CALLBACK)) {
      fault(
          "oidc.redirect_url",
          oidc.redirectUrl(),
          "does not end in " + CALLBACK + ", where the gateway awaits browsers");
    }
    for (String scope : oidc.scopes()) {
      matches("oidc.scopes", scope, SCOPE_TOKEN, "is not a scope; list them one by one");
    }
    if (!oidc.scopes().contains("openid")) {
      fault("oidc.scopes", String.join(",", oidc.scopes()), "lacks openid");
    }
    oneOf(
        "oidc.client_auth_method",
        oidc.clientAuthMethod(),
        Set.of("client_secret_basic", "client_secret_post"));
    oneOf("oidc.token_validation", oidc.tokenValidation(), Set.of("jwks", "userinfo", "both"));
    claim("username", oidc.claimMappings().username());
    claim("email", oidc.claimMappings().email());
    claim("groups", oidc.claimMappings().groups());
    claim("full_name", oidc.claimMappings().fullName());
    oidc.customHeaders().forEach(this::customHeader);
    for (String host : oidc.allowedHosts()) {
      matches("oidc.allowed_hosts", host, HOST, "is not of the form host or host:port");
    }
    between("oidc.cache.jwks", oidc.cache().jwks(), Duration.ofSeconds(1), DAY);
    between("oidc.cache.discovery", oidc.cache().discovery(), Duration.ofSeconds(1), DAY);
    between("oidc.cache.userinfo", oidc.cache().userinfo(), Duration.ofSeconds(1), HOUR);
    between("oidc.connect_timeout", oidc.connectTimeout(), Duration.ofMillis(10), LONGEST_ASKING);
    between("oidc.read_timeout", oidc.readTimeout(), Duration.ofMillis(10), LONGEST_ASKING);
    faults.addAll(TlsCheck.faults("oidc.tls", oidc.tls().files()));
  }

  private void claim(String name, String value) {
    matches("oidc.claim_mappings." + name, value, CLAIM, "is not the name of a claim");
  }

  private void customHeader(String name, String value) {
    String key = "oidc.custom_headers." + name;
    if (!HEADER.matcher(name).matches()) {
      fault(key, "", "is not the name of an HTTP header");
    } else if (OWN_HEADERS.contains(name.toLowerCase(Locale.ROOT))) {
      fault(key, "***", "is a header that the gateway sets itself");
    } else if (!HEADER_VALUE.matcher(value).matches()) {
      fault(key, "***", "is not printable ASCII of at most 4096 characters");
    }
  }

  private void address(String key, String value) {
    if (!value.isEmpty() && !isAddress(value)) {
      fault(
          key,
          value.contains("@") ? "***" : value,
          "is not a URL of the form https://host/path, without user, password and fragment");
    }
  }

  /** Whoever answers in the provider's place says who anybody is. */
  private void endpoint(String key, String value, String issuer) {
    address(key, value);
    if (isAddress(value)
        && value.startsWith("http:")
        && issuer.startsWith("https:")
        && !LOOPBACK.matcher(URI.create(value).getHost()).matches()) {
      fault(key, value, "is not encrypted, though oidc.issuer is; write https://");
    }
  }

  private void redis(Settings.Redis redis) {
    if (redis.url().isEmpty()) {
      hostPort("redis.host", redis.host(), 1);
    }
    between("redis.db", redis.db(), 0, 1_000_000);
    between("redis.pool_size", redis.poolSize(), 1, 200);
    between("redis.connect_timeout", redis.connectTimeout(), Duration.ofMillis(10), DAY);
    between("redis.read_timeout", redis.readTimeout(), Duration.ofMillis(10), DAY);
    between("redis.write_timeout", redis.writeTimeout(), Duration.ofMillis(10), DAY);
    if (between("redis.patience", redis.patience(), Duration.ofMillis(1), DAY)
        && redis.patience().compareTo(redis.readTimeout()) > 0) {
      fault(
          "redis.patience",
          text(redis.patience()),
          "is longer than redis.read_timeout, which is " + text(redis.readTimeout()));
    }
    between("redis.circuit_breaker.threshold", redis.circuitBreaker().threshold(), 1, 10_000);
    between(
        "redis.circuit_breaker.timeout",
        redis.circuitBreaker().timeout(),
        Duration.ofSeconds(1),
        DAY);
    between(
        "redis.health_check.interval", redis.healthCheck().interval(), Duration.ofSeconds(1), DAY);
    faults.addAll(TlsCheck.faults("redis.tls", redis.tls().files()));
    if (faults.stream().noneMatch(fault -> fault.key().equals("redis.host"))) {
      redisServer(redis);
    }
  }

  private void rateLimit(Settings.RateLimit limit) {
    between("rate_limit.max_requests", limit.maxRequests(), 1, 100_000);
    between("rate_limit.window", limit.window(), Duration.ofSeconds(1), DAY);
    oneOf("rate_limit.store", limit.store(), Set.of("memory", "redis"));
    oneOf("rate_limit.policy", limit.policy(), OUTAGE_POLICIES);
  }

  private void session(Settings.Session session) {
    between("session.max_age", session.maxAge(), SHORTEST_WINDOW, LONGEST_SESSION);
    oneOf("session.store", session.store(), Set.of("memory", "redis", "hybrid"));
    oneOf("session.policy", session.policy(), OUTAGE_POLICIES);
    matches(
        "session.cookie_name", session.cookieName(), COOKIE, "takes 1 to 64 of A-Z a-z 0-9 . _ -");
    if (session.cookieName().startsWith("__")) {
      fault(
          "session.cookie_name",
          session.cookieName(),
          "begins as browsers reserve it; the gateway adds __Host- where it can");
    }
    if (!session.cookieDomain().isEmpty()) {
      matches(
          "session.cookie_domain",
          session.cookieDomain(),
          DOMAIN,
          "is not a domain; write it like example.org");
    }
  }

  private void redisServer(Settings.Redis redis) {
    RedisUrl server;
    try {
      server = redis.server();
    } catch (IllegalArgumentException malformed) {
      fault("redis.url", "***", malformed.getMessage());
      return;
    }
    if (!server.username().isEmpty() && server.password().isEmpty()) {
      fault(
          "redis.password",
          "",
          "is missing beside the username; a URL with nothing but a password is redis://:password@host");
    }
    if (server.isCluster() && server.db() != 0) {
      fault("redis.db", text(server.db()), "is not there: a Redis Cluster has only db 0");
    }
    if (!redis.sentinelUsername().isEmpty() && redis.sentinelPassword().isEmpty()) {
      fault("redis.sentinel_password", "", "is missing beside redis.sentinel_username");
    }
    if (!redis.sentinelPassword().isEmpty() && !server.isSentinel()) {
      fault(
          "redis.sentinel_password",
          "***",
          "is for Sentinels, which only a redis.url of redis-sentinel:// names");
    }
    Settings.RedisTls tls = redis.tls();
    if (!server.tls() && !(tls.caCert() + tls.clientCert()).isEmpty()) {
      fault(
          "redis.tls.enabled",
          "false",
          "would leave Redis without TLS, and the certificates unused; set it, or write rediss://");
    }
  }

  private void elasticsearch(Settings.Elasticsearch elasticsearch) {
    between(
        "elasticsearch.connect_timeout",
        elasticsearch.connectTimeout(),
        Duration.ofMillis(10),
        DAY);
    between("elasticsearch.read_timeout", elasticsearch.readTimeout(), Duration.ofMillis(10), DAY);
    if (!elasticsearch.dryRun()
        && elasticsearch.username().isEmpty() != elasticsearch.password().isEmpty()) {
      String missing = elasticsearch.username().isEmpty() ? "username" : "password";
      fault(
          "elasticsearch." + missing,
          "",
          "is missing; the gateway's own account needs both username and password");
    }
    if (elasticsearch.username().contains(":")) {
      fault(
          "elasticsearch.username",
          "***",
          "contains a colon, which HTTP Basic cannot carry; the password has a setting of its own");
    }
    if (!elasticsearch.dryRun() && elasticsearch.hosts().isEmpty()) {
      fault("elasticsearch.hosts", "", "lists no URL");
    }
    Settings.Tls tls = elasticsearch.tls();
    boolean certificates = !tls.caCert().isEmpty() || !tls.clientCert().isEmpty();
    for (String host : elasticsearch.hosts()) {
      if (!isHttpUrl(host)) {
        fault(
            "elasticsearch.hosts",
            host.contains("@") ? "***" : host,
            "is not a URL of the form http(s)://host:port; user and password have settings of their own");
      } else if (certificates && host.startsWith("http:")) {
        fault(
            "elasticsearch.hosts",
            host,
            "is not encrypted, so elasticsearch.tls would mean nothing; write https://");
      }
    }
    faults.addAll(TlsCheck.faults("elasticsearch.tls", tls));
    oneOf("elasticsearch.adopt", elasticsearch.adopt(), Set.of("none", "elastauth"));
    between("elasticsearch.max_new_users", elasticsearch.maxNewUsers(), 1, 100_000);
    between("elasticsearch.max_password_writes", elasticsearch.maxPasswordWrites(), 1, 1_000);
    if (!elasticsearch.rereadInterval().isZero()) {
      between(
          "elasticsearch.reread_interval",
          elasticsearch.rereadInterval(),
          Duration.ofSeconds(1),
          DAY);
    }
  }

  private void folder(String key, String value) {
    if (value.isEmpty()) {
      fault(key, "", "is missing; name the folder of the entries");
      return;
    }
    if (!new File(value).isDirectory()) {
      fault(key, value, "is no folder; make one that nobody but the gateway may enter");
      return;
    }
    if (isOpenToOthers(Path.of(value))) {
      fault(key, value, "is a folder others may write to; make it the gateway's alone (chmod 700)");
      return;
    }
    try {
      // tried, not asked: what a file system answers about rights is not always what it does
      Files.delete(Files.createTempFile(Path.of(value), "", ".part"));
    } catch (IOException e) {
      fault(key, value, "is a folder the gateway may not write to");
    }
  }

  private static boolean isOpenToOthers(Path folder) {
    try {
      Set<PosixFilePermission> rights = Files.getPosixFilePermissions(folder);
      return rights.contains(PosixFilePermission.GROUP_WRITE)
          || rights.contains(PosixFilePermission.OTHERS_WRITE);
    } catch (IOException | UnsupportedOperationException notTold) {
      return false;
    }
  }

  /** By the drivers' own word; they are loaded only where one is needed. */
  private static boolean isJdbcUrl(String text) {
    try {
      return DATABASE_URL.matcher(text).matches() && DriverManager.getDriver(text) != null;
    } catch (SQLException none) {
      return false;
    }
  }

  private static boolean isAddress(String text) {
    try {
      URI uri = URI.create(text);
      return ("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))
          && uri.getHost() != null
          && uri.getPort() <= 65535
          && uri.getUserInfo() == null
          && uri.getFragment() == null;
    } catch (IllegalArgumentException notOne) {
      return false;
    }
  }

  private static boolean isHttpUrl(String text) {
    try {
      URI uri = URI.create(text);
      return ("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))
          && uri.getHost() != null
          && uri.getPort() <= 65535
          && uri.getUserInfo() == null
          && (uri.getPath().isEmpty() || uri.getPath().equals("/"))
          && uri.getQuery() == null
          && uri.getFragment() == null;
    } catch (IllegalArgumentException notOne) {
      return false;
    }
  }

  private void cidr(String block) {
    if (!TrustedProxies.isBlock(block)) {
      fault(
          "trusted_proxies",
          block,
          "is not a CIDR block; write it like 10.0.0.0/8 or 192.0.2.7/32");
    }
  }

  private void roles(String key, List<String> roles) {
    for (String role : roles) {
      matches(key, role, ROLE, "is not the name of an Elasticsearch role");
    }
  }

  private void hostPort(String key, String value, int lowestPort) {
    var parts = HOST_PORT.matcher(value);
    if (!parts.matches()
        || Integer.parseInt(parts.group(2)) < lowestPort
        || Integer.parseInt(parts.group(2)) > 65535) {
      // a password may stand before an @
      fault(key, value.contains("@") ? "***" : value, "is not of the form host:port");
    }
  }

  private void header(String key, String value) {
    matches(key, value, HEADER, "is not the name of an HTTP header");
  }

  private void matches(String key, String value, Pattern form, String mend) {
    if (!form.matcher(value).matches()) {
      fault(key, value, mend);
    }
  }

  private void oneOf(String key, String value, Set<String> allowed) {
    if (!allowed.contains(value)) {
      fault(key, value, "is not one of " + String.join(", ", allowed.stream().sorted().toList()));
    }
  }

  private <T extends Comparable<T>> boolean between(String key, T value, T low, T high) {
    boolean inside = value.compareTo(low) >= 0 && value.compareTo(high) <= 0;
    if (!inside) {
      fault(key, text(value), "must lie between " + text(low) + " and " + text(high));
    }
    return inside;
  }

  private static String text(Object value) {
    return value instanceof Duration duration
        ? (duration.toMillisPart() == 0 ? duration.toSeconds() + "s" : duration.toMillis() + "ms")
        : value.toString();
  }

  private void fault(String key, String value, String mend) {
    faults.add(new Fault(key, value, mend));
  }
}
