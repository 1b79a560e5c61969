package org.elastauth.credential;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.elastauth.config.HeapShare;
import org.springframework.stereotype.Component;

/**
 * The latest credential of each user that this process knows. A cache that was restored from a
 * backup, or written by a slow gateway, may contain an older one, whose password is invalid.
 */
@Component("latestCredentials")
public final class LatestCredentials {
  private static final int USERS = 50_000;

  /** Of a user: the name and the mark. */
  private static final int BYTES = 260;

  /** Lower than any number of announcements. */
  private static final long ALWAYS = -1;

  /**
   * The age of a credential.
   *
   * @param issued start of its window, epoch seconds
   * @param until end of its window; 0 if it was only announced
   * @param asOf when its groups were asserted
   * @param passwordHash distinguishes passwords of different keys
   * @param heard the number of this user's last announcement; 0 for none
   * @param highest generation that this process used or wrote, in any window
   */
  public record Mark(
      long issued,
      long until,
      long generation,
      long asOf,
      int passwordHash,
      long heard,
      long highest) {

    private static Mark of(Credential credential, Mark before) {
      return new Mark(
          credential.window().issued(),
          credential.window().until(),
          credential.generation(),
          credential.asOf(),
          credential.password().hashCode(),
          before == null ? 0 : before.heard,
          Math.max(credential.generation(), highest(before)));
    }

    private static long highest(Mark mark) {
      return mark == null ? 0 : mark.highest;
    }

    private Mark withHighest(long highest) {
      return new Mark(issued, until, generation, asOf, passwordHash, heard, highest);
    }

    private boolean isOf(Credential credential) {
      return issued == credential.window().issued()
          && until == credential.window().until()
          && generation == credential.generation()
          && asOf == credential.asOf()
          && passwordHash == credential.password().hashCode();
    }

    private boolean isNewerThan(Credential credential) {
      long otherIssued = credential.window().issued();
      if (issued != otherIssued) {
        return issued > otherIssued;
      }
      return generation == credential.generation()
          ? asOf > credential.asOf()
          : generation > credential.generation();
    }

    private boolean isOlderThan(long otherIssued, long otherGeneration) {
      return issued == otherIssued ? generation < otherGeneration : issued < otherIssued;
    }
  }

  private final Cache<String, Mark> marks =
      Caffeine.newBuilder()
          .executor(Runnable::run)
          .maximumSize(HeapShare.LATEST_CREDENTIALS.entries(USERS, BYTES))
          .build();

  private final AtomicLong heard = new AtomicLong();

  /** Whether a cached credential is at least as new as the latest; remembers it if newer. */
  boolean admits(Credential credential) {
    Mark latest = marks.getIfPresent(credential.username());
    return latest != null && latest.isOf(credential) || set(credential, ALWAYS);
  }

  /** The number of announcements so far. */
  long heard() {
    return heard.get();
  }

  /**
   * Sets the credential that Elasticsearch accepted, even if it is older than the latest.
   *
   * @param heardBefore {@link #heard} from before the request to Elasticsearch
   * @return false if a newer credential was announced since that request
   */
  boolean set(Credential credential, long heardBefore) {
    return marks
        .asMap()
        .compute(
            credential.username(),
            (user, latest) ->
                latest != null && latest.heard > heardBefore && latest.isNewerThan(credential)
                    ? latest
                    : Mark.of(credential, latest))
        .isOf(credential);
  }

  /**
   * Announces a newer password of a user. A false announcement lasts only until the user's next
   * login at Elasticsearch.
   *
   * @param issued start of its window, epoch seconds
   */
  public void raise(String username, long issued, long generation) {
    raise(username, issued, generation, 0);
  }

  /** The same for a password that this process has written. */
  public void wrote(String username, long issued, long generation) {
    raise(username, issued, generation, generation);
  }

  private void raise(String username, long issued, long generation, long written) {
    marks
        .asMap()
        .compute(
            username,
            (user, latest) -> {
              long highest = Math.max(written, Mark.highest(latest));
              return latest == null || latest.isOlderThan(issued, generation)
                  ? announced(issued, generation, Long.MIN_VALUE, highest)
                  : latest.withHighest(highest);
            });
  }

  private Mark announced(long issued, long generation, long asOf, long highest) {
    return new Mark(issued, 0, generation, asOf, 0, heard.incrementAndGet(), highest);
  }

  /** The highest generation of a user that this process used or wrote; 0 for none. */
  public long highestGeneration(String username) {
    return Mark.highest(marks.getIfPresent(username));
  }

  /**
   * The users whose password from this process is still valid.
   *
   * @param now epoch seconds
   */
  public Map<String, Mark> served(long now) {
    Map<String, Mark> served = new HashMap<>(marks.asMap());
    served.values().removeIf(mark -> mark.until <= now);
    return served;
  }

  /**
   * Replaces a mark by the state in Elasticsearch, unless a login has changed it.
   *
   * @return whether it was replaced
   */
  public boolean replace(String username, Mark mark, long issued, long generation, long asOf) {
    return marks.asMap().replace(username, mark, announced(issued, generation, asOf, mark.highest));
  }

  /**
   * Removes a user, unless a login has changed the mark.
   *
   * @return whether it was removed
   */
  public boolean remove(String username, Mark mark) {
    return marks.asMap().remove(username, mark);
  }
}
