package org.elastauth.http;

import io.netty.channel.Channel;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.impl.ConnectionBase;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Lets requests finish before the server stops. */
final class ConnectionDrain {
  /** Time to write the last responses. */
  private static final Duration FINAL_WRITES = Duration.ofSeconds(1);

  /**
   * A change of routes waits no longer for a slow login: its route then ends with the old steps.
   */
  private static final Duration LONGEST_HOLD = Duration.ofSeconds(5);

  private static final long POLL_MILLIS = 10;

  private final InFlight inFlight;

  /** The listening socket; null before the first connection. */
  private volatile Channel listener;

  private volatile boolean draining;

  ConnectionDrain(InFlight inFlight) {
    this.inFlight = inFlight;
  }

  void accepted(HttpConnection connection) {
    listener = ((ConnectionBase) connection).channelHandlerContext().channel().parent();
  }

  /** Whether connections close after the response. */
  boolean isDraining() {
    return draining;
  }

  /**
   * Accepts connections for the first half of the time, so that load balancers notice the failing
   * readiness. Then closes the listening socket and lets pending requests finish. Requests that are
   * still pending at the end receive 503.
   */
  void drain(Duration time) {
    long began = System.nanoTime();
    draining = true;
    if (listener != null) {
      pause(time.toMillis() / 2);
      listener.close().syncUninterruptibly();
    }
    awaitResponses(began + time.toNanos());
    inFlight.refuseAll();
    awaitResponses(System.nanoTime() + FINAL_WRITES.toNanos());
  }

  /** Waits for pending requests. */
  void awaitResponses() {
    awaitResponses(System.nanoTime() + LONGEST_HOLD.toNanos());
  }

  private void awaitResponses(long until) {
    while (!inFlight.isEmpty() && System.nanoTime() < until) {
      pause(POLL_MILLIS);
    }
  }

  private static void pause(long millis) {
    try {
      TimeUnit.MILLISECONDS.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
