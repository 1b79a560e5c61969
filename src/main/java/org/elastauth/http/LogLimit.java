package org.elastauth.http;

import com.github.benmanes.caffeine.cache.Ticker;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Admits the same line once a minute, and a limited number of different ones: a flood must not fill
 * the log.
 */
final class LogLimit {
  private static final Logger LOG = LoggerFactory.getLogger(LogLimit.class);
  private static final long MINUTE = TimeUnit.MINUTES.toNanos(1);

  static final int LINES = 100;

  private final Ticker ticker;

  /** When each line was admitted, the oldest first. */
  private final Map<String, Long> admitted = new LinkedHashMap<>();

  private long dropped;

  LogLimit(Ticker ticker) {
    this.ticker = ticker;
  }

  synchronized boolean admits(String line) {
    long now = ticker.read();
    Iterator<Long> times = admitted.values().iterator();
    while (times.hasNext() && now - times.next() >= MINUTE) {
      times.remove();
    }
    if (admitted.containsKey(line)) {
      return false;
    }
    if (admitted.size() >= LINES) {
      dropped++;
      return false;
    }
    if (dropped > 0) {
      LOG.atInfo()
          .addKeyValue("lines", dropped)
          .log(
              "Refusals were not logged, because there were more than {} different ones in a minute",
              LINES);
      dropped = 0;
    }
    admitted.put(line, now);
    return true;
  }
}
