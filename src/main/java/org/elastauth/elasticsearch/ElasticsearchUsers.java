package org.elastauth.elasticsearch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.concurrent.TimeUnit;
import org.apache.camel.Body;
import org.apache.camel.ExchangeProperty;
import org.apache.http.entity.ContentType;
import org.apache.http.nio.entity.NStringEntity;
import org.elastauth.config.Settings;
import org.elastauth.identity.Identity;
import org.elasticsearch.client.HttpAsyncResponseConsumerFactory;
import org.elasticsearch.client.HttpAsyncResponseConsumerFactory.HeapBufferedResponseConsumerFactory;
import org.elasticsearch.client.Request;
import org.elasticsearch.client.RequestOptions;
import org.elasticsearch.client.Response;
import org.elasticsearch.client.ResponseException;
import org.elasticsearch.client.RestClient;
import org.springframework.stereotype.Component;

/**
 * The native users of an Elasticsearch, over its <a
 * href="https://www.elastic.co/guide/en/elasticsearch/reference/current/security-api.html">security
 * API</a> as 6.8 to 9 speak it. Every method throws {@link IOException} where Elasticsearch gives
 * no usable answer; that is what the circuit breaker counts.
 */
@Component("elasticsearchUsers")
public final class ElasticsearchUsers {
  private static final int MAX_RESPONSE = 1 << 20;
  private static final long FRESH = TimeUnit.SECONDS.toMillis(2);

  private final RestClient client;
  private final RequestOptions options;
  private final ObjectMapper json;
  private final MeterRegistry meters;

  public ElasticsearchUsers(
      RestClient client, Settings settings, ObjectMapper json, MeterRegistry meters) {
    Settings.Elasticsearch elasticsearch = settings.elasticsearch();
    this.client = client;
    this.json = json;
    this.meters = meters;
    RequestOptions.Builder builder =
        RequestOptions.DEFAULT.toBuilder()
            .setHttpAsyncResponseConsumerFactory(
                new HeapBufferedResponseConsumerFactory(MAX_RESPONSE));
    if (!elasticsearch.username().isEmpty()) {
      builder.addHeader("Authorization", basic(elasticsearch.username(), elasticsearch.password()));
    }
    this.options = builder.build();
  }

  /** How a user stands; what was asked long ago is old, however late the answer came. */
  public StoredUser read(@ExchangeProperty("identity") Identity identity) throws IOException {
    String name = identity.username();
    long asked = now();
    try {
      Response response = send("user_get", new Request("GET", path(name)), options);
      JsonNode user = json.readTree(response.getEntity().getContent()).get(name);
      if (user == null) {
        throw new IOException("Elasticsearch answered without the user that was asked for");
      }
      return StoredUser.read(user, asked);
    } catch (ResponseException e) {
      if (e.getResponse().getStatusLine().getStatusCode() == 404) {
        return StoredUser.absent(asked);
      }
      throw explained(e);
    }
  }

  /**
   * Writes what was planned, unless that was concluded from a user read too long ago: Elasticsearch
   * has no compare-and-set on users, so what is written must have been read a moment before. For
   * the same reason a write is not carried over to another host: where there is one, it is asked
   * again how the user stands.
   *
   * @return whether it was written
   */
  public boolean write(@Body Plan plan) throws IOException {
    if (now() - plan.readAt() > FRESH) {
      return false;
    }
    Request request = new Request("PUT", path(plan.credential().username()));
    request.setEntity(
        new NStringEntity(json.writeValueAsString(plan.document()), ContentType.APPLICATION_JSON));
    String operation =
        plan.write() == Plan.Write.PROFILE ? "user_put_profile" : "user_put_password";
    try {
      sendOnce(operation, request, options);
      return true;
    } catch (ResponseException e) {
      if (isAway(e) && hosts() > 1) {
        return false;
      }
      throw explained(e);
    } catch (IOException e) {
      if (hosts() > 1) {
        return false;
      }
      throw e;
    }
  }

  /**
   * Carries out a step of the expiry, under the conditions of {@link #write}. Whether it was taken
   * shows when the user is read again: it may be somebody else's turn to write (409), or the user
   * may be gone (404).
   */
  public void apply(@Body ExpiryStep step) throws IOException {
    if (now() - step.readAt() > FRESH) {
      return;
    }
    boolean delete = step.act() == ExpiryStep.Act.DELETE;
    Request request = new Request(delete ? "DELETE" : "PUT", path(step.username()));
    if (!delete) {
      request.setEntity(
          new NStringEntity(
              json.writeValueAsString(step.document()), ContentType.APPLICATION_JSON));
    }
    try {
      sendOnce(delete ? "user_delete" : "user_put_expiry", request, options);
    } catch (ResponseException e) {
      int status = e.getResponse().getStatusLine().getStatusCode();
      if (status == 429 || status >= 500) {
        throw explained(e);
      }
    }
  }

  /**
   * Asks for many users at once.
   *
   * @param consumer takes the answer
   */
  Response list(Request request, HttpAsyncResponseConsumerFactory consumer) throws IOException {
    return send(
        "user_list",
        request,
        options.toBuilder().setHttpAsyncResponseConsumerFactory(consumer).build());
  }

  /** Whether the user gets in with this password. */
  public boolean accepts(@Body Plan plan) throws IOException {
    RequestOptions asUser =
        RequestOptions.DEFAULT.toBuilder()
            .setHttpAsyncResponseConsumerFactory(
                new HeapBufferedResponseConsumerFactory(MAX_RESPONSE))
            .addHeader("Authorization", plan.credential().authorization())
            .build();
    try {
      send("authenticate", new Request("GET", "/_security/_authenticate"), asUser);
      return true;
    } catch (ResponseException e) {
      if (e.getResponse().getStatusLine().getStatusCode() == 401) {
        return false;
      }
      throw explained(e);
    }
  }

  /** Asks who the gateway itself is: proves that Elasticsearch answers and knows the account. */
  public void ping() throws IOException {
    try {
      send("ping", new Request("GET", "/_security/_authenticate"), options);
    } catch (ResponseException e) {
      throw explained(e);
    }
  }

  /** Asks one host after the other until one answers. */
  private Response send(String operation, Request request, RequestOptions options)
      throws IOException {
    for (int left = hosts() - 1; ; left--) {
      try {
        return sendOnce(operation, request, options);
      } catch (ResponseException e) {
        if (left == 0 || !isAway(e)) {
          throw e;
        }
      } catch (IOException e) {
        if (left == 0) {
          throw e;
        }
      }
    }
  }

  private int hosts() {
    return client.getNodes().size();
  }

  /** Whether this host does not serve at the moment, which says nothing about the others. */
  private static boolean isAway(ResponseException e) {
    int status = e.getResponse().getStatusLine().getStatusCode();
    return status == 502 || status == 503 || status == 504;
  }

  private Response sendOnce(String operation, Request request, RequestOptions options)
      throws IOException {
    request.setOptions(options);
    meters.counter("elastauth.elasticsearch.requests", "operation", operation).increment();
    return client.performRequest(request);
  }

  /**
   * The client's own message quotes the request and the response; ours names the status and the
   * mend.
   */
  static IOException explained(ResponseException e) {
    int status = e.getResponse().getStatusLine().getStatusCode();
    return new IOException(
        switch (status) {
          case 401 ->
              "Elasticsearch refuses the gateway's own account (401): check elasticsearch.username and elasticsearch.password";
          case 403 ->
              "the gateway's own account lacks the cluster privilege manage_security in Elasticsearch (403)";
          default -> "Elasticsearch answers " + status;
        });
  }

  private static String path(String username) {
    return "/_security/user/" + username.replace("+", "%2B").replace("@", "%40");
  }

  private static String basic(String username, String password) {
    return "Basic "
        + Base64.getEncoder()
            .encodeToString((username + ':' + password).getBytes(StandardCharsets.UTF_8));
  }

  private static long now() {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
  }
}
