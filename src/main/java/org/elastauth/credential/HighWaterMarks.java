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

  private record Mark(long issued, long generation) {}

  private final Cache<String, Mark> marks = Caffeine.newBuilder().maximumSize(USERS).build();

  /** Whether a cached credential is at least as new as the newest met; remembers it if newer. */
  boolean admits(Credential credential) {
    Mark newest = marks.getIfPresent(credential.username());
    long issued = credential.window().issued();
    if (newest != null && newest.issued == issued && newest.generation == credential.generation()) {
      return true;
    }
    if (newest != null
        && (issued < newest.issued
            || issued == newest.issued && credential.generation() < newest.generation)) {
      return false;
    }
    set(credential);
    return true;
  }

  /**
   * What Elasticsearch said, which is the truth even where it is older than what was met before.
   */
  void set(Credential credential) {
    marks.put(
        credential.username(), new Mark(credential.window().issued(), credential.generation()));
  }
}
