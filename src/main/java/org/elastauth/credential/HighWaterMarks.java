package org.elastauth.credential;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import org.springframework.stereotype.Component;

/**
 * The newest credential this process has met, per user. A cache that was restored from a backup, or
 * written by a gateway that lagged behind, may hold an older one; its password no longer works.
 */
@Component
public final class HighWaterMarks {
  private static final int USERS = 50_000;

  private record Mark(long issued, long generation, long asOf) {
    Mark(Credential credential) {
      this(credential.window().issued(), credential.generation(), credential.asOf());
    }

    boolean isOlderThan(Mark other) {
      if (issued != other.issued) {
        return issued < other.issued;
      }
      return generation == other.generation ? asOf < other.asOf : generation < other.generation;
    }
  }

  private final Cache<String, Mark> marks =
      Caffeine.newBuilder().executor(Runnable::run).maximumSize(USERS).build();

  /** Whether a cached credential is at least as new as the newest met; remembers it if newer. */
  boolean admits(Credential credential) {
    Mark newest = marks.getIfPresent(credential.username());
    Mark mark = new Mark(credential);
    if (mark.equals(newest)) {
      return true;
    }
    if (newest != null && mark.isOlderThan(newest)) {
      return false;
    }
    marks.put(credential.username(), mark);
    return true;
  }

  /**
   * What Elasticsearch said, which is the truth even where it is older than what was met before.
   */
  void set(Credential credential) {
    marks.put(credential.username(), new Mark(credential));
  }
}
