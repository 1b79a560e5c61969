package org.elastauth.audit;

import co.elastic.clients.elasticsearch._types.ErrorCause;
import co.elastic.clients.elasticsearch.core.bulk.BulkResponseItem;
import co.elastic.clients.elasticsearch.core.bulk.CreateOperation;
import co.elastic.clients.util.BinaryData;
import co.elastic.clients.util.ContentType;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.apache.camel.Body;
import org.apache.camel.Variable;

/**
 * A file of the audit trail as bulk requests to Elasticsearch. Each event is created under its own
 * id, so an event that is sent again does not exist twice.
 */
public final class AuditBulk {
  private static final String NO_EVENT = "not an event";
  private static final int BAD_REQUEST = 400;
  private static final int CONFLICT = 409;
  private static final long MAX_REJECTED = 10L << 20;

  /** Elasticsearch refuses a body above http.max_content_length, 100 MB by default. */
  private static final int MAX_REQUEST_BYTES = 5 << 20;

  private final AuditFolder folder;
  private final AuditFailures failures;
  private final Counter delivered;
  private final Counter rejected;
  private final JsonFactory json = new JsonFactory();

  AuditBulk(AuditFolder folder, AuditFailures failures, MeterRegistry meters) {
    this.folder = folder;
    this.failures = failures;
    this.delivered =
        Counter.builder("elastauth.audit.delivered")
            .description("events of the audit trail that Elasticsearch has")
            .register(meters);
    this.rejected = AuditLog.dropped(meters, "rejected");
  }

  /** The parts of a file that were not delivered yet, each for one request. */
  public Iterator<AuditSegment> parts(@Body AuditSegment segment) throws IOException {
    return new Iterator<>() {
      private AuditSegment rest = folder.undelivered(segment);

      @Override
      public boolean hasNext() {
        return !rest.isEmpty();
      }

      @Override
      public AuditSegment next() {
        if (rest.isEmpty()) {
          throw new NoSuchElementException();
        }
        try {
          AuditSegment part = rest.first(MAX_REQUEST_BYTES);
          rest = rest.startingAt(part.to());
          return part;
        } catch (IOException unreadable) {
          throw new UncheckedIOException(unreadable);
        }
      }
    };
  }

  /**
   * The body of the bulk request. Lines that are no events are left out.
   *
   * @throws IOException for a part without any event, which is set aside
   */
  public List<CreateOperation.Builder<BinaryData>> operations(@Body AuditSegment segment)
      throws IOException {
    List<CreateOperation.Builder<BinaryData>> operations = new ArrayList<>();
    for (String line : segment.lines()) {
      String id = id(line);
      if (id != null) {
        byte[] document = line.getBytes(StandardCharsets.UTF_8);
        operations.add(
            new CreateOperation.Builder<BinaryData>()
                .id(id)
                .document(BinaryData.of(document, ContentType.APPLICATION_JSON)));
      }
    }
    if (operations.isEmpty()) {
      setAside(segment.lines(), NO_EVENT);
      if (!folder.advance(segment)) {
        folder.delete(segment);
      }
      throw new IOException("a file of the audit trail has no event");
    }
    return operations;
  }

  /** Null if the line is no event: it is torn after the machine has stopped, or was edited. */
  private String id(String line) {
    String id = null;
    try (JsonParser parser = json.createParser(line)) {
      int depth = 0;
      for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
        if (token.isStructStart()) {
          depth++;
        } else if (token.isStructEnd()) {
          depth--;
        } else if (depth == 1
            && token == JsonToken.VALUE_STRING
            && AuditLines.ID_FIELD.equals(parser.currentName())) {
          id = parser.getText();
        }
      }
    } catch (IOException malformed) {
      return null;
    }
    return id;
  }

  /**
   * Sets aside events that Elasticsearch can never accept, so that they do not block others.
   *
   * @param items the response, in the order of the request
   * @throws IOException if Elasticsearch has not accepted all others; the part is then sent again
   */
  public void confirm(@Body AuditSegment segment, @Variable("items") List<BulkResponseItem> items)
      throws IOException {
    List<String> lines = segment.lines();
    List<String> invalid = new ArrayList<>();
    String reason = "";
    int item = 0;
    for (String line : lines) {
      if (id(line) == null) {
        invalid.add(line);
        reason = NO_EVENT;
        continue;
      }
      BulkResponseItem answer = items.get(item++);
      ErrorCause error = answer.error();
      if (error == null || answer.status() == CONFLICT) {
        continue; // a conflict: it was delivered before
      }
      reason = error.type() + ": " + error.reason();
      if (answer.status() != BAD_REQUEST) {
        throw new IOException("Elasticsearch answers " + answer.status() + ", " + reason);
      }
      invalid.add(line);
    }
    if (!invalid.isEmpty()) {
      setAside(invalid, reason);
    }
    delivered.increment(lines.size() - invalid.size());
    folder.advance(segment);
  }

  private void setAside(List<String> invalid, String reason) throws IOException {
    folder.setAside(invalid, MAX_REJECTED);
    rejected.increment(invalid.size());
    failures.rejected(invalid.size(), reason);
  }
}
