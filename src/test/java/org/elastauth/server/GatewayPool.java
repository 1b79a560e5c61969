package org.elastauth.server;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.Map;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Running gateways that the tests of a class use one after another. Two borrowers never have the
 * same gateway at the same time. After the class they are stopped: their background checks would
 * appear in the log and in the counts of other classes.
 */
public final class GatewayPool implements AfterAllCallback {
  /** Each holds some 15 MB and a few threads. */
  private static final int MOST_IDLE = 8;

  /** The least recently used is the first. */
  private static final Deque<TestGateway> IDLE = new ArrayDeque<>();

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

  @Override
  public void afterAll(ExtensionContext context) {
    synchronized (GatewayPool.class) {
      IDLE.forEach(TestGateway::stop);
      IDLE.clear();
    }
  }
}
