package org.elastauth.cache;

import com.zaxxer.hikari.HikariDataSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Set;
import java.util.regex.Pattern;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Description;
import org.springframework.context.annotation.Lazy;

@Lazy
@Configuration(proxyBeanMethods = false)
class DatabaseConfiguration {
  private static final int CONNECTIONS = 10;
  private static final int IDLE = 1;
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
  private static final Duration READ_TIMEOUT = Duration.ofSeconds(3);

  /** A new connection that takes longer is available to the next request. */
  private static final Duration POOL_TIMEOUT = Duration.ofSeconds(1);

  private static final Duration VALIDATION = Duration.ofMillis(500);

  /** H2 does not allow DB_CLOSE_ON_EXIT together with these. */
  private static final Pattern CLOSES_OTHERWISE =
      Pattern.compile("(?i);(DB_CLOSE_ON_EXIT|AUTO_SERVER)=");

  private static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

  /** Connects at the first request, so that a database may be unreachable at startup. */
  @Bean(destroyMethod = "close")
  @Description(
      "The connections to the database of cache.url, for the option dataSource of the component sql.")
  HikariDataSource cacheDataSource(CacheSettings settings) {
    String url = settings.url();
    HikariDataSource pool = new HikariDataSource();
    pool.setPoolName("cache");
    pool.setJdbcUrl(url);
    pool.setMaximumPoolSize(CONNECTIONS);
    pool.setMinimumIdle(IDLE);
    pool.setConnectionTimeout(POOL_TIMEOUT.toMillis());
    pool.setValidationTimeout(VALIDATION.toMillis());
    pool.setInitializationFailTimeout(-1);
    if (url.startsWith("jdbc:postgresql:")) {
      // the URL overrides these
      pool.addDataSourceProperty("connectTimeout", CONNECT_TIMEOUT.toSeconds());
      pool.addDataSourceProperty("loginTimeout", CONNECT_TIMEOUT.toSeconds());
      pool.addDataSourceProperty("socketTimeout", READ_TIMEOUT.toSeconds());
      pool.addDataSourceProperty("tcpKeepAlive", true);
      pool.addDataSourceProperty("ApplicationName", "elastauth");
    } else if (!CLOSES_OTHERWISE.matcher(url).find()) {
      // H2 must stay open while the gateway drains; the pool closes it afterwards
      pool.addDataSourceProperty("DB_CLOSE_ON_EXIT", "FALSE");
      // its own log file, about which it prints a stack trace in a read-only file system
      pool.addDataSourceProperty("TRACE_LEVEL_FILE", "0");
    }
    settings.files().forEach(DatabaseConfiguration::createForOwner);
    return pool;
  }

  /** H2 would create its file with the rights of the process, often readable by everybody. */
  private static void createForOwner(Path file) {
    try {
      if (Files.notExists(file)) {
        Files.createDirectories(file.toAbsolutePath().getParent());
        Files.createFile(file, OWNER_ONLY);
      }
      Files.setPosixFilePermissions(file, OWNER_ONLY.value());
    } catch (IOException | UnsupportedOperationException other) {
      // the file has another owner, or the file system has no such rights
    }
  }
}
