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
 * The table of the database cache. It is made on request only, as the account that serves need not
 * be one that may make tables; where it is missing, the start says so.
 */
@Component
public final class CacheTable implements CamelContextConfiguration {
  public static final String NAME = "elastauth_cache";

  /**
   * A key has at most 64 characters of prefix and 1020 of a name (255, base64, URL-encoded). The
   * end is in epoch seconds.
   */
  private static final List<String> MAKE =
      List.of(
          """
          CREATE TABLE IF NOT EXISTS elastauth_cache (
            cache_key VARCHAR(1084) NOT NULL PRIMARY KEY,
            entry VARCHAR(65536) NOT NULL,
            expires_at BIGINT NOT NULL)
          """,
          "CREATE INDEX IF NOT EXISTS elastauth_cache_expires_at ON elastauth_cache (expires_at)");

  private static final String LOOK =
      "SELECT cache_key, entry, expires_at FROM elastauth_cache WHERE expires_at = 0";

  /** The first connection takes longer than a request may wait for one, on a slow machine. */
  private static final int TRIES_TO_CONNECT = 5;

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

  /** Where the routes are only to be checked, nobody is asked. */
  @Override
  public void beforeApplicationStart(CamelContext context) {
    if (settings.inDatabase() && context.isAutoStartup()) {
      look();
    }
  }

  @Override
  public void afterApplicationStart(CamelContext context) {}

  private void look() {
    try {
      connected().execute(LOOK);
    } catch (BadSqlGrammarException missing) {
      throw new ConfigurationFaults(
          List.of(
              new Fault(
                  "cache.url",
                  "***",
                  "has no table "
                      + NAME
                      + " that can be read; make it with --create-cache-table: "
                      + DatabaseFailure.reason(missing))));
    } catch (DataAccessException away) {
      // the same as lost: the background look says so, and closes the breaker when it is back
      breaker.transitionToOpenState();
    }
  }

  /**
   * @throws IllegalStateException if the cache is none in a database
   * @throws DataAccessException if the database does not answer, or refuses
   */
  public void create() {
    if (!settings.inDatabase()) {
      throw new IllegalStateException(
          "cache.type is " + settings.type() + "; only that of database has a table");
    }
    JdbcTemplate template = connected();
    MAKE.forEach(template::execute);
  }

  /**
   * @throws CannotGetJdbcConnectionException if that took too long
   */
  private JdbcTemplate connected() {
    JdbcTemplate template = new JdbcTemplate(database.getObject());
    for (int tries = 1; ; tries++) {
      try {
        template.execute((ConnectionCallback<Void>) connection -> null);
        return template;
      } catch (CannotGetJdbcConnectionException late) {
        if (tries == TRIES_TO_CONNECT) {
          throw late;
        }
      }
    }
  }
}
