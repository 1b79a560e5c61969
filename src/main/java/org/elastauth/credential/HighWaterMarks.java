package org.elastauth.credential;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.springframework.stereotype.Component;

/**
 * The newest credential this process has met or heard of, per user. A cache that was restored from
 * a backup, or written by a gateway that lagged behind, may hold an older one; its password no
 * longer works.
 */
@Component("highWaterMarks")
public final class HighWaterMarks {
  private static final int USERS = 50_000;

  /**
   * How new a credential is.
   *
   * @param issued start of its window, epoch seconds
   * @param until end of its window; 0 where it was only heard of
   * @param asOf when its groups were asserted
   * @param passwordHash tells passwords of different keys apart
   * @param heard how many were heard of before and with this one; 0 for one that was met
   */
  public record Mark(
      long issued, long until, long generation, long asOf, int passwordHash, long heard) {
    private static Mark met(Credential credential) {
      return new Mark(
          credential.window().issued(),
          credential.window().until(),
          credential.generation(),
          credential.asOf(),
          credential.password().hashCode(),
          0);
    }

    private boolean isOlderThan(Mark other) {
      if (issued != other.issued) {
        return issued < other.issued;
      }
      return generation == other.generation ? asOf < other.asOf : generation < other.generation;
    }
  }

  private final Cache<String, Mark> marks =
      Caffeine.newBuilder().executor(Runnable::run).maximumSize(USERS).build();

  private final AtomicLong heard = new AtomicLong();

  /** Whether a cached credential is at least as new as the newest; remembers it if newer. */
  boolean admits(Credential credential) {
    Mark newest = marks.getIfPresent(credential.username());
    Mark mark = Mark.met(credential);
    if (mark.equals(newest)) {
      return true;
    }
    if (newest != null && mark.isOlderThan(newest)) {
      return false;
    }
    marks.put(credential.username(), mark);
    return true;
  }

  /** How many newer credentials were heard of so far. */
  long heard() {
    return heard.get();
  }

  /**
   * What Elasticsearch said, which is the truth even where it is older than what was met before.
   *
   * @param heardBefore {@link #heard} from before it was asked
   * @return false if a newer one was heard of since, so that the answer may be from before
   */
  boolean set(Credential credential, long heardBefore) {
    Mark mark = Mark.met(credential);
    Mark kept =
        marks
            .asMap()
            .compute(
                credential.username(),
                (user, newest) ->
                    newest != null && newest.heard > heardBefore && mark.isOlderThan(newest)
                        ? newest
                        : mark);
    return kept == mark;
  }

  /**
   * A user has a newer password than whatever is older than this. Whoever says so need not be
   * believed: with what Elasticsearch says from now on it is forgotten.
   *
   * @param issued start of its window, epoch seconds
   */
  public void raise(String username, long issued, long generation) {
    Mark mark = heard(issued, generation, Long.MIN_VALUE);
    marks
        .asMap()
        .merge(username, mark, (newest, raised) -> newest.isOlderThan(raised) ? raised : newest);
  }

  private Mark heard(long issued, long generation, long asOf) {
    return new Mark(issued, 0, generation, asOf, 0, heard.incrementAndGet());
  }

  /** The highest generation that was met of a user, in whatever window; 0 if none was. */
  public long highestGeneration(String username) {
    Mark mark = marks.getIfPresent(username);
    return mark == null || mark.heard > 0 ? 0 : mark.generation;
  }

  /**
   * The users who were served a password that is good still.
   *
   * @param now epoch seconds
   */
  public Map<String, Mark> served(long now) {
    Map<String, Mark> served = new HashMap<>();
    marks
        .asMap()
        .forEach(
            (user, mark) -> {
              if (mark.until > now) {
                served.put(user, mark);
              }
            });
    return served;
  }

  /**
   * Replaces a mark by what Elasticsearch says, unless a login has done so meanwhile.
   *
   * @return whether it was replaced
   */
  public boolean replace(String username, Mark mark, long issued, long generation, long asOf) {
    return marks.asMap().replace(username, mark, heard(issued, generation, asOf));
  }

  /**
   * Forgets a user, unless a login has brought a newer mark meanwhile.
   *
   * @return whether it was forgotten
   */
  public boolean remove(String username, Mark mark) {
    return marks.asMap().remove(username, mark);
  }
}
