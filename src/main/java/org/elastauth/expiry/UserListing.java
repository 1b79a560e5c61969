package org.elastauth.expiry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiPredicate;
import java.util.function.Consumer;
import org.elastauth.elasticsearch.ElasticsearchUsers;
import org.elastauth.elasticsearch.StoredUser;
import org.elasticsearch.client.Request;

/**
 * Lists all users once and filters them, because Elasticsearch cannot query their metadata. From
 * 8.14 on the response has <a
 * href="https://www.elastic.co/guide/en/elasticsearch/reference/current/security-api-query-user.html">pages</a>
 * of 500 users. Both forms are parsed as a stream: memory holds one user, of at most 1 MB, and at
 * most 10 000 names.
 */
final class UserListing {
  private static final int PAGE_SIZE = 500;
  private static final int MAX_NAMES = 10_000;

  private final ElasticsearchUsers users;
  private final ObjectMapper json;
  private final BiPredicate<String, StoredUser> filter;
  private String last = "";
  private boolean complete;

  UserListing(ElasticsearchUsers users, ObjectMapper json, BiPredicate<String, StoredUser> filter) {
    this.users = users;
    this.json = json;
    this.filter = filter;
  }

  boolean isComplete() {
    return complete;
  }

  /**
   * The next names that pass the filter; may be empty before the last page.
   *
   * @throws IOException if Elasticsearch gives no usable answer, or refuses to list users
   */
  List<String> next() throws IOException {
    Found found = new Found();
    // a release without pages refuses this path with various errors
    if (page(found).isEmpty()) {
      complete = found.users < PAGE_SIZE;
      last = found.last;
      return found.names;
    }
    Found all = new Found();
    String refusal =
        users.list(new Request("GET", "/_security/user"), () -> new UserStream(json, 2, all));
    if (!refusal.isEmpty()) {
      throw new IOException(refusal);
    }
    complete = true;
    return all.names;
  }

  private String page(Found found) throws IOException {
    Map<String, Object> query = new LinkedHashMap<>();
    query.put("size", PAGE_SIZE);
    query.put("sort", List.of("username"));
    if (!last.isEmpty()) {
      query.put("search_after", List.of(last));
    }
    return users.list(
        users.withBody("POST", "/_security/_query/user", query),
        () -> new UserStream(json, 3, found));
  }

  /** After a failover in mid-response, users are found twice, which is harmless. */
  private final class Found implements Consumer<JsonNode> {
    private final List<String> names = new ArrayList<>();
    private int users;
    private String last = "";

    @Override
    public void accept(JsonNode user) {
      users++;
      last = user.path("username").asText();
      if (names.size() < MAX_NAMES && filter.test(last, StoredUser.read(user, 0))) {
        names.add(last);
      }
    }
  }
}
