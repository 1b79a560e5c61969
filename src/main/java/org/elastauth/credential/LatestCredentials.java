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
@Component("latestCredentials")
public final class LatestCredentials {
  private static final int USERS = 50_000;

  /**
   * How new a credential is.
   *
   * @param issued start of its window, epoch seconds
   * @param until end of its window; 0 where it was only heard of
   * @param asOf when its groups were asserted
   * @param passwordHash tells passwords of different keys apart
   * @param heard how many were heard of when this user's last one was; 0 if none was
   * @param highest of the generations this process met or wrote itself, in whatever window
   */
  public record Mark(
      long issued,
      long until,
      long generation,
      long asOf,
      int passwordHash,
      long heard,
      long highest) {
    private static Mark met(Credential credential, Mark before) {
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
      Caffeine.newBuilder().executor(Runnable::run).maximumSize(USERS).build();

  private final AtomicLong heard = new AtomicLong();

  /** Whether a cached credential is at least as new as the newest; remembers it if newer. */
  boolean admits(Credential credential) {
    Mark met = marks.getIfPresent(credential.username());
    if (met != null && met.isOf(credential)) {
      return true;
    }
    return marks
        .asMap()
        .compute(
            credential.username(),
            (user, newest) ->
                newest != null && newest.isNewerThan(credential)
                    ? newest
                    : Mark.met(credential, newest))
        .isOf(credential);
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
    return marks
        .asMap()
        .compute(
            credential.username(),
            (user, newest) ->
                newest != null && newest.heard > heardBefore && newest.isNewerThan(credential)
                    ? newest
                    : Mark.met(credential, newest))
        .isOf(credential);
  }

  /**
   * A user has a newer password than whatever is older than this. Whoever says so need not be
   * believed: with what Elasticsearch says from now on it is forgotten.
   *
   * @param issued start of its window, epoch seconds
   */
  public void raise(String username, long issued, long generation) {
    raise(username, issued, generation, 0);
  }

  /** The same, of a password that this process has written itself. */
  public void wrote(String username, long issued, long generation) {
    raise(username, issued, generation, generation);
  }

  private void raise(String username, long issued, long generation, long written) {
    marks
        .asMap()
        .compute(
            username,
            (user, newest) -> {
              long highest = Math.max(written, Mark.highest(newest));
              return newest == null || newest.isOlderThan(issued, generation)
                  ? heard(issued, generation, Long.MIN_VALUE, highest)
                  : new Mark(
                      newest.issued,
                      newest.until,
                      newest.generation,
                      newest.asOf,
                      newest.passwordHash,
                      newest.heard,
                      highest);
            });
  }

  private Mark heard(long issued, long generation, long asOf, long highest) {
    return new Mark(issued, 0, generation, asOf, 0, heard.incrementAndGet(), highest);
  }

  /** The highest generation of a user that was met or written here; 0 if none was. */
  public long highestGeneration(String username) {
    return Mark.highest(marks.getIfPresent(username));
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
    return marks.asMap().replace(username, mark, heard(issued, generation, asOf, mark.highest));
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
