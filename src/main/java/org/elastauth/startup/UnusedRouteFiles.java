package org.elastauth.startup;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The route files that a configuration does not use. They are not loaded, so that no bean, thread
 * or connection of theirs is made. A file of any other name is always loaded.
 */
public final class UnusedRouteFiles {
  private static final List<String> CACHES =
      List.of("memory", "redis", "hybrid", "file", "database", "none");

  private final Map<String, Boolean> used = new LinkedHashMap<>();

  public UnusedRouteFiles(Settings settings) {
    String cache = settings.cache().type();
    boolean database = cache.equals("database");
    boolean redisCache = settings.cache().inRedis();
    boolean elasticsearch = !settings.elasticsearch().dryRun();
    boolean oidc = settings.usesOidc();
    boolean login = settings.logsBrowsersIn();
    boolean sessions = settings.session().enabled();
    // every shared cache falls back to memory
    CACHES.forEach(type -> used.put("cache-" + type, type.equals("memory") || type.equals(cache)));
    used.put("cache-redis", redisCache);
    used.put("identity-oidc", oidc);
    used.put("oidc-login", login);
    used.put("oidc-session", login);
    used.put("oidc-logout", login);
    used.put("session-memory", sessions);
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
    used.put("health-check-database", database);
    used.put("health-check-elasticsearch", elasticsearch);
  }

  /** For {@code camel.main.routes-exclude-pattern}. */
  public String pattern() {
    return used.entrySet().stream()
        .filter(file -> !file.getValue())
        .map(file -> "**/" + file.getKey() + ".camel.yaml")
        .collect(Collectors.joining(","));
  }

  /**
   * @param name of a file, without its folder
   */
  public boolean contains(String name) {
    return Boolean.FALSE.equals(used.get(name.replace(".camel.yaml", "")));
  }
}
