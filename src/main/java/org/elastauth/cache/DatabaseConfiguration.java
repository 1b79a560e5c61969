package org.elastauth.cache;

import com.zaxxer.hikari.HikariDataSource;
import java.time.Duration;
import java.util.regex.Pattern;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
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

  /** Connects at the first request, so that a database may be unreachable at startup. */
  @Bean(destroyMethod = "close")
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
    }
    return pool;
  }
}
