package org.elastauth.http;

import com.sun.management.UnixOperatingSystemMXBean;
import io.netty.channel.ChannelHandlerContext;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.impl.ConnectionBase;
import java.lang.management.ManagementFactory;
import java.util.concurrent.atomic.AtomicInteger;
import org.elastauth.net.TrustedProxies;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Admits connections up to {@code http.max_connections}, and limits what each may send. */
final class ConnectionLimit {
  private static final Logger LOG = LoggerFactory.getLogger(ConnectionLimit.class);

  /** File descriptors reserved for anything but client connections. */
  private static final int OTHER_FILES = 500;

  private final TrustedProxies proxies;
  private final long requestMillis;
  private final int maximum;
  private final AtomicInteger connections = new AtomicInteger();

  /** Whether the warning was logged since the number last fell below half of the limit. */
  private volatile boolean full;

  ConnectionLimit(HttpSettings limits, TrustedProxies proxies) {
    this.proxies = proxies;
    this.requestMillis = limits.requestTimeout().toMillis();
    this.maximum =
        Math.min(
            limits.maxConnections(), Math.max(maxOpenFiles() - OTHER_FILES, maxOpenFiles() / 2));
  }

  private static int maxOpenFiles() {
    return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean process
        ? (int) Math.min(Integer.MAX_VALUE, process.getMaxFileDescriptorCount())
        : Integer.MAX_VALUE;
  }

  void admit(HttpConnection connection) {
    int open = connections.incrementAndGet();
    connection.closeHandler(closed -> connections.decrementAndGet());
    // the upper half is reserved for trusted proxies, so that other clients cannot exhaust it
    boolean crowded = open > maximum / 2;
    if (open > maximum || crowded && !proxies.contains(connection.remoteAddress().hostAddress())) {
      warn(open - 1);
      connection.close();
      return;
    }
    if (full && !crowded) {
      full = false;
    }
    ChannelHandlerContext http = ((ConnectionBase) connection).channelHandlerContext();
    http.pipeline()
        .addBefore(http.name(), null, new HeadCheck())
        .addBefore(http.name(), null, new PipelineLimit())
        .addBefore(http.name(), null, new RequestDeadline(requestMillis));
  }

  private void warn(int open) {
    if (!full) {
      full = true;
      LOG.atWarn()
          .addKeyValue("open", open)
          .addKeyValue("limit", maximum)
          .log(
              "http.max_connections reached: new connections are closed, above half of the limit only those"
                  + " from outside trusted_proxies; raise the limit if the load is legitimate");
    }
  }
}
