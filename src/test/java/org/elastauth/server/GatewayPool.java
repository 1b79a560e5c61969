package org.elastauth.server;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.Map;

/**
 * Running gateways that tests of this JVM use one after another: a start costs more than most tests
 * do. Two borrowers never have the same gateway at the same time.
 */
final class GatewayPool {
  /** Each holds some 15 MB and a few threads. */
  private static final int MOST_IDLE = 8;

  /** The least recently used is the first. */
  private static final Deque<TestGateway> IDLE = new ArrayDeque<>();

  private GatewayPool() {}

  /** An idle gateway with exactly these settings, or null. */
  static synchronized TestGateway take(Map<String, Object> settings) {
    for (Iterator<TestGateway> all = IDLE.descendingIterator(); all.hasNext(); ) {
      TestGateway gateway = all.next();
      if (gateway.hasSettings(settings)) {
        all.remove();
        return gateway;
      }
    }
    return null;
  }

  static synchronized void putBack(TestGateway gateway) {
    IDLE.addLast(gateway);
    if (IDLE.size() > MOST_IDLE) {
      IDLE.removeFirst().stop();
    }
  }
}
