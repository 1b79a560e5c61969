package org.elastauth.audit;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import org.elastauth.http.Decision;
import org.elastauth.http.GatewayEvent;
import org.elastauth.net.TrustedProxies;

/**
 * Records requests of unknown users one by one up to a number a minute, and then only their count.
 * Otherwise anybody could fill the folder, whose oldest files are deleted. For one thread.
 */
final class AnonymousRefusals {
  static final String SUMMARY = "access-refused-summary";
  private static final long MINUTE_MILLIS = 60_000;
  private static final int REDIRECT = 300;

  /** So that a flood of one address does not hide the requests of others. */
  private static final int ADDRESSES_AT_LIMIT = 4;

  private static final int MAX_ADDRESSES = 10_000;

  /** Addresses that have a summary of their own; another one counts the rest. */
  private static final int MAX_SUMMARIES = 20;

  private final TrustedProxies proxies;
  private final int limit;
  private final int limitOfAddress;
  private final Map<String, Refused> byAddress = new HashMap<>();
  private final LongAdder unqueued = new LongAdder();
  private final LongAdder recorded = new LongAdder();
  private long since;

  /** What one client sent. */
  private static final class Refused {
    /** Null for what all other clients sent. */
    private final String peer;

    private final List<String> client;
    private final Set<String> reasons = new LinkedHashSet<>();
    private int recorded;
    private long counted;

    Refused(String peer, List<String> client) {
      this.peer = peer;
      this.client = client;
    }

    void count(Decision decision) {
      counted++;
      reasons.add(decision.reason());
    }

    void add(Refused other) {
      counted += other.counted;
      reasons.addAll(other.reasons);
    }

    GatewayEvent summary() {
      Map<String, Object> details = Map.of("count", counted, "reasons", List.copyOf(reasons));
      return new GatewayEvent(SUMMARY, "", details, null, peer, client);
    }
  }

  private Refused others = new Refused(null, List.of());

  AnonymousRefusals(TrustedProxies proxies, int limit) {
    this.proxies = proxies;
    this.limit = limit;
    this.limitOfAddress = Math.max(1, limit / ADDRESSES_AT_LIMIT);
  }

  /** Whether anybody can cause it. */
  static boolean isAnonymous(Decision decision) {
    return decision.user() == null && decision.status() >= REDIRECT;
  }

  /** Of a queue that is nearly full: counted only. For any thread. */
  void countUnqueued() {
    unqueued.increment();
  }

  /** Whether this event is recorded; otherwise the next summary counts it. */
  boolean admits(Object event) {
    if (!(event instanceof Decision decision) || !isAnonymous(decision)) {
      return true;
    }
    Refused address = address(decision);
    if (recorded.sum() < limit && address.recorded < limitOfAddress) {
      recorded.increment();
      address.recorded++;
      return true;
    }
    address.count(decision);
    return false;
  }

  private Refused address(Decision decision) {
    String client = proxies.client(decision.peer(), decision.forwardedFor());
    String key = client == null ? decision.peer() : client;
    if (byAddress.size() >= MAX_ADDRESSES && !byAddress.containsKey(key)) {
      return others;
    }
    return byAddress.computeIfAbsent(
        key, first -> new Refused(decision.peer(), client == null ? List.of() : List.of(client)));
  }

  /**
   * What was only counted in the minute that is over.
   *
   * @param now epoch milliseconds
   */
  List<GatewayEvent> due(long now) {
    if (now - since < MINUTE_MILLIS && now >= since) {
      return List.of();
    }
    since = now;
    return summaries();
  }

  /** The addresses with the most requests first. */
  List<GatewayEvent> summaries() {
    List<Refused> counted = new ArrayList<>(byAddress.values());
    counted.removeIf(address -> address.counted == 0);
    counted.sort(Comparator.comparingLong((Refused address) -> address.counted).reversed());
    List<GatewayEvent> summaries = new ArrayList<>();
    for (Refused address : counted) {
      if (summaries.size() < MAX_SUMMARIES) {
        summaries.add(address.summary());
      } else {
        others.add(address);
      }
    }
    others.counted += unqueued.sumThenReset();
    if (others.counted > 0) {
      summaries.add(others.summary());
    }
    byAddress.clear();
    others = new Refused(null, List.of());
    recorded.reset();
    return summaries;
  }
}
