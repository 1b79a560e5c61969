package org.elastauth.cache;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.elastauth.config.TestSettings;
import org.junit.jupiter.api.Test;

/** SPEC 4, cache.extend in memory: an entry ends with its ttl, and renewal moves that end. */
class MemoryCacheTest {
  private final AtomicLong nanos = new AtomicLong();
  private final MemoryCache cache =
      new MemoryCache(TestSettings.of(Map.of("cache.expiration", "60s")).cache(), nanos::get);

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

  /** SPEC 8: what is kept beside a shared cache is bounded: 500 entries, 10 MB. */
  @Test
  void besideASharedCacheItsMemoryIsBounded() {
    MemoryCache beside =
        new MemoryCache(TestSettings.of(Map.of("cache.type", "redis")).cache(), nanos::get);
    for (int i = 0; i < 5_000; i++) {
      beside.put("small-" + i, "value", 60);
    }
    assertThat(IntStream.range(0, 5_000).filter(i -> beside.get("small-" + i) != null).count())
        .isBetween(400L, 500L);

    String large = "x".repeat(60 * 1024);
    for (int i = 0; i < 500; i++) {
      beside.put("large-" + i, large, 60);
    }
    long bytes =
        IntStream.range(0, 500).filter(i -> beside.get("large-" + i) != null).count()
            * large.length();
    assertThat(bytes).isBetween(1L << 20, 10L << 20);

    beside.keep("too large to keep", "x".repeat(64 * 1024 + 1));
    assertThat(beside.get("too large to keep")).isNull();
  }

  @Test
  void byItselfItHoldsFiftyThousand() {
    for (int i = 0; i < 60_000; i++) {
      cache.put("key-" + i, "value", 60);
    }
    assertThat(IntStream.range(0, 60_000).filter(i -> cache.get("key-" + i) != null).count())
        .as("within what rounding the weight of one gives")
        .isBetween(49_500L, 50_100L);
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

  @Test
  void whatASecondTierReturnedLivesNoLongerThanThere() {
    cache.fill("filled", "value", 20);
    cache.fill("endless", "value", Long.MAX_VALUE);
    cache.fill("ending", "value", 0);
    assertThat(cache.get("ending")).isNull();
    pass(19);
    assertThat(cache.get("filled")).isEqualTo("value");
    pass(1);
    assertThat(cache.get("filled")).isNull();
    pass(39);
    assertThat(cache.get("endless")).isEqualTo("value");
    pass(1);
    assertThat(cache.get("endless")).isNull();
  }

  @Test
  void aFirstTierIsBoundedAsConfigured() {
    MemoryCache small = hybrid(Map.of("cache.hybrid_l1_size", 2));
    for (int i = 0; i < 10; i++) {
      small.put("key" + i, "value", 60);
    }
    assertThat(IntStream.range(0, 10).mapToObj(i -> small.get("key" + i)).filter(Objects::nonNull))
        .hasSize(2);

    MemoryCache bytes = hybrid(Map.of("redis.hybridL1MemoryMB", 1));
    for (int i = 0; i < 100; i++) {
      bytes.put("key" + i, "v".repeat(50_000), 60);
    }
    assertThat(IntStream.range(0, 100).mapToObj(i -> bytes.get("key" + i)).filter(Objects::nonNull))
        .hasSizeBetween(1, 20);
  }

  private MemoryCache hybrid(Map<String, Object> settings) {
    Map<String, Object> all = new HashMap<>(settings);
    all.put("cache.type", "hybrid");
    return new MemoryCache(TestSettings.of(all).cache(), nanos::get);
  }
}
