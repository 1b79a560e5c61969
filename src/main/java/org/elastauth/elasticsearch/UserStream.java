package org.elastauth.elasticsearch;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.async.ByteArrayFeeder;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.util.TokenBuffer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.function.Consumer;
import org.apache.http.ContentTooLongException;
import org.apache.http.HttpEntity;
import org.apache.http.HttpResponse;
import org.apache.http.HttpStatus;
import org.apache.http.entity.ContentType;
import org.apache.http.nio.ContentDecoder;
import org.apache.http.nio.IOControl;
import org.apache.http.nio.protocol.AbstractAsyncResponseConsumer;
import org.apache.http.protocol.HttpContext;

/** Parses a response with many users as a stream, with one user in memory at a time. */
final class UserStream extends AbstractAsyncResponseConsumer<HttpResponse> {
  private static final int MAX_USER_BYTES = 1 << 20;

  private final ObjectMapper json;
  private final int depthOfUser;
  private final Consumer<JsonNode> each;
  private final JsonParser parser;
  private final ByteBuffer bytes = ByteBuffer.allocate(16 << 10);
  private HttpResponse response;
  private TokenBuffer user;
  private int depth;
  private int deepest;
  private boolean foreign;
  private long sinceLastUser;

  /**
   * @param depthOfUser the nesting depth of a user in the document, itself included
   */
  UserStream(ObjectMapper json, int depthOfUser, Consumer<JsonNode> each) {
    this.json = json;
    this.depthOfUser = depthOfUser;
    this.each = each;
    try {
      this.parser = json.getFactory().createNonBlockingByteArrayParser();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  protected void onResponseReceived(HttpResponse received) {
    response = received;
  }

  @Override
  protected void onEntityEnclosed(HttpEntity entity, ContentType type) {
    response.setEntity(null); // the body of an error is not needed
  }

  @Override
  protected void onContentReceived(ContentDecoder decoder, IOControl control) throws IOException {
    int count = decoder.read(bytes);
    while (count > 0) {
      if (response.getStatusLine().getStatusCode() == HttpStatus.SC_OK) {
        parse(count);
      }
      bytes.clear();
      count = decoder.read(bytes);
    }
  }

  private void parse(int count) throws IOException {
    sinceLastUser += count;
    ((ByteArrayFeeder) parser.getNonBlockingInputFeeder()).feedInput(bytes.array(), 0, count);
    for (JsonToken token = parser.nextToken();
        token != null && token != JsonToken.NOT_AVAILABLE;
        token = parser.nextToken()) {
      accept(token);
    }
    if (sinceLastUser > MAX_USER_BYTES) {
      throw new ContentTooLongException("a user in Elasticsearch is larger than 1 MB");
    }
  }

  private void accept(JsonToken token) throws IOException {
    if (token.isScalarValue() && depth == depthOfUser - 1) {
      foreign = true;
    }
    if (token.isStructStart() && ++depth == depthOfUser) {
      user = new TokenBuffer(parser);
    }
    deepest = Math.max(deepest, depth);
    if (user != null) {
      user.copyCurrentEvent(parser);
    }
    if (token.isStructEnd() && depth-- == depthOfUser) {
      try (JsonParser whole = user.asParser(json)) {
        each.accept(json.readTree(whole));
      }
      user = null;
      sinceLastUser = 0;
    }
  }

  /**
   * Fails for a success without a complete list of users, such as an empty page of a proxy:
   * otherwise existing users would count as absent, and would be created again.
   */
  @Override
  protected HttpResponse buildResult(HttpContext context) throws IOException {
    boolean listed = depth == 0 && deepest >= depthOfUser - 1 && !foreign;
    if (response.getStatusLine().getStatusCode() < HttpStatus.SC_MULTIPLE_CHOICES && !listed) {
      throw ElasticsearchFailure.unusable("other content than a list of users");
    }
    return response;
  }

  @Override
  protected void releaseResources() {
    user = null;
  }
}
