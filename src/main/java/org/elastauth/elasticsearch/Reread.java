package org.elastauth.elasticsearch;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import org.apache.camel.Body;
import org.apache.camel.ExchangeProperty;
import org.elastauth.credential.HighWaterMarks;
import org.elastauth.credential.SecretKeys;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * Compares the users this gateway has served with Elasticsearch. What was revoked, disabled,
 * deleted or restored there, by whomever, is found without anybody telling.
 */
@Component("reread")
public final class Reread {
  private static final Logger LOG = LoggerFactory.getLogger(Reread.class);

  /** A request. */
  private static final int USERS = 100;

  /** Elasticsearch refuses a request line over 4 KB. */
  private static final int CHARACTERS = 3_000;

  /** A pass; of more users, those that were not reached come first in the next. */
  private static final int REQUESTS = 100;

  /** Seconds by which the clocks of two gateways may differ. */
  private static final long CLOCK_SKEW = 60;

  private final ElasticsearchUsers users;
  private final HighWaterMarks marks;
  private final SecretKeys keys;
  private final Clock clock;
  private final Counter dropped;

  /** Of the timer's thread alone. */
  private String last = "";

  public Reread(
      ElasticsearchUsers users,
      HighWaterMarks marks,
      SecretKeys keys,
      Clock clock,
      MeterRegistry meters) {
    this.users = users;
    this.marks = marks;
    this.keys = keys;
    this.clock = clock;
    this.dropped = meters.counter("elastauth.invalidations", "source", "reread");
  }

  /** Whom to ask for in one pass, by request. */
  public Queue<Map<String, HighWaterMarks.Mark>> batches() {
    TreeMap<String, HighWaterMarks.Mark> served = new TreeMap<>(marks.served(now()));
    List<String> inTurn = new ArrayList<>(served.tailMap(last, false).keySet());
    inTurn.addAll(served.headMap(last, true).keySet());
    Queue<Map<String, HighWaterMarks.Mark>> batches = new ArrayDeque<>();
    Map<String, HighWaterMarks.Mark> batch = new HashMap<>();
    int characters = 0;
    for (String name : inTurn) {
      int length = ElasticsearchUsers.encoded(name).length() + 1;
      if (batch.size() == USERS || characters + length > CHARACTERS) {
        batches.add(batch);
        if (batches.size() == REQUESTS) {
          return batches;
        }
        batch = new HashMap<>();
        characters = 0;
      }
      batch.put(name, served.get(name));
      characters += length;
      last = name;
    }
    if (!batch.isEmpty()) {
      batches.add(batch);
    }
    return batches;
  }

  /** How they stand in Elasticsearch; whoever is not there is missing. */
  public Map<String, StoredUser> ask(
      @ExchangeProperty("batch") Map<String, HighWaterMarks.Mark> batch) throws IOException {
    return users.readAll(batch.keySet());
  }

  /** Elasticsearch does not answer: nothing is known, and the rest is not asked for. */
  public void giveUp(@ExchangeProperty("batches") Queue<?> batches) {
    batches.clear();
  }

  /** The users whose cached login no longer fits. */
  public List<String> outdated(
      @Body Map<String, StoredUser> stored,
      @ExchangeProperty("batch") Map<String, HighWaterMarks.Mark> batch) {
    List<String> outdated = new ArrayList<>();
    batch.forEach(
        (name, served) -> {
          if (isOutdated(name, served, stored.get(name))) {
            outdated.add(name);
          }
        });
    return outdated;
  }

  private boolean isOutdated(String name, HighWaterMarks.Mark served, StoredUser user) {
    boolean gone = user == null || user.reserved() || user.mark() == null;
    if (!gone && user.enabled() && fits(name, served, user.mark())) {
      return false;
    }
    // a login that came meanwhile has brought what is newer than this answer
    boolean outdated =
        gone
            ? marks.remove(name, served)
            : marks.replace(
                name,
                served,
                user.mark().window().issued(),
                user.mark().generation(),
                user.mark().asOf());
    if (outdated) {
      dropped.increment();
      LOG.atInfo()
          .addKeyValue("user", name)
          .log("A cached login no longer fits what Elasticsearch holds, and is dropped");
    }
    return outdated;
  }

  private boolean fits(String name, HighWaterMarks.Mark served, Mark mark) {
    boolean newerView = mark.asOf() > served.asOf() && mark.asOf() <= now() + CLOCK_SKEW;
    return mark.window().issued() == served.issued()
        && mark.generation() == served.generation()
        && !newerView
        && keys.holds(mark.key())
        && keys.password(mark.key(), name, served.issued(), served.generation()).hashCode()
            == served.passwordHash();
  }

  private long now() {
    return clock.millis() / 1000;
  }
}
