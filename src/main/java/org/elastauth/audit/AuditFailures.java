package org.elastauth.audit;

import com.github.benmanes.caffeine.cache.Ticker;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.util.concurrent.TimeUnit;
import org.elastauth.health.Health;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reports to the log, once a minute, and to /health that events are missing or late. */
final class AuditFailures {
  private static final Logger LOG = LoggerFactory.getLogger(AuditFailures.class);
  private static final long MINUTE = TimeUnit.MINUTES.toNanos(1);

  /** A disk that is nearly full accepts some writes, and a busy target some requests. */
  private static final long QUIET = TimeUnit.SECONDS.toNanos(10);

  private final Health health;
  private final Ticker ticker;
  private final String folder;

  /** What fails, for /health; null: nothing. */
  private volatile String writing;

  private volatile String delivering;
  private volatile long unwritableLast;
  private volatile long undeliveredLast;
  private volatile long overflowAt;
  private volatile long unwritableAt;
  private volatile long undeliveredAt;
  private volatile long rejectedAt;

  AuditFailures(String folder, Health health, Ticker ticker) {
    this.folder = folder;
    this.health = health;
    this.ticker = ticker;
    this.overflowAt = ticker.read() - MINUTE;
    this.unwritableAt = overflowAt;
    this.undeliveredAt = overflowAt;
    this.rejectedAt = overflowAt;
  }

  private boolean isDue(long last) {
    return ticker.read() - last >= MINUTE;
  }

  /** Called for each dropped event. */
  void overflow() {
    if (isDue(overflowAt)) {
      overflowAt = ticker.read();
      LOG.warn(
          "Events are missing in the audit trail: its folder is too slow for this rate; use a faster disk, or set"
              + " audit.decisions to uncached (logged once a minute; elastauth_audit_dropped_total counts them)");
    }
  }

  void unwritable(Exception failure) {
    unwritableLast = ticker.read();
    report("disk", delivering);
    if (isDue(unwritableAt)) {
      unwritableAt = ticker.read();
      LOG.atError()
          .addKeyValue("folder", folder)
          .addKeyValue("reason", reason(failure))
          .log(
              "Events are missing in the audit trail: its folder is not writable; check its rights and the space on"
                  + " its disk (logged once a minute; elastauth_audit_dropped_total counts them)");
    }
  }

  private static String reason(Exception failure) {
    if (failure instanceof AccessDeniedException) {
      return "access denied";
    } else if (failure instanceof FileSystemException file && file.getReason() != null) {
      return file.getReason();
    }
    return failure.getMessage() == null ? failure.getClass().getSimpleName() : failure.getMessage();
  }

  void written() {
    if (writing != null && ticker.read() - unwritableLast >= QUIET) {
      report(null, delivering);
      LOG.info("The folder of the audit trail is writable again");
    }
  }

  void undelivered(Exception failure) {
    undeliveredLast = ticker.read();
    report(writing, "delivery");
    if (isDue(undeliveredAt)) {
      undeliveredAt = ticker.read();
      LOG.atWarn()
          .addKeyValue("reason", reason(failure))
          .log(
              "The audit trail is not delivered; its events stay in audit.path until its target accepts them (logged"
                  + " once a minute)");
    }
  }

  void delivered() {
    if (delivering != null && ticker.read() - undeliveredLast >= QUIET) {
      report(writing, null);
      LOG.info("The audit trail is delivered again");
    }
  }

  void rejected(int events, String reason) {
    if (isDue(rejectedAt)) {
      rejectedAt = ticker.read();
      LOG.atWarn()
          .addKeyValue("events", events)
          .addKeyValue("reason", reason)
          .log(
              "Elasticsearch rejects events of the audit trail; they are kept in {} (logged once a minute)",
              AuditFolder.REJECTED);
    }
  }

  private synchronized void report(String disk, String target) {
    writing = disk;
    delivering = target;
    health.auditFails(disk == null ? target : disk);
  }
}
