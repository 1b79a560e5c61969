package org.elastauth.cache;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.elastauth.config.TestSettings;
import org.junit.jupiter.api.Test;

/** SPEC 4, cache.extend in memory: an entry ends with its ttl, and renewal moves that end. */
class MemoryCacheTest {
  private final AtomicLong nanos = new AtomicLong();
  private final MemoryCache cache =
      new MemoryCache(TestSettings.of(Map.of("cache.expiration", "60s")), nanos::get);

  private void pass(int seconds) {
    nanos.addAndGet(Duration.ofSeconds(seconds).toNanos());
  }

  @Test
  void anIdleEntryEndsAndARenewedOneLivesOn() {
    cache.put("idle", "value", 60);
    cache.put("used", "value", 60);
    pass(59);
    cache.renew("used", 60);
    assertThat(cache.get("idle")).isEqualTo("value");
    pass(1);
    assertThat(cache.get("idle")).isNull();
    assertThat(cache.get("used")).isEqualTo("value");
    pass(59);
    assertThat(cache.get("used")).isNull();
  }

  @Test
  void readingAloneRenewsNothingAndRenewingMakesNothing() {
    cache.put("read", "value", 60);
    pass(30);
    assertThat(cache.get("read")).isEqualTo("value");
    pass(30);
    assertThat(cache.get("read")).isNull();
    cache.renew("read", 60);
    assertThat(cache.get("read")).isNull();
  }

  @Test
  void whatASharedCacheReturnedLivesAsLongAsItIsRenewed() {
    cache.keep("kept", "value");
    pass(59);
    cache.keep("kept", "value");
    cache.renew("kept", 20);
    pass(19);
    assertThat(cache.get("kept")).isEqualTo("value");
    pass(1);
    assertThat(cache.get("kept")).isNull();
  }
}
