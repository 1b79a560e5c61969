package org.elastauth.elasticsearch;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.resilience4j.circuitbreaker.CallNotPermittedException;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.apache.http.HttpEntity;
import org.apache.http.entity.ContentType;
import org.apache.http.nio.entity.NStringEntity;
import org.elastauth.health.Health;
import org.elastauth.health.ServerFailure;
import org.elastauth.metrics.RequestTimer;
import org.elasticsearch.client.HttpAsyncResponseConsumerFactory;
import org.elasticsearch.client.HttpAsyncResponseConsumerFactory.HeapBufferedResponseConsumerFactory;
import org.elasticsearch.client.Request;
import org.elasticsearch.client.RequestOptions;
import org.elasticsearch.client.Response;
import org.elasticsearch.client.ResponseException;
import org.elasticsearch.client.RestClient;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.stereotype.Component;

/**
 * The native users of an Elasticsearch 6.8 to 9, over its <a
 * href="https://www.elastic.co/guide/en/elasticsearch/reference/current/security-api.html">security
 * API</a>. Every method throws {@link IOException} if Elasticsearch gives no usable answer. The
 * circuit breaker counts these failures; while it is open, every call fails.
 */
@Component("elasticsearchUsers")
public final class ElasticsearchUsers {
  public static final String UNREACHABLE = "Elasticsearch does not answer";

  /** Within this time after the read a user may be written, in milliseconds. */
  public static final long FRESH = TimeUnit.SECONDS.toMillis(2);

  private static final String USERS = "/_security/user/";
  private static final String WHO_AM_I = "/_security/_authenticate";

  /** The action of a PUT, which {@code manage_security} contains. */
  private static final String WRITE_USERS = "cluster:admin/xpack/security/user/put";

  /** For this time after a rejected fresh password no repair is tried, in milliseconds. */
  private static final long NATIVE_REALM_OFF = TimeUnit.MINUTES.toMillis(10);

  private static final String DEFAULT_NATIVE_REALM = "default_native";

  private static final HttpAsyncResponseConsumerFactory UP_TO_1_MB =
      new HeapBufferedResponseConsumerFactory(1 << 20);

  private static final HttpAsyncResponseConsumerFactory UP_TO_8_MB =
      new HeapBufferedResponseConsumerFactory(8 << 20);

  private final RestClient client;
  private final CircuitBreaker breaker;
  private final GatewayAccount account;
  private final ObjectMapper json;
  private final ElasticsearchMeters meters;
  private final Health health;

  /** When a fresh password was rejected, by {@link #now}; 0 since a password was accepted. */
  private volatile long nativeRealmOffAt;

  public ElasticsearchUsers(
      RestClient client,
      @Qualifier("elasticsearchBreaker") CircuitBreaker breaker,
      GatewayAccount account,
      ObjectMapper json,
      MeterRegistry meters,
      Health health) {
    this.client = client;
    this.breaker = breaker;
    this.json = json;
    this.meters = new ElasticsearchMeters(meters);
    this.health = health;
    this.account = account;
  }

  private static RequestOptions options(
      String authorization, HttpAsyncResponseConsumerFactory consumer) {
    RequestOptions.Builder builder =
        RequestOptions.DEFAULT.toBuilder().setHttpAsyncResponseConsumerFactory(consumer);
    if (!authorization.isEmpty()) {
      builder.addHeader("Authorization", authorization);
    }
    return builder.build();
  }

  private RequestOptions asGateway() {
    return options(account.authorization(), UP_TO_1_MB);
  }

  public StoredUser read(String username) throws IOException {
    long asked = now(); // age counts from the request, however late the response is
    if (isSplit(username)) {
      return find(Set.of(username)).getOrDefault(username, StoredUser.absent(asked));
    }
    Request request = get(path(username), 404);
    return ofLogin(
        Health.READ, () -> user(username, send("user_get", request, asGateway()), asked));
  }

  private StoredUser user(String username, Response response, long asked) throws IOException {
    if (status(response) == 404) {
      if (!isEmptyObject(response)) {
        throw ElasticsearchFailure.noSecurityApi("Elasticsearch answers 404");
      }
      return StoredUser.absent(asked);
    }
    JsonNode user = body(response).path(username);
    // the answer may come from a proxy in front of Elasticsearch
    if (!user.path("username").asText().equals(username)) {
      throw ElasticsearchFailure.unusable("without the requested user");
    }
    return StoredUser.read(user, asked);
  }

  /** The answer of Elasticsearch for a user that does not exist. */
  private boolean isEmptyObject(Response response) throws IOException {
    try {
      JsonNode body = body(response);
      return body.isObject() && body.isEmpty();
    } catch (JsonProcessingException page) {
      return false;
    }
  }

  /**
   * Reads several users.
   *
   * @param usernames at least one; together they must fit into a request line
   * @return the users that exist
   */
  public Map<String, StoredUser> readAll(Collection<String> usernames) throws IOException {
    Set<String> split =
        usernames.stream().filter(ElasticsearchUsers::isSplit).collect(Collectors.toSet());
    Set<String> whole = new HashSet<>(usernames);
    whole.removeAll(split);
    Map<String, StoredUser> users = whole.isEmpty() ? new HashMap<>() : readWhole(whole);
    if (!split.isEmpty()) {
      users.putAll(find(split));
    }
    return users;
  }

  private Map<String, StoredUser> readWhole(Set<String> usernames) throws IOException {
    long asked = now();
    String list =
        usernames.stream().map(ElasticsearchUsers::encoded).collect(Collectors.joining(","));
    Request request = get(USERS + list, 404);
    RequestOptions large = options(account.authorization(), UP_TO_8_MB);
    return guarded(
        () -> {
          Response response = send("user_reread", request, large);
          JsonNode found = body(response);
          Map<String, StoredUser> users = new HashMap<>();
          for (Map.Entry<String, JsonNode> user : found.properties()) {
            if (usernames.contains(user.getKey())) {
              users.put(user.getKey(), StoredUser.read(user.getValue(), asked));
            }
          }
          boolean none = status(response) == 404;
          if (!found.isObject() || found.size() != users.size() || found.isEmpty() != none) {
            throw ElasticsearchFailure.unusable("with other content than the requested users");
          }
          return users;
        });
  }

  /** Whether Elasticsearch would read the name as several, because it splits paths at commas. */
  private static boolean isSplit(String username) {
    return username.indexOf(',') >= 0;
  }

  /** Finds users by a query, or before 8.14 among all users. */
  private Map<String, StoredUser> find(Set<String> usernames) throws IOException {
    long asked = now();
    Map<String, StoredUser> users = new HashMap<>();
    list(
        Map.of("size", usernames.size(), "query", Map.of("terms", Map.of("username", usernames))),
        user -> {
          String name = user.path("username").asText();
          if (usernames.contains(name)) {
            users.put(name, StoredUser.read(user, asked));
          }
        });
    return users;
  }

  /**
   * Lists the users that a <a
   * href="https://www.elastic.co/guide/en/elasticsearch/reference/current/security-api-query-user.html">query</a>
   * finds, or all users before 8.14, which has no queries. The response is parsed as a stream. A
   * refusal does not count as a failure for the breaker.
   *
   * @return whether Elasticsearch supports queries
   * @throws IOException also if Elasticsearch refuses to list users
   */
  public boolean list(Map<String, Object> query, Consumer<JsonNode> each) throws IOException {
    // a release without queries refuses this path with various errors
    if (list(withBody("POST", "/_security/_query/user", query), 3, each).isEmpty()) {
      return true;
    }
    String refusal = list(new Request("GET", "/_security/user"), 2, each);
    if (!refusal.isEmpty()) {
      throw new IOException(refusal);
    }
    return false;
  }

  private String list(Request request, int depthOfUser, Consumer<JsonNode> each)
      throws IOException {
    RequestOptions streamed =
        options(account.authorization(), () -> new UserStream(json, depthOfUser, each));
    return guarded(() -> refusal(() -> send("user_list", request, streamed)));
  }

  /**
   * Writes a change, unless the user was read too long ago: Elasticsearch has no compare-and-set on
   * users. For the same reason a failed write is not repeated on another host, but the user must be
   * read again. The same applies if another gateway writes the user at the same moment (409).
   *
   * @return whether it was written
   */
  public boolean write(UserChange change) throws IOException {
    if (millisSince(change.readAt()) > FRESH) {
      return false;
    }
    String operation =
        change.kind() == UserChange.Kind.PROFILE ? "user_put_profile" : "user_put_password";
    Request request = withBody("PUT", path(change.username()), change.document());
    request.addParameter("ignore", "409");
    return ofLogin(
        "user_put",
        () -> {
          try {
            return isWritten(sendOnce(operation, request, asGateway()));
          } catch (IOException e) {
            if (isOfOneHost(e) && hosts() > 1) {
              return false;
            }
            throw e;
          }
        });
  }

  private boolean isWritten(Response response) throws IOException {
    // 6.8 answers {"user": {"created": …}, "created": …}
    if (status(response) != 409 && !body(response).path("created").isBoolean()) {
      throw ElasticsearchFailure.unusable("a write with other content than its result");
    }
    return status(response) != 409;
  }

  /**
   * Disables, enables or deletes a user for the expiry, under the conditions of {@link #write}. A
   * refusal is not a failure: the expiry reads the user again and sees it.
   *
   * @param document the body of a PUT; empty to delete the user
   */
  public void expire(String username, Map<String, Object> document, long readAt)
      throws IOException {
    if (millisSince(readAt) > FRESH) {
      return;
    }
    boolean delete = document.isEmpty();
    Request request =
        delete ? new Request("DELETE", path(username)) : withBody("PUT", path(username), document);
    String operation = delete ? "user_delete" : "user_put_expiry";
    guarded(() -> refusal(() -> sendOnce(operation, request, asGateway())));
  }

  /**
   * Whether the user's password works, and no other subject has taken the name at the same moment.
   * If Elasticsearch rejects a password that it has just stored, and no other party wrote the user,
   * its native realm is switched off: a repair would not help.
   */
  boolean accepts(UserChange change) throws IOException {
    RequestOptions asUser = options(change.credential().authorization(), UP_TO_1_MB);
    Request request = get(WHO_AM_I, 401);
    String owner = change.ownership().subject();
    return ofLogin(
        "authenticate",
        () -> {
          Response response = send("authenticate", request, asUser);
          if (status(response) == 401) {
            refuseWithoutNativeRealm(change);
            return false;
          }
          JsonNode user = body(response);
          if (!user.path("username").asText().equals(change.username())) {
            throw ElasticsearchFailure.unusable("with another user than the one that logs in");
          }
          nativeRealmOffAt = 0;
          OwnershipMetadata found = OwnershipMetadata.read(user.path("metadata"));
          return owner.isEmpty()
              || found == null
              || found.subject().isEmpty()
              || found.subject().equals(owner);
        });
  }

  private void refuseWithoutNativeRealm(UserChange change) throws IOException {
    boolean known = nativeRealmOffAt != 0 && millisSince(nativeRealmOffAt) < NATIVE_REALM_OFF;
    if ((known || change.isNewPassword()) && !isNative(whoAmI())) {
      if (!known && !isUnchanged(change)) {
        return;
      }
      nativeRealmOffAt = known ? nativeRealmOffAt : now();
      throw ElasticsearchFailure.nativeRealmOff();
    }
  }

  /** Whether the user is unchanged in the meantime. */
  private boolean isUnchanged(UserChange change) throws IOException {
    StoredUser stored = read(change.username());
    return stored.isOurs() && stored.ownership().samePassword(change.ownership());
  }

  /**
   * Checks that Elasticsearch answers, and that the gateway's account may read and write users. Not
   * guarded by the circuit breaker, which a successful health check closes.
   */
  public void check() throws ServerFailure {
    try {
      String own = account.username();
      user(own, send("ping", get(path(own), 404), asGateway()), 0);
      if (mayNotWriteUsers()) {
        throw ElasticsearchFailure.lacks("manage_security");
      }
    } catch (IOException e) {
      throw ElasticsearchFailure.of(e);
    }
  }

  private boolean mayNotWriteUsers() throws IOException {
    Request privileges =
        withBody("POST", USERS + "_has_privileges", Map.of("cluster", List.of(WRITE_USERS)));
    try {
      JsonNode granted =
          body(send("ping", privileges, asGateway())).path("cluster").path(WRITE_USERS);
      return granted.isBoolean() && !granted.asBoolean();
    } catch (ResponseException filtered) {
      return false; // a proxy may pass on only the requests that logins need
    }
  }

  /**
   * Which of these roles exist among the built-in roles and those of the role API. Not guarded by
   * the circuit breaker: no login needs the answer.
   *
   * @param names at least one; together they must fit into a request line
   */
  public Set<String> existingRoles(Collection<String> names) throws ServerFailure {
    String list = names.stream().map(ElasticsearchUsers::encoded).collect(Collectors.joining(","));
    try {
      JsonNode found =
          body(
              send(
                  "role_get",
                  get("/_security/role/" + list, 404),
                  options(account.authorization(), UP_TO_8_MB)));
      if (!found.isObject() || found.has("error")) {
        throw ElasticsearchFailure.unusable("other content than the requested roles");
      }
      return names.stream().filter(found::has).collect(Collectors.toSet());
    } catch (IOException e) {
      throw ElasticsearchFailure.of(e);
    }
  }

  /** The gateway's own account as Elasticsearch knows it. */
  private JsonNode whoAmI() throws IOException {
    return body(send("ping", new Request("GET", WHO_AM_I), asGateway()));
  }

  private static boolean isNative(JsonNode account) {
    return account.at("/authentication_realm/type").asText().equals("native");
  }

  /**
   * Invalidates every API key of a user. Not guarded by the circuit breaker: a missing privilege
   * for API keys must not affect logins.
   */
  public int invalidateApiKeys(String username) throws IOException {
    try {
      // the native realm may be renamed; its name is known if the gateway's account is in it
      JsonNode account = whoAmI();
      String realmName =
          isNative(account)
              ? account.at("/authentication_realm/name").asText(DEFAULT_NATIVE_REALM)
              : DEFAULT_NATIVE_REALM;
      Map<String, Object> owner = Map.of("username", username, "realm_name", realmName);
      JsonNode answer =
          body(
              send("api_key_delete", withBody("DELETE", "/_security/api_key", owner), asGateway()));
      if (answer.path("error_count").asInt() > 0) {
        throw new IOException("Elasticsearch did not invalidate all API keys");
      }
      return answer.path("invalidated_api_keys").size();
    } catch (ResponseException e) {
      boolean forbidden = status(e.getResponse()) == 403;
      throw forbidden ? ElasticsearchFailure.lacks("manage_api_key") : ElasticsearchFailure.of(e);
    }
  }

  /** An operation that a login needs: its failure shows in the health and in the log. */
  private <T> T ofLogin(String operation, Callable<T> call) throws IOException {
    try {
      T answer = guarded(call);
      health.elasticsearchServed(operation);
      return answer;
    } catch (ServerFailure e) {
      health.elasticsearchRefused(operation, e);
      throw e;
    }
  }

  private <T> T guarded(Callable<T> call) throws IOException {
    try {
      return breaker.executeCallable(call);
    } catch (CallNotPermittedException open) {
      throw new IOException(UNREACHABLE, open);
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw ElasticsearchFailure.of(e);
    }
  }

  /** Why Elasticsearch refuses a request; empty on success. */
  private static String refusal(Callable<Response> call) throws Exception {
    try {
      call.call();
      return "";
    } catch (ResponseException e) {
      if (status(e.getResponse()) == 429 || status(e.getResponse()) >= 500) {
        throw e;
      }
      return ElasticsearchFailure.of(e).getMessage();
    }
  }

  /** Sends the request to the next host until a host answers. */
  private Response send(String operation, Request request, RequestOptions options)
      throws IOException {
    for (int left = hosts() - 1; ; left--) {
      try {
        return sendOnce(operation, request, options);
      } catch (IOException e) {
        if (left == 0 || !isOfOneHost(e)) {
          throw e instanceof ConnectException ? withHosts(e) : e;
        }
      }
    }
  }

  /** The operator shall see which addresses are in use. */
  private IOException withHosts(IOException failure) {
    String hosts =
        client.getNodes().stream()
            .map(node -> node.getHost().toURI())
            .collect(Collectors.joining(", "));
    return new ConnectException(failure.getMessage() + ": " + hosts);
  }

  private Response sendOnce(String operation, Request request, RequestOptions options)
      throws IOException {
    request.setOptions(options);
    String authorization = account.authorization();
    try {
      return perform(operation, request);
    } catch (ResponseException refused) {
      boolean isOurs =
          options.getHeaders().stream().anyMatch(header -> header.getValue().equals(authorization));
      if (!isOurs || status(refused.getResponse()) != 401 || !account.rereads(authorization)) {
        throw refused;
      }
      request.setOptions(
          options(account.authorization(), options.getHttpAsyncResponseConsumerFactory()));
      return perform(operation, request);
    }
  }

  private Response perform(String operation, Request request) throws IOException {
    long began = System.nanoTime();
    String outcome = RequestTimer.UNREACHABLE;
    try {
      Response response = client.performRequest(request);
      outcome = "ok"; // also a status that the caller expects
      return response;
    } catch (ResponseException error) {
      outcome = RequestTimer.outcome(status(error.getResponse()));
      throw error;
    } catch (RuntimeException noHttp) {
      throw ElasticsearchFailure.noHttp(noHttp);
    } finally {
      meters.count(operation, outcome, System.nanoTime() - began);
    }
  }

  private int hosts() {
    return client.getNodes().size();
  }

  /**
   * @param expected an error status that is a valid answer
   */
  private static Request get(String path, int expected) {
    Request request = new Request("GET", path);
    request.addParameter("ignore", Integer.toString(expected)); // for the client; not sent
    return request;
  }

  private Request withBody(String method, String path, Map<String, Object> document)
      throws IOException {
    Request request = new Request(method, path);
    request.setEntity(
        new NStringEntity(json.writeValueAsString(document), ContentType.APPLICATION_JSON));
    return request;
  }

  private JsonNode body(Response response) throws IOException {
    HttpEntity entity = response.getEntity();
    return entity == null ? json.nullNode() : json.readTree(entity.getContent());
  }

  private static int status(Response response) {
    return response.getStatusLine().getStatusCode();
  }

  /** Whether the failure concerns this host only. */
  private static boolean isOfOneHost(IOException e) {
    return !(e instanceof ResponseException answer)
        || Set.of(502, 503, 504).contains(status(answer.getResponse()));
  }

  private static String path(String username) {
    return USERS + encoded(username);
  }

  /** Percent-encoded, as a segment of a path. */
  public static String encoded(String username) {
    return URLEncoder.encode(username, StandardCharsets.US_ASCII).replace("+", "%20");
  }

  public static long millisSince(long readAt) {
    return now() - readAt;
  }

  private static long now() {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
  }
}
