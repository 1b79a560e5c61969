package org.elastauth.startup;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.elastauth.routes.RouteFile;

/**
 * The packaged route files that a configuration uses. Camel does not load the others, so that none
 * of their beans, threads and connections exist.
 *
 * @param unused without {@code .camel.yaml}
 */
record UsedRouteFiles(Set<String> unused) {
  private static final List<String> CACHES =
      List.of("memory", "redis", "hybrid", "file", "database", "none");

  static UsedRouteFiles of(Settings settings) {
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
    used.values().removeIf(isUsed -> isUsed);
    return new UsedRouteFiles(used.keySet());
  }

  /**
   * @param file the name of a route file
   */
  boolean contains(String file) {
    return !unused.contains(file.replace(RouteFile.SUFFIX, ""));
  }
}
