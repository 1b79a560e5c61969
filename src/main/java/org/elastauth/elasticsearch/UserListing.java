package org.elastauth.elasticsearch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.camel.ExchangeProperty;
import org.apache.http.entity.ContentType;
import org.apache.http.nio.entity.NStringEntity;
import org.elasticsearch.client.Request;
import org.elasticsearch.client.ResponseException;
import org.springframework.stereotype.Component;

/**
 * Goes through all users for those that {@link Expiry} means; Elasticsearch cannot be asked for
 * what their metadata says. From 8.14 on they come in <a
 * href="https://www.elastic.co/guide/en/elasticsearch/reference/current/security-api-query-user.html">pages</a>
 * of 500, before that all in one answer. Either is read as it arrives: in memory are one user, of
 * at most 1 MB, and the names that are returned, at most 10 000.
 */
@Component("userListing")
public final class UserListing {
  private static final int PAGE = 500;
  private static final int MOST_NAMES = 10_000;

  private final ElasticsearchUsers users;
  private final Expiry expiry;
  private final ObjectMapper json;

  public UserListing(ElasticsearchUsers users, Expiry expiry, ObjectMapper json) {
    this.users = users;
    this.expiry = expiry;
    this.json = json;
  }

  /**
   * The names of the next users that seem to be meant; may be none before the last.
   *
   * @throws IOException if Elasticsearch gives no usable answer. That it refuses to list users is
   *     none of these: logins do without, and must not find the breaker open for it.
   */
  public List<String> next(@ExchangeProperty("expiryRun") ExpiryRun run) throws IOException {
    try {
      return page(run);
    } catch (ResponseException e) {
      if (isAway(e)) {
        throw ElasticsearchUsers.explained(e);
      }
    }
    // a release without pages takes the path for that of a document, and says no in many ways
    try {
      return all(run);
    } catch (ResponseException e) {
      if (isAway(e)) {
        throw ElasticsearchUsers.explained(e);
      }
      run.cutShort(ElasticsearchUsers.explained(e).getMessage());
      return List.of();
    }
  }

  private static boolean isAway(ResponseException e) {
    int status = e.getResponse().getStatusLine().getStatusCode();
    return status == 429 || status >= 500;
  }

  /** {@code {"total":…,"count":…,"users":[{…},…]}} */
  private List<String> page(ExpiryRun run) throws IOException {
    Map<String, Object> query = new LinkedHashMap<>();
    query.put("size", PAGE);
    query.put("sort", List.of("username"));
    if (!run.lastListed().isEmpty()) {
      query.put("search_after", List.of(run.lastListed()));
    }
    Request request = new Request("POST", "/_security/_query/user");
    request.setEntity(
        new NStringEntity(json.writeValueAsString(query), ContentType.APPLICATION_JSON));
    Found found = new Found();
    users.list(request, () -> new UserStream(json, 3, found));
    if (found.users < PAGE) {
      run.listedAll();
    }
    run.listedUpTo(found.last);
    return found.meant;
  }

  /** <code>{"name":{…},…}</code> */
  private List<String> all(ExpiryRun run) throws IOException {
    Found found = new Found();
    users.list(new Request("GET", "/_security/user"), () -> new UserStream(json, 2, found));
    run.listedAll();
    return found.meant;
  }

  /**
   * What an answer held. If one host breaks off and another begins anew, users stand in it twice,
   * which costs a second look at them.
   */
  private final class Found implements Consumer<JsonNode> {
    private final List<String> meant = new ArrayList<>();
    private int users;
    private String last = "";

    @Override
    public void accept(JsonNode user) {
      users++;
      last = user.path("username").asText();
      if (meant.size() < MOST_NAMES && expiry.isDue(last, StoredUser.read(user, 0))) {
        meant.add(last);
      }
    }
  }
}
