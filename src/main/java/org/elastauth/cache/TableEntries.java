package org.elastauth.cache;

import java.util.List;
import javax.sql.DataSource;
import org.springframework.jdbc.core.JdbcTemplate;

/** The entries of the table {@link CacheTable}, page by page. */
public final class TableEntries {
  private static final String PAGE =
      "SELECT cache_key, entry FROM elastauth_cache WHERE cache_key > ? AND expires_at > ?"
          + " AND CHAR_LENGTH(entry) <= 65536 ORDER BY cache_key LIMIT 500";
  private static final String REPLACE =
      "UPDATE elastauth_cache SET entry = ? WHERE cache_key = ? AND entry = ?";

  public record Entry(String key, String text) {}

  private final JdbcTemplate table;

  public TableEntries(DataSource database) {
    this.table = new JdbcTemplate(database);
  }

  /**
   * @param after the last key of the page before; empty for the first page
   * @param now epoch seconds
   * @return empty after the last page
   */
  public List<Entry> page(String after, long now) {
    return table.query(
        PAGE, (row, number) -> new Entry(row.getString(1), row.getString(2)), after, now);
  }

  /**
   * @return false if another entry has taken its place
   */
  public boolean replace(Entry entry, String text) {
    return table.update(REPLACE, text, entry.key, entry.text) == 1;
  }
}
