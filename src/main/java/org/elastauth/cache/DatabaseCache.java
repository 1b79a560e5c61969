package org.elastauth.cache;

import java.time.Clock;
import java.util.List;
import javax.sql.DataSource;
import org.apache.camel.Body;
import org.apache.camel.ExchangeProperty;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.context.annotation.Lazy;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;

/**
 * Entries in the table {@link CacheTable}. Times come from the gateway's clock, in epoch seconds,
 * as inside the entries. The SQL works in H2 and PostgreSQL. Every method throws {@link
 * DataAccessException} if the database is unreachable or refuses.
 */
@Lazy
@Component("databaseCache")
public final class DatabaseCache {
  private static final String GET =
      "SELECT entry FROM elastauth_cache"
          + " WHERE cache_key = ? AND expires_at > ? AND CHAR_LENGTH(entry) <= 65536";
  private static final String UPDATE =
      "UPDATE elastauth_cache SET entry = ?, expires_at = ? WHERE cache_key = ?";
  private static final String INSERT =
      "INSERT INTO elastauth_cache (entry, expires_at, cache_key) VALUES (?, ?, ?)";
  private static final String RENEW =
      "UPDATE elastauth_cache SET expires_at = ? WHERE cache_key = ?";
  private static final String DELETE = "DELETE FROM elastauth_cache WHERE cache_key = ?";
  private static final String SWEEP = "DELETE FROM elastauth_cache WHERE expires_at <= ?";

  private final JdbcTemplate table;
  private final MemoryCache memory;
  private final PendingInvalidations pending;
  private final TtlRefreshThrottle throttle;
  private final Clock clock;

  DatabaseCache(
      @Qualifier("cacheDataSource") DataSource database,
      MemoryCache memory,
      PendingInvalidations pending,
      TtlRefreshThrottle throttle,
      Clock clock) {
    this.table = new JdbcTemplate(database);
    this.memory = memory;
    this.pending = pending;
    this.throttle = throttle;
    this.clock = clock;
  }

  /**
   * Reads an entry, and keeps it in memory for an outage.
   *
   * @return null if there is none, or it is over 64 KiB, which no gateway writes
   */
  public String get(@ExchangeProperty("cacheKey") String key) {
    if (pending.contains(key)) {
      delete(key);
      return null;
    }
    List<String> found = table.queryForList(GET, String.class, key, now());
    String entry = found.isEmpty() ? null : found.get(0);
    memory.keep(key, entry);
    return entry;
  }

  /**
   * Updates or inserts an entry. If another gateway inserts it first, updates it once more.
   *
   * @param ttl seconds
   */
  public void put(
      @ExchangeProperty("cacheKey") String key,
      @Body String entry,
      @ExchangeProperty("ttl") long ttl) {
    Object[] row = {entry, now() + ttl, key};
    if (table.update(UPDATE, row) == 0) {
      try {
        table.update(INSERT, row);
      } catch (DuplicateKeyException inserted) {
        table.update(UPDATE, row);
      }
    }
    pending.remove(key);
  }

  /**
   * @param ttl seconds from now on
   */
  public void renew(@ExchangeProperty("cacheKey") String key, @ExchangeProperty("ttl") long ttl) {
    if (throttle.tryAcquire(key)) {
      table.update(RENEW, now() + ttl, key);
    }
  }

  public void delete(@ExchangeProperty("cacheKey") String key) {
    table.update(DELETE, key);
    pending.remove(key);
  }

  public void sweep() {
    table.update(SWEEP, now());
  }

  /**
   * Proves that the table can be read.
   *
   * @throws IllegalStateException with a reason that shows no password
   */
  public void ping() {
    try {
      table.queryForList("SELECT cache_key FROM elastauth_cache WHERE expires_at = 0");
    } catch (DataAccessException failed) {
      throw new IllegalStateException(DatabaseFailure.reason(failed));
    }
  }

  private long now() {
    return clock.millis() / 1000;
  }
}
