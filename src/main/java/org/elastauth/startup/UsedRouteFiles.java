package org.elastauth.startup;

import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.elastauth.config.LoadedRoutes;
import org.elastauth.routes.RouteFile;
import org.elastauth.routes.RouteSet;

/**
 * The route files that a configuration uses. Camel does not load the others, so that none of their
 * beans, threads and connections exist. The files of adapters are used because others call them.
 */
final class UsedRouteFiles {
  /** Those that need a server, a folder or settings, or that change which keys are used. */
  private static final Set<String> NEEDY =
      Set.of(
          "cache-redis",
          "cache-hybrid",
          "cache-database",
          "cache-file",
          "session-redis",
          "identity-oidc",
          "oidc-session",
          "user-store-elasticsearch",
          "user-store-dry-run");

  private static final Pattern REDIS_BEAN =
      Pattern.compile("(?:\\bref[\"']?: *|#(bean:)?)[\"']?(redis\\w+)");
  private static final Pattern COMMENT = Pattern.compile("(?m)^\\s*#.*$");

  private final Map<String, Boolean> features;

  private UsedRouteFiles(Map<String, Boolean> features) {
    this.features = features;
  }

  static UsedRouteFiles of(Settings settings) {
    boolean login = settings.logsBrowsersIn();
    boolean elasticsearch = settings.elasticsearch().isUsed();
    String sessions = settings.session().enabled() ? settings.session().shared() : "";
    return new UsedRouteFiles(
        Map.ofEntries(
            Map.entry("front-door", true),
            Map.entry("health", true),
            Map.entry("metrics", true),
            Map.entry("oidc-login", login),
            Map.entry("oidc-logout", login),
            Map.entry("session-memory", sessions.equals("memory")),
            Map.entry("session-redis", sessions.equals("redis")),
            Map.entry(
                "revocation-channel", settings.cache().inRedis() || settings.session().inRedis()),
            Map.entry("revoke", settings.admin().enabled()),
            Map.entry("config", settings.admin().enabled()),
            Map.entry("expiry", elasticsearch && settings.expiry().enabled()),
            Map.entry("audit", settings.audit().isDelivered()),
            Map.entry(
                "reread",
                elasticsearch
                    && !settings.cache().type().equals("none")
                    && !settings.elasticsearch().rereadInterval().isZero()),
            Map.entry("health-check-redis", settings.usesRedis()),
            Map.entry("health-check-database", settings.cache().inDatabase()),
            Map.entry("health-check-elasticsearch", elasticsearch)));
  }

  /**
   * @param isExcluded whether an operator excludes a file
   * @param placeholders resolves those of the routes
   */
  RouteSet in(RouteSet all, Predicate<RouteFile> isExcluded, UnaryOperator<String> placeholders) {
    return all.used(
        file -> features.getOrDefault(file.replace(RouteFile.SUFFIX, ""), false),
        isExcluded,
        placeholders);
  }

  /** What files in use need. */
  static LoadedRoutes needs(RouteSet used) {
    Set<String> files = new TreeSet<>();
    Set<String> beans = new TreeSet<>();
    for (RouteFile file : used.files().values()) {
      String name = file.name().replace(RouteFile.SUFFIX, "");
      if (NEEDY.contains(name)) {
        files.add(name);
      } else if (file.isOwn()) {
        Matcher bean = REDIS_BEAN.matcher(COMMENT.matcher(file.text()).replaceAll(""));
        while (bean.find()) {
          beans.add(bean.group(2));
        }
      }
    }
    return new LoadedRoutes(files, beans);
  }
}
