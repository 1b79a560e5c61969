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
 * Compares the users that this gateway answers from its cache with Elasticsearch. So it notices,
 * without any message, who was revoked, disabled, deleted or restored elsewhere.
 */
@Component("cacheRevalidation")
public final class CacheRevalidation {
  private static final Logger LOG = LoggerFactory.getLogger(CacheRevalidation.class);

  private static final int USERS_A_REQUEST = 100;

  /** Elasticsearch refuses a request line over 4 KB. */
  private static final int CHARACTERS_A_REQUEST = 3_000;

  /** The next pass begins with the users that this one does not reach. */
  private static final int REQUESTS_A_PASS = 100;

  /** Seconds by which the clocks of two gateways may differ. */
  private static final long CLOCK_SKEW = 60;

  private final ElasticsearchUsers users;
  private final LatestCredentials marks;
  private final SecretKeys keys;
  private final Clock clock;
  private final Counter dropped;

  /** Used by the timer's thread alone. */
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
    this.dropped = meters.counter("elastauth.invalidations", "source", "reread");
  }

  /**
   * The names of the users whose cached credential is outdated. Each request to Elasticsearch is
   * made when the names of the one before are used up. One that fails outdates no user and ends the
   * pass.
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
    int characters = CHARACTERS_A_REQUEST;
    for (String name : inTurn) {
      int length = ElasticsearchUsers.encoded(name).length() + 1;
      if (batch.size() == USERS_A_REQUEST || characters + length > CHARACTERS_A_REQUEST) {
        if (batches.size() == REQUESTS_A_PASS) {
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
    // a login in between has brought what is newer than this answer
    boolean outdated = gone ? marks.remove(name, served) : replace(name, served, user.ownership());
    if (outdated) {
      dropped.increment();
      LOG.atInfo()
          .addKeyValue("user", name)
          .log("A cached login no longer fits what Elasticsearch holds, and is dropped");
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
