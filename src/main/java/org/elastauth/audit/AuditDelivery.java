package org.elastauth.audit;

import io.github.resilience4j.circuitbreaker.CallNotPermittedException;
import java.io.IOException;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.apache.camel.Body;
import org.apache.camel.ExchangeException;
import org.springframework.core.NestedExceptionUtils;

/** Hands the closed files of the audit trail to the route that delivers them, the oldest first. */
public final class AuditDelivery {
  private final AuditFolder folder;
  private final AuditFailures failures;

  AuditDelivery(AuditFolder folder, AuditFailures failures) {
    this.folder = folder;
    this.failures = failures;
  }

  /** Each file follows once the file before was delivered; ends if it was not. */
  public Iterator<AuditSegment> undelivered() {
    return new Iterator<>() {
      private AuditSegment last;
      private AuditSegment next;

      /** Camel looks again after the end, when there may be new events. */
      private boolean ended;

      @Override
      public boolean hasNext() {
        if (next == null && !ended) {
          next = oldest();
          ended = next == null || next.equals(last);
        }
        return !ended;
      }

      @Override
      public AuditSegment next() {
        if (!hasNext()) {
          throw new NoSuchElementException();
        }
        last = next;
        next = null;
        return last;
      }
    };
  }

  private AuditSegment oldest() {
    try {
      AuditSegment oldest = folder.oldest();
      if (oldest == null) {
        failures.delivered(); // else a failure is shown until the next event
      }
      return oldest;
    } catch (IOException failed) {
      failures.unwritable(failed);
      return null;
    }
  }

  /** The target has accepted all events of a file. */
  public void delivered(@Body AuditSegment segment) throws IOException {
    folder.delete(segment);
    failures.delivered();
  }

  /** The file stays, and is delivered later. */
  public void failed(@ExchangeException Exception failure) {
    if (!(failure instanceof CallNotPermittedException)) {
      Throwable cause = NestedExceptionUtils.getMostSpecificCause(failure);
      failures.undelivered(cause instanceof Exception specific ? specific : failure);
    }
  }
}
