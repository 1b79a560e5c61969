package org.elastauth.startup;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The route files that a configuration does not use. Camel does not load them, so that none of
 * their beans, threads and connections exist. Files with other names are always loaded.
 */
final class UnusedRouteFiles {
  private static final List<String> CACHES =
      List.of("memory", "redis", "hybrid", "file", "database", "none");

  private UnusedRouteFiles() {}

  /** The value of {@code camel.main.routes-exclude-pattern}. */
  static String pattern(Settings settings) {
    String cache = settings.cache().type();
    boolean redisCache = settings.cache().inRedis();
    boolean elasticsearch = !settings.elasticsearch().dryRun();
    boolean login = settings.logsBrowsersIn();
    Map<String, Boolean> used = new LinkedHashMap<>();
    // every shared cache falls back to memory
    CACHES.forEach(type -> used.put("cache-" + type, type.equals("memory") || type.equals(cache)));
    used.put("cache-redis", redisCache);
    used.put("identity-oidc", settings.usesOidc());
    used.put("oidc-login", login);
    used.put("oidc-session", login);
    used.put("oidc-logout", login);
    used.put("session-memory", settings.session().enabled());
    used.put("session-redis", settings.session().inRedis());
    used.put("rate-limit", settings.rateLimit().enabled());
    used.put("revocation-channel", redisCache || settings.session().inRedis());
    used.put("revoke", settings.admin().enabled());
    used.put("user-store-elasticsearch", elasticsearch);
    used.put("user-store-dry-run", !elasticsearch);
    used.put("expiry", elasticsearch && settings.expiry().enabled());
    used.put(
        "reread",
        elasticsearch
            && !cache.equals("none")
            && !settings.elasticsearch().rereadInterval().isZero());
    used.put("health-check-redis", settings.usesRedis());
    used.put("health-check-database", settings.cache().inDatabase());
    used.put("health-check-elasticsearch", elasticsearch);
    return used.entrySet().stream()
        .filter(file -> !file.getValue())
        .map(file -> "**/" + file.getKey() + ".camel.yaml")
        .collect(Collectors.joining(","));
  }
}
