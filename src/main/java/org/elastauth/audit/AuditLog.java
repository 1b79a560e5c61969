package org.elastauth.audit;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.elastauth.http.Decision;
import org.elastauth.http.DecisionIds;
import org.elastauth.http.Decisions;
import org.elastauth.http.GatewayEvent;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.ApplicationListener;
import org.springframework.context.PayloadApplicationEvent;

/**
 * Takes events from the threads of requests, and writes them in another thread. If that is too
 * slow, events are dropped and counted: a request never waits for its audit trail.
 */
public final class AuditLog
    implements ApplicationListener<PayloadApplicationEvent<GatewayEvent>>, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(AuditLog.class);

  /** Events that are written at once. */
  private static final int BATCH = 2_048;

  /** While fewer wait, the writer lets them gather: each write and each wake-up costs. */
  private static final int FEW = 1_024;

  private static final long GATHER_MILLIS = 20;
  private static final long IDLE_SECONDS = 1;
  private static final long CLOSE_MILLIS = 5_000;

  private final BlockingQueue<Object> queue;
  private final boolean isCachedIncluded;
  private final String userStore;
  private final AuditLines lines;
  private final AnonymousRefusals anonymous;

  /** Places of the queue that only known users, and other events, may take. */
  private final int reserved;

  private final AuditFolder folder;
  private final AuditFailures failures;
  private final Decisions decisions;
  private final DecisionIds ids;
  private final Counter written;
  private final Counter full;
  private final Counter unwritable;
  private final Counter displaced;
  private final Counter summarized;
  private final Thread writer = new Thread(this::write, "audit");
  private volatile boolean closing;

  AuditLog(
      AuditSettings settings,
      String userStore,
      AuditLines lines,
      AnonymousRefusals anonymous,
      AuditFolder folder,
      AuditFailures failures,
      Decisions decisions,
      DecisionIds ids,
      MeterRegistry meters) {
    this.queue = new ArrayBlockingQueue<>(settings.queueSize());
    this.isCachedIncluded = settings.decisions().equals("all");
    this.userStore = userStore;
    this.lines = lines;
    this.anonymous = anonymous;
    this.reserved = settings.queueSize() / 2;
    this.folder = folder;
    this.failures = failures;
    this.decisions = decisions;
    this.ids = ids;
    this.written =
        Counter.builder("elastauth.audit.events")
            .description("events written to the folder of the audit trail")
            .register(meters);
    this.full = dropped(meters, "queue_full");
    this.unwritable = dropped(meters, "disk");
    this.displaced = dropped(meters, "size_limit");
    this.summarized =
        Counter.builder("elastauth.audit.summarized")
            .description("refused requests of unknown users that the audit trail only counts")
            .register(meters);
    Gauge.builder("elastauth.audit.queue", queue, BlockingQueue::size)
        .description("events that wait to be written to the folder of the audit trail")
        .register(meters);
    if (settings.isDelivered()) {
      Gauge.builder("elastauth.audit.undelivered.bytes", folder, AuditFolder::bytes)
          .description("bytes in the folder of the audit trail that wait for delivery")
          .baseUnit("bytes")
          .register(meters);
    }
  }

  static Counter dropped(MeterRegistry meters, String reason) {
    return Counter.builder("elastauth.audit.dropped")
        .description("events that are missing in the audit trail, by reason")
        .tag("reason", reason)
        .register(meters);
  }

  /**
   * Begins before the first request.
   *
   * @param configuration what the start event has
   */
  public void open(Map<String, Object> configuration) {
    decisions.reportTo(this::add);
    add(new GatewayEvent("gateway-started", "", configuration));
    writer.setDaemon(true);
    writer.start();
  }

  void add(Decision decision) {
    if (AnonymousRefusals.isAnonymous(decision) && queue.remainingCapacity() < reserved) {
      anonymous.countUnqueued();
      summarized.increment();
    } else if (isCachedIncluded || decision.tier().isEmpty() || decision.tier().equals(userStore)) {
      offer(decision);
    }
  }

  private void add(GatewayEvent event) {
    offer(audited(event));
  }

  private AuditEvent audited(GatewayEvent event) {
    return new AuditEvent(ids.generateUuid(), System.currentTimeMillis(), event);
  }

  @Override
  public void onApplicationEvent(PayloadApplicationEvent<GatewayEvent> event) {
    add(event.getPayload());
  }

  private void offer(Object event) {
    if (!queue.offer(event)) {
      full.increment();
      failures.overflow();
    }
  }

  private void write() {
    List<Object> batch = new ArrayList<>(BATCH);
    try {
      while (true) {
        Object first = queue.poll(IDLE_SECONDS, TimeUnit.SECONDS);
        if (first != null) {
          if (!closing && queue.size() < FEW) {
            Thread.sleep(GATHER_MILLIS);
          }
          batch.add(first);
          queue.drainTo(batch, BATCH - 1);
          summarize(batch);
        }
        boolean ending = first == null && closing;
        List<GatewayEvent> summaries =
            ending ? anonymous.summaries() : anonymous.due(System.currentTimeMillis());
        summaries.forEach(summary -> batch.add(audited(summary)));
        if (!batch.isEmpty()) {
          write(batch);
          batch.clear();
        }
        if (ending) {
          return;
        }
      }
    } catch (InterruptedException ending) {
      Thread.currentThread().interrupt();
    }
  }

  private void summarize(List<Object> batch) {
    int before = batch.size();
    batch.removeIf(event -> !anonymous.admits(event));
    summarized.increment(before - batch.size());
  }

  private void write(List<Object> batch) {
    try {
      displaced.increment(folder.append(lines.of(batch)));
      written.increment(batch.size());
      failures.written();
    } catch (IOException | RuntimeException failed) {
      unwritable.increment(batch.size());
      failures.unwritable(failed);
    }
  }

  /** Writes what waits; the rest is delivered after the next start. */
  @Override
  public void close() {
    if (!writer.isAlive()) {
      return;
    }
    add(new GatewayEvent("gateway-stopped", "", Map.of()));
    closing = true;
    try {
      writer.join(CLOSE_MILLIS);
      folder.release();
    } catch (IOException failed) {
      LOG.debug("The folder of the audit trail was not closed", failed);
    } catch (InterruptedException ending) {
      Thread.currentThread().interrupt();
    }
  }
}
