package org.elastauth.expiry;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiPredicate;
import java.util.function.Consumer;
import org.elastauth.elasticsearch.ElasticsearchUsers;
import org.elastauth.elasticsearch.StoredUser;

/**
 * Lists all users once and filters them, because Elasticsearch cannot query their metadata. From
 * 8.14 on the response has pages of 500 users. Memory holds at most 10 000 names.
 */
final class UserListing {
  private static final int PAGE_SIZE = 500;
  private static final int MAX_NAMES = 10_000;

  private final ElasticsearchUsers users;
  private final BiPredicate<String, StoredUser> filter;
  private String last = "";
  private boolean complete;

  UserListing(ElasticsearchUsers users, BiPredicate<String, StoredUser> filter) {
    this.users = users;
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
    Map<String, Object> query = new LinkedHashMap<>();
    query.put("size", PAGE_SIZE);
    query.put("sort", List.of("username"));
    if (!last.isEmpty()) {
      query.put("search_after", List.of(last));
    }
    boolean pages = users.list(query, found);
    complete = !pages || found.users < PAGE_SIZE;
    last = found.last;
    return found.names;
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
