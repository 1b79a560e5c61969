package org.elastauth.rotation;

import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.elastauth.cache.DatabaseFailure;
import org.elastauth.cache.FileCache;
import org.elastauth.cache.TableEntries;
import org.elastauth.credential.CacheKey;
import org.elastauth.crypto.Envelope;
import org.elastauth.crypto.SecretKeys;
import org.elastauth.elasticsearch.ElasticsearchUsers;
import org.elastauth.redis.RedisConnections;
import org.elastauth.redis.RedisFailure;
import org.elastauth.session.SessionRedisKeys;
import org.elastauth.startup.CommandBeans;
import org.elastauth.startup.LoadedConfiguration;
import org.elastauth.startup.Settings;
import org.springframework.dao.DataAccessException;
import org.springframework.data.redis.RedisConnectionFailureException;

/**
 * Re-encrypts cached credentials and sessions with the first secret key, while gateways run. Each
 * entry is replaced atomically, so it can be interrupted and repeated.
 */
public final class KeyRotation {
  private final Settings settings;
  private final CommandBeans beans;
  private final boolean dryRun;
  private final Consumer<String> progress;
  private final List<RotationCount> counts = new ArrayList<>();

  private KeyRotation(
      Settings settings, CommandBeans beans, boolean dryRun, Consumer<String> progress) {
    this.settings = settings;
    this.beans = beans;
    this.dryRun = dryRun;
    this.progress = progress;
  }

  /**
   * @param progress receives a line now and then
   * @return what was found in each store; empty if no store keeps entries
   * @throws IOException with a message for the user
   */
  public static List<RotationCount> run(
      LoadedConfiguration configuration, boolean dryRun, Consumer<String> progress)
      throws IOException {
    Settings settings = configuration.settings();
    try (CommandBeans beans =
        new CommandBeans(
            configuration,
            "cache",
            "credential",
            "elasticsearch",
            "health",
            "metrics",
            "redis",
            "session",
            "startup")) {
      KeyRotation rotation = new KeyRotation(settings, beans, dryRun, progress);
      if (settings.cache().inRedis() || settings.session().inRedis()) {
        rotation.rotateRedis();
      }
      if (settings.cache().inDatabase()) {
        rotation.rotateDatabase();
      }
      if (settings.cache().type().equals("file")) {
        rotation.rotateFiles();
      }
      return List.copyOf(rotation.counts);
    }
  }

  private RotationCount count(String store) {
    RotationCount count = new RotationCount(store, dryRun, progress);
    counts.add(count);
    return count;
  }

  private Envelope envelope(String purpose) {
    return new Envelope(beans.get(SecretKeys.class), purpose);
  }

  private void rotateRedis() throws IOException {
    RedisConnections connections = beans.get(RedisConnections.class);
    try {
      connections.open();
      connections.ping();
      new RedisRotation(
              connections,
              settings.cache().keyPrefix(),
              beans.get(CacheKey.class),
              envelope("cache"),
              settings.cache().inRedis() ? count("credentials in Redis") : null,
              beans.get(SessionRedisKeys.class).session(""),
              envelope("session"),
              settings.session().inRedis() ? count("sessions in Redis") : null)
          .run();
    } catch (CompletionException failed) {
      throw new IOException(
          RedisFailure.isNotPermitted(failed)
              ? "the Redis user may not run the commands of a rotation; it needs +scan +eval in addition to"
                  + " the rights of a gateway"
              : RedisFailure.reason(failed) + "; repeat the command when Redis answers",
          failed);
    } catch (RedisConnectionFailureException unreachable) {
      throw new IOException("Redis is unreachable: " + unreachable.getMessage(), unreachable);
    } catch (RuntimeException unreachable) {
      throw new IOException(
          "Redis is unreachable: " + RedisFailure.reason(unreachable), unreachable);
    }
  }

  private void rotateDatabase() throws IOException {
    RotationCount count = count("credentials in the database");
    Envelope envelope = envelope("cache");
    try {
      TableEntries table = new TableEntries(beans.get("cacheDataSource", DataSource.class));
      String after = "";
      for (List<TableEntries.Entry> page = page(table, after);
          !page.isEmpty();
          page = page(table, after)) {
        for (TableEntries.Entry entry : page) {
          String next = envelope.rotated(entry.key(), entry.text());
          if (next == null) {
            count.unreadable();
          } else if (next.equals(entry.text())) {
            count.current();
          } else {
            count.rotated(dryRun || table.replace(entry, next));
          }
          after = entry.key();
        }
        count.report();
      }
    } catch (IllegalStateException | DataAccessException failed) {
      throw new IOException(DatabaseFailure.reason(failed), failed);
    }
  }

  private List<TableEntries.Entry> page(TableEntries table, String after) {
    return table.page(after, beans.get(Clock.class).millis() / 1000);
  }

  /** The names of the files do not say whose entries they are; Elasticsearch knows the users. */
  private void rotateFiles() throws IOException {
    RotationCount count = count("credentials in files");
    FileCache files = beans.get(FileCache.class);
    CacheKey keys = beans.get(CacheKey.class);
    Envelope envelope = envelope("cache");
    List<String> names = new ArrayList<>();
    beans
        .get(ElasticsearchUsers.class)
        .list(
            Map.of("size", 10_000, "query", Map.of("match_all", Map.of())),
            user -> names.add(user.path("username").asText()));
    for (String name : names) {
      String key = keys.of(name);
      String text = files.get(key);
      String next = text == null ? null : envelope.rotated(key, text);
      if (text != null && next == null) {
        count.unreadable();
      } else if (text != null && next.equals(text)) {
        count.current();
      } else if (text != null) {
        count.rotated(dryRun || files.replace(key, text, next));
      }
      count.report();
    }
  }
}
