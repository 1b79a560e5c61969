package org.elastauth.cache;

import com.zaxxer.hikari.HikariDataSource;
import java.time.Duration;
import java.util.regex.Pattern;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;

/** The connections to the database of the cache; the sql endpoints in the routes use them. */
@Lazy
@Configuration(proxyBeanMethods = false)
class DatabaseConfiguration {
  private static final int CONNECTIONS = 10;
  private static final int IDLE = 1;
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
  private static final Duration READ_TIMEOUT = Duration.ofSeconds(3);

  /** For one that is free or new; a new one that takes longer serves the next request. */
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  private static final Duration VALIDATION = Duration.ofMillis(500);

  /** H2 takes no such setting beside these. */
  private static final Pattern H2_ENDS_OTHERWISE =
      Pattern.compile("(?i);(DB_CLOSE_ON_EXIT|AUTO_SERVER)=");

  /**
   * Connects when it is first asked, so that an unreachable database is no different from a lost
   * one.
   */
  @Bean(destroyMethod = "close")
  HikariDataSource cacheDataSource(CacheSettings settings) {
    String url = settings.url();
    HikariDataSource pool = new HikariDataSource();
    pool.setPoolName("cache");
    pool.setJdbcUrl(url);
    pool.setMaximumPoolSize(CONNECTIONS);
    pool.setMinimumIdle(IDLE);
    pool.setConnectionTimeout(PATIENCE.toMillis());
    pool.setValidationTimeout(VALIDATION.toMillis());
    pool.setInitializationFailTimeout(-1);
    if (url.startsWith("jdbc:postgresql:")) {
      // what the URL says of them wins
      pool.addDataSourceProperty("connectTimeout", CONNECT_TIMEOUT.toSeconds());
      pool.addDataSourceProperty("loginTimeout", CONNECT_TIMEOUT.toSeconds());
      pool.addDataSourceProperty("socketTimeout", READ_TIMEOUT.toSeconds());
      pool.addDataSourceProperty("tcpKeepAlive", true);
      pool.addDataSourceProperty("ApplicationName", "elastauth");
    } else if (!H2_ENDS_OTHERWISE.matcher(url).find()) {
      // requests are answered after the signal to stop; the pool closes the file when they are
      pool.addDataSourceProperty("DB_CLOSE_ON_EXIT", "FALSE");
    }
    return pool;
  }
}
