package org.elastauth.elasticsearch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.camel.Body;
import org.apache.camel.ExchangeProperty;
import org.apache.http.HttpEntity;
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
  private static final String USERS = "/_security/user/";
  private static final int CONFLICT = 409;
  private static final String DEFAULT_NATIVE_REALM = "default_native";
  private static final int MAX_RESPONSE = 1 << 20;
  private static final int MAX_RESPONSE_OF_MANY = 8 << 20;

  /** Milliseconds in which what was read may be written. */
  static final long FRESH = TimeUnit.SECONDS.toMillis(2);

  private final RestClient client;
  private final RequestOptions options;
  private final RequestOptions ofMany;
  private final ObjectMapper json;
  private final MeterRegistry meters;

  public ElasticsearchUsers(
      RestClient client, Settings settings, ObjectMapper json, MeterRegistry meters) {
    ElasticsearchSettings elasticsearch = settings.elasticsearch();
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
    this.ofMany =
        options.toBuilder()
            .setHttpAsyncResponseConsumerFactory(
                new HeapBufferedResponseConsumerFactory(MAX_RESPONSE_OF_MANY))
            .build();
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
   * again how the user stands. So it is where another gateway writes the same user at the same
   * moment.
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
      if (isAway(e) && hosts() > 1 || status(e) == CONFLICT) {
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

  /**
   * How several users stand.
   *
   * @param names one at least; together no longer than a request line may be
   * @return those that are there
   */
  Map<String, StoredUser> readAll(Collection<String> names) throws IOException {
    long asked = now();
    String list = names.stream().map(ElasticsearchUsers::encoded).collect(Collectors.joining(","));
    boolean none = false;
    Response response;
    try {
      response = send("user_reread", new Request("GET", USERS + list), ofMany);
    } catch (ResponseException e) {
      none = e.getResponse().getStatusLine().getStatusCode() == 404;
      if (!none) {
        throw explained(e);
      }
      response = e.getResponse();
    }
    HttpEntity entity = response.getEntity();
    JsonNode found = entity == null ? json.nullNode() : json.readTree(entity.getContent());
    Map<String, StoredUser> stored = new HashMap<>();
    for (Map.Entry<String, JsonNode> user : found.properties()) {
      if (names.contains(user.getKey())) {
        stored.put(user.getKey(), StoredUser.read(user.getValue(), asked));
      }
    }
    // what stands between here and Elasticsearch may answer as well
    if (!found.isObject() || found.size() != stored.size() || found.isEmpty() != none) {
      throw new IOException("Elasticsearch answered with something else than the users asked for");
    }
    return stored;
  }

  /**
   * Takes every API key from a user.
   *
   * @return how many there were
   */
  public int invalidateApiKeys(@ExchangeProperty("identity") Identity identity) throws IOException {
    Request request = new Request("DELETE", "/_security/api_key");
    request.setEntity(
        new NStringEntity(
            json.writeValueAsString(
                Map.of("username", identity.username(), "realm_name", nativeRealm())),
            ContentType.APPLICATION_JSON));
    try {
      JsonNode answer =
          json.readTree(send("api_key_delete", request, options).getEntity().getContent());
      if (answer.path("error_count").asInt() > 0) {
        throw new IOException("Elasticsearch could not invalidate all of them");
      }
      return answer.path("invalidated_api_keys").size();
    } catch (ResponseException e) {
      if (e.getResponse().getStatusLine().getStatusCode() == 403) {
        throw new IOException(
            "the gateway's own account lacks the cluster privilege manage_api_key in Elasticsearch (403)");
      }
      throw explained(e);
    }
  }

  /**
   * The realm of the users this gateway makes. It may bear another name than usual, which shows
   * where the gateway's own account is one of them.
   */
  private String nativeRealm() throws IOException {
    try {
      JsonNode realm =
          json.readTree(
                  send("ping", new Request("GET", "/_security/_authenticate"), options)
                      .getEntity()
                      .getContent())
              .path("authentication_realm");
      return realm.path("type").asText().equals("native")
          ? realm.path("name").asText(DEFAULT_NATIVE_REALM)
          : DEFAULT_NATIVE_REALM;
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
    int status = status(e);
    return status == 502 || status == 503 || status == 504;
  }

  private static int status(ResponseException e) {
    return e.getResponse().getStatusLine().getStatusCode();
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
    return USERS + encoded(username);
  }

  static String encoded(String username) {
    return username.replace("+", "%2B").replace("@", "%40");
  }

  private static String basic(String username, String password) {
    return "Basic "
        + Base64.getEncoder()
            .encodeToString((username + ':' + password).getBytes(StandardCharsets.UTF_8));
  }

  static long millisSince(long readAt) {
    return now() - readAt;
  }

  private static long now() {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
  }
}
