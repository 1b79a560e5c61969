package org.elastauth.revocation;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.elastauth.credential.LatestCredentials;
import org.elastauth.crypto.SecretKeys;
import org.elastauth.elasticsearch.ElasticsearchUsers;
import org.elastauth.elasticsearch.OwnershipMetadata;
import org.elastauth.elasticsearch.StoredUser;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * Compares the users in this gateway's cache with Elasticsearch. So the gateway finds users that
 * were revoked, disabled, deleted or restored at another place, even without Redis.
 */
@Component("cacheRevalidation")
public final class CacheRevalidation {
  private static final Logger LOG = LoggerFactory.getLogger(CacheRevalidation.class);

  private static final int MAX_USERS = 100;

  /** Elasticsearch refuses a request line over 4 KB. */
  private static final int MAX_CHARACTERS = 3_000;

  /** The next pass begins with the users that this pass does not reach. */
  private static final int MAX_REQUESTS = 100;

  /** Seconds by which the clocks of two gateways may differ. */
  private static final long CLOCK_SKEW = 60;

  private final ElasticsearchUsers users;
  private final LatestCredentials marks;
  private final SecretKeys keys;
  private final Clock clock;
  private final Counter dropped;

  /** Used only by the timer's thread. */
  private String last = "";

  public CacheRevalidation(
      ElasticsearchUsers users,
      LatestCredentials marks,
      SecretKeys keys,
      Clock clock,
      MeterRegistry meters) {
    this.users = users;
    this.marks = marks;
    this.keys = keys;
    this.clock = clock;
    this.dropped = Invalidations.counter(meters, "reread");
  }

  /**
   * The names of the users whose cached credential is outdated. Each request to Elasticsearch is
   * sent after the names of the previous request are consumed. A failed request ends the pass.
   */
  public Iterator<String> outdated() {
    return batches().stream()
        .map(this::outdated)
        .takeWhile(Optional::isPresent)
        .flatMap(names -> names.get().stream())
        .iterator();
  }

  private Optional<List<String>> outdated(Map<String, LatestCredentials.Mark> batch) {
    try {
      Map<String, StoredUser> stored = users.readAll(batch.keySet());
      return Optional.of(
          batch.keySet().stream()
              .filter(name -> isOutdated(name, batch.get(name), stored.get(name)))
              .toList());
    } catch (IOException e) {
      LOG.debug("Cached users could not be compared with Elasticsearch", e);
      return Optional.empty();
    }
  }

  private List<Map<String, LatestCredentials.Mark>> batches() {
    TreeMap<String, LatestCredentials.Mark> served = new TreeMap<>(marks.served(now()));
    List<String> inTurn = new ArrayList<>(served.tailMap(last, false).keySet());
    inTurn.addAll(served.headMap(last, true).keySet());
    List<Map<String, LatestCredentials.Mark>> batches = new ArrayList<>();
    Map<String, LatestCredentials.Mark> batch = Map.of();
    int characters = MAX_CHARACTERS;
    for (String name : inTurn) {
      int length = ElasticsearchUsers.encoded(name).length() + 1;
      if (batch.size() == MAX_USERS || characters + length > MAX_CHARACTERS) {
        if (batches.size() == MAX_REQUESTS) {
          break;
        }
        batch = new HashMap<>();
        batches.add(batch);
        characters = 0;
      }
      batch.put(name, served.get(name));
      characters += length;
      last = name;
    }
    return batches;
  }

  private boolean isOutdated(String name, LatestCredentials.Mark served, StoredUser user) {
    boolean gone = user == null || !user.isOurs();
    if (!gone && user.enabled() && fits(name, served, user.ownership())) {
      return false;
    }
    // a login in between may have stored a newer credential than this answer
    boolean outdated = gone ? marks.remove(name, served) : replace(name, served, user.ownership());
    if (outdated) {
      dropped.increment();
      LOG.atInfo()
          .addKeyValue("user", name)
          .log("A cached login no longer matches Elasticsearch, and is deleted from the cache");
    }
    return outdated;
  }

  private boolean replace(String name, LatestCredentials.Mark served, OwnershipMetadata found) {
    return marks.replace(name, served, found.window().issued(), found.generation(), found.asOf());
  }

  private boolean fits(String name, LatestCredentials.Mark served, OwnershipMetadata found) {
    boolean newerView = found.asOf() > served.asOf() && found.asOf() <= now() + CLOCK_SKEW;
    return found.window().issued() == served.issued()
        && found.generation() == served.generation()
        && !newerView
        && keys.holds(found.key())
        && keys.password(found.key(), name, served.issued(), served.generation()).hashCode()
            == served.passwordHash();
  }

  private long now() {
    return clock.millis() / 1000;
  }
}
