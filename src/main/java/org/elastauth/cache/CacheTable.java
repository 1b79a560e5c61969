package org.elastauth.cache;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import java.util.List;
import javax.sql.DataSource;
import org.apache.camel.CamelContext;
import org.apache.camel.spring.boot.CamelContextConfiguration;
import org.elastauth.config.ConfigurationFaults;
import org.elastauth.config.Fault;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.BadSqlGrammarException;
import org.springframework.jdbc.CannotGetJdbcConnectionException;
import org.springframework.jdbc.core.ConnectionCallback;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;

/**
 * The table of the database cache. Only {@code --create-cache-table} creates it, so the gateway's
 * own account needs no right to create tables. If it is missing, the gateway does not start.
 */
@Component
public final class CacheTable implements CamelContextConfiguration {
  public static final String NAME = "elastauth_cache";

  /**
   * A key has at most 64 characters of prefix and 1020 of a name (255 bytes in base64,
   * URL-encoded).
   */
  private static final List<String> CREATE =
      List.of(
          """
          CREATE TABLE IF NOT EXISTS elastauth_cache (
            cache_key VARCHAR(1084) NOT NULL PRIMARY KEY,
            entry VARCHAR(65536) NOT NULL,
            expires_at BIGINT NOT NULL)
          """,
          "CREATE INDEX IF NOT EXISTS elastauth_cache_expires_at ON elastauth_cache (expires_at)");

  /** Fails if the account cannot read the table. */
  public static final String CHECK =
      "SELECT cache_key, entry, expires_at FROM elastauth_cache WHERE expires_at = 0";

  /** On a slow machine the first connection takes longer than the pool's timeout. */
  private static final int ATTEMPTS = 5;

  private final CacheSettings settings;
  private final ObjectProvider<DataSource> database;
  private final CircuitBreaker breaker;

  CacheTable(
      CacheSettings settings,
      @Qualifier("cacheDataSource") ObjectProvider<DataSource> database,
      @Qualifier("databaseBreaker") CircuitBreaker breaker) {
    this.settings = settings;
    this.database = database;
    this.breaker = breaker;
  }

  /** {@code --check-config} must not connect. */
  @Override
  public void beforeApplicationStart(CamelContext context) {
    if (settings.inDatabase() && context.isAutoStartup()) {
      check();
    }
  }

  @Override
  public void afterApplicationStart(CamelContext context) {}

  private void check() {
    try {
      connected().execute(CHECK);
    } catch (BadSqlGrammarException missing) {
      throw new ConfigurationFaults(
          List.of(
              new Fault(
                  "cache.url",
                  "***",
                  "has no table "
                      + NAME
                      + " that the account can read; create it with --create-cache-table: "
                      + DatabaseFailure.reason(missing))));
    } catch (DataAccessException unreachable) {
      // the health check logs this, and closes the breaker once the database is reachable
      breaker.transitionToOpenState();
    }
  }

  /**
   * @throws IllegalStateException if {@code cache.type} is not database
   * @throws DataAccessException if the database is unreachable or refuses
   */
  public void create() {
    if (!settings.inDatabase()) {
      throw new IllegalStateException(
          "cache.type is " + settings.type() + "; only cache.type database uses a table");
    }
    JdbcTemplate template = connected();
    CREATE.forEach(template::execute);
  }

  /**
   * @throws CannotGetJdbcConnectionException if all attempts took too long
   */
  private JdbcTemplate connected() {
    JdbcTemplate template = new JdbcTemplate(database.getObject());
    for (int attempt = 1; ; attempt++) {
      try {
        template.execute((ConnectionCallback<Void>) connection -> null);
        return template;
      } catch (CannotGetJdbcConnectionException late) {
        if (attempt == ATTEMPTS) {
          throw late;
        }
      }
    }
  }
}
