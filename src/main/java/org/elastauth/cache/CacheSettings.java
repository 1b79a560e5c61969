package org.elastauth.cache;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.elastauth.config.Alias;
import org.elastauth.config.Checked;
import org.elastauth.config.Faults;
import org.elastauth.config.LoadedRoutes;
import org.elastauth.config.Rules.Between;
import org.elastauth.config.Rules.Matches;
import org.elastauth.config.Rules.Name;
import org.elastauth.config.Secret;
import org.springframework.boot.context.properties.bind.DefaultValue;

public record CacheSettings(
    @DefaultValue("memory")
        @Alias({
          "CACHE_TYPE",
          "REDIS_CACHE_MODE",
          "AUTHLY_REDIS_CACHE=redis|memory",
          "cache_mode",
          "redis.cache_mode",
          "cache.backend"
        })
        @Name
        String type,
    @DefaultValue("1h")
        @Alias({
          "CACHE_EXPIRATION",
          "cache.expire",
          "cache.credential_ttl",
          "user_management.credential_ttl",
          "redis.expire_seconds"
        })
        @Between({"60s", "7d"})
        Duration expiration,
    @DefaultValue("elastauth-")
        @Alias({"CACHE_KEY_PREFIX", "REDIS_KEY_PREFIX", "key_prefix", "redis.key_prefix"})
        @Matches({"[A-Za-z0-9:._-]{1,64}", "takes 1 to 64 of A-Z a-z 0-9 : . _ -"})
        String keyPrefix,
    @DefaultValue("false") @Alias({"CACHE_EXTEND", "extend_cache"}) boolean extend,
    @DefaultValue("24h") @Alias("CACHE_MAX_LIFETIME") @Between({"60s", "7d"}) Duration maxLifetime,
    @DefaultValue("") @Alias("CACHE_PATH") String path,
    @DefaultValue("jdbc:h2:./elastauth-cache") @Secret String url,
    @DefaultValue("500") @Alias("redis.hybrid_l1_size") @Between({"1", "1000000"}) int hybridL1Size,
    @DefaultValue("10") @Alias("redis.hybrid_l1_memory_mb") @Between({"1", "1024"})
        int hybridL1MemoryMb,
    LoadedRoutes routes)
    implements Checked {
  /** Another name is that of the operator's route file. */
  public static final Set<String> SHIPPED =
      Set.of("memory", "redis", "hybrid", "database", "file", "none");

  /** Other forms, such as {@code jdbc:h2:tcp:}, are no file that the gateway creates. */
  private static final Pattern H2_FILE = Pattern.compile("jdbc:h2:(file:)?(?<name>[^:;]+)(;.*)?");

  public CacheSettings {
    routes = routes == null ? LoadedRoutes.NONE : routes;
  }

  /** The length of a window, in which the password of a user stays the same. */
  public Duration lifetime() {
    return extend ? maxLifetime : expiration;
  }

  /** Whether entries are in Redis. */
  public boolean inRedis() {
    return routes.has("cache-redis");
  }

  /** Whether memory is the first tier in front of Redis. */
  public boolean isHybrid() {
    return routes.has("cache-hybrid");
  }

  /** Whether entries are in a database. */
  public boolean inDatabase() {
    return routes.has("cache-database");
  }

  /** Whether entries are in a folder. */
  private boolean inFolder() {
    return routes.has("cache-file");
  }

  /** The folder or file of the entries on this machine, if any. */
  public List<Path> files() {
    Matcher h2 = H2_FILE.matcher(url);
    if (inDatabase() && h2.matches()) {
      String name = h2.group("name").replaceFirst("^~", System.getProperty("user.home"));
      return List.of(Path.of(name + ".mv.db"));
    }
    return inFolder() && !path.isEmpty() ? List.of(Path.of(path)) : List.of();
  }

  @Override
  public void check(Faults faults) {
    faults.when(
        extend && maxLifetime.compareTo(expiration) < 0,
        "max_lifetime",
        "is shorter than cache.expiration, which is " + faults.written("expiration"));
    if (inFolder()) {
      checkFolder(faults);
    }
    if (url.matches("(?i)redis(s|-\\w+)?://.*")) {
      faults.add("url", "is a URL of Redis; set redis.url");
    } else if (inDatabase() && url.matches("jdbc:postgresql:[^?]*@.*")) {
      faults.add(
          "url",
          "has a user in front of the @, which the driver does not support; append ?user=…&password=…");
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
      faults.add("path", "is missing; set the folder of the entries");
    } else if (!Files.isDirectory(folder)) {
      faults.add("path", "is not a folder; create one that only the gateway may enter");
    } else {
      try {
        // permissions are not enough: the file system may be read-only or full
        Files.delete(Files.createTempFile(folder, "", ".part"));
      } catch (IOException e) {
        faults.add("path", "is a folder that the gateway may not write to");
      }
    }
  }

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
