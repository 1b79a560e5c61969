package org.elastauth.elasticsearch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.elastauth.config.SecretFiles;
import org.elastauth.credential.Credential;
import org.elastauth.credential.Fingerprint;
import org.elastauth.crypto.SecretKeys;
import org.elastauth.health.Health;
import org.elastauth.health.ServerFailure;
import org.elasticsearch.client.Request;
import org.elasticsearch.client.RequestOptions;
import org.elasticsearch.client.Response;
import org.elasticsearch.client.ResponseException;
import org.elasticsearch.client.RestClient;

/**
 * Asks Elasticsearch about itself and the gateway's account, over the same connection as the
 * gateway. It only reads.
 */
public final class ElasticsearchInspection implements AutoCloseable {
  private static final String WHO_AM_I = "/_security/_authenticate";
  private static final int PAGE_SIZE = 500;

  /** How many users are counted at most. */
  public static final int MOST_USERS = 10_000;

  /**
   * The answers of one host.
   *
   * @param account of the gateway, as this host knows it; missing after a failure
   * @param failure null if it accepts the gateway's account
   * @param about version and name of the cluster; missing if the account may not read them
   * @param anonymous the account that a request without credentials has; missing if it is refused
   * @param ahead how far its clock is ahead of this one; null if it does not say
   */
  public record Host(
      String address,
      JsonNode account,
      ServerFailure failure,
      JsonNode about,
      JsonNode anonymous,
      Duration ahead) {}

  /**
   * The users that gateways have created.
   *
   * @param count of all of them
   * @param disabled how many of them are disabled
   * @param byKey how many have a valid password, by the id of the secret key that it is computed
   *     from
   * @param isComplete whether all users were read
   * @param sample a user whose password this gateway knows; null if there is none
   * @param others the names of users that no gateway has created, without the built-in ones
   */
  public record OwnUsers(
      int count,
      int disabled,
      Map<String, Integer> byKey,
      boolean isComplete,
      Credential sample,
      List<String> others) {}

  private final ElasticsearchSettings settings;
  private final GatewayAccount account;
  private final ObjectMapper json = new ObjectMapper();
  private final RestClient client;
  private final ElasticsearchUsers users;

  public ElasticsearchInspection(ElasticsearchSettings settings, SecretFiles secrets) {
    this.settings = settings;
    this.account = new GatewayAccount(settings, secrets);
    this.client = new ElasticsearchConnection().elasticsearchClient(settings);
    CircuitBreaker breaker = CircuitBreaker.ofDefaults("elasticsearch");
    Health unused =
        new Health(
            Map.of(), Set.of(), false, false, true, breaker, breaker, breaker, Clock.systemUTC());
    this.users =
        new ElasticsearchUsers(client, breaker, account, json, new SimpleMeterRegistry(), unused);
  }

  /** Asks a host of {@code elasticsearch.hosts}. */
  public Host ask(String host) {
    ElasticsearchHost parsed = settings.parsedHosts().get(settings.hosts().indexOf(host));
    String address = parsed.scheme() + "://" + parsed.name() + ":" + parsed.port() + parsed.path();
    JsonNode missing = MissingNode.getInstance();
    try (RestClient one = new ElasticsearchConnection().elasticsearchClient(settings.only(host))) {
      Response answer = get(one, WHO_AM_I, account.authorization());
      JsonNode known = body(answer);
      if (!known.path("username").isTextual()) {
        throw ElasticsearchFailure.unusable("without the account of the gateway");
      }
      return new Host(
          address,
          known,
          null,
          ifAllowed(one, "/", account.authorization()),
          ifAllowed(one, WHO_AM_I, ""),
          ahead(one, answer));
    } catch (IOException | RuntimeException failure) {
      ServerFailure named =
          failure instanceof IOException known
              ? ElasticsearchFailure.of(known)
              : ElasticsearchFailure.noHttp((RuntimeException) failure);
      return new Host(address, missing, named, missing, missing, null);
    }
  }

  /** A proxy says the time in the header Date; Elasticsearch only to accounts that may monitor. */
  private Duration ahead(RestClient one, Response answer) throws IOException {
    long asked = System.currentTimeMillis();
    String date = answer.getHeader("Date");
    try {
      if (date != null) {
        Instant theirs =
            ZonedDateTime.parse(date, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
        // it has whole seconds
        return Duration.between(Instant.ofEpochMilli(asked), theirs.plusMillis(500));
      }
    } catch (DateTimeParseException malformed) {
      return null;
    }
    JsonNode health = ifAllowed(one, "/_cat/health?h=epoch&format=json", account.authorization());
    String epoch = health.path(0).path("epoch").asText();
    long here = (asked + System.currentTimeMillis()) / 2;
    return epoch.matches("\\d{1,12}")
        ? Duration.ofMillis(Long.parseLong(epoch) * 1000 + 500 - here)
        : null;
  }

  /** Missing if the account has not this right. */
  private JsonNode ifAllowed(RestClient one, String path, String authorization) throws IOException {
    try {
      return body(get(one, path, authorization));
    } catch (ResponseException refused) {
      return MissingNode.getInstance();
    }
  }

  private static Response get(RestClient one, String path, String authorization)
      throws IOException {
    return send(one, new Request("GET", path), authorization);
  }

  private static Response send(RestClient one, Request request, String authorization)
      throws IOException {
    if (!authorization.isEmpty()) {
      request.setOptions(
          RequestOptions.DEFAULT.toBuilder().addHeader("Authorization", authorization));
    }
    return one.performRequest(request);
  }

  private JsonNode body(Response response) throws IOException {
    return response.getEntity() == null
        ? MissingNode.getInstance()
        : json.readTree(response.getEntity().getContent());
  }

  /** Checks that the gateway's account may read and write users, as the background check does. */
  public void check() throws ServerFailure {
    users.check();
  }

  /** Which of these roles do not exist. One in {@code roles.yml} cannot be found. */
  public List<String> missingRoles(Collection<String> names) throws ServerFailure {
    // a comma separates roles in the request
    List<String> missing =
        new ArrayList<>(names.stream().filter(name -> !name.contains(",")).toList());
    for (List<String> request : RoleCheck.requests(List.copyOf(missing))) {
      missing.removeAll(users.existingRoles(request));
    }
    return missing;
  }

  /** Whether Elasticsearch says that no native user may log in; it says it only to monitors. */
  public boolean isNativeRealmOff() throws IOException {
    JsonNode usage =
        ifAllowed(
            client, "/_xpack/usage?filter_path=security.realms.native", account.authorization());
    JsonNode enabled = usage.at("/security/realms/native/enabled");
    return enabled.isBoolean() && !enabled.asBoolean();
  }

  /**
   * Counts the users that gateways have created.
   *
   * @param now epoch seconds
   */
  public OwnUsers ownUsers(SecretKeys keys, long now) throws IOException {
    Count count = new Count(keys, now);
    String last = "";
    boolean complete = false;
    while (!complete && count.read < MOST_USERS) {
      Map<String, Object> query = new LinkedHashMap<>();
      query.put("size", PAGE_SIZE);
      query.put("sort", List.of("username"));
      if (!last.isEmpty()) {
        query.put("search_after", List.of(last));
      }
      int before = count.read;
      boolean pages = users.list(query, count::add);
      complete = !pages || count.read - before < PAGE_SIZE;
      last = count.last;
    }
    return new OwnUsers(
        count.own, count.disabled, count.byKey, complete, count.sample, count.others);
  }

  private static final class Count {
    private final SecretKeys keys;
    private final long now;
    private final Map<String, Integer> byKey = new LinkedHashMap<>();
    private int read;
    private int own;
    private int disabled;
    private String last = "";
    private Credential sample;
    private final List<String> others = new ArrayList<>();

    Count(SecretKeys keys, long now) {
      this.keys = keys;
      this.now = now;
    }

    void add(JsonNode document) {
      read++;
      last = document.path("username").asText();
      StoredUser user = StoredUser.read(document, 0);
      if (!user.isOurs()) {
        if (!user.reserved()) {
          others.add(last);
        }
        return;
      }
      OwnershipMetadata ownership = user.ownership();
      own++;
      disabled += user.enabled() ? 0 : 1;
      if (!user.enabled() || ownership.window().isPast(now)) {
        return;
      }
      byKey.merge(ownership.key(), 1, Integer::sum);
      if (sample == null && keys.holds(ownership.key())) {
        sample =
            ownership.credential(
                last, keys, ownership.asOf(), Fingerprint.of("", "", List.of(), ""));
      }
    }
  }

  /** Whether Elasticsearch accepts the password of a user, which its native realm stores. */
  public boolean accepts(Credential user) throws IOException {
    try {
      JsonNode known = body(get(client, WHO_AM_I, user.authorization()));
      return known.path("username").asText().equals(user.username());
    } catch (ResponseException refused) {
      return false;
    }
  }

  @Override
  public void close() {
    try {
      client.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
