package org.elastauth.elasticsearch;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.camel.ExchangeProperty;
import org.elastauth.health.ServerFailure;
import org.elastauth.identity.Identity;
import org.elastauth.identity.RoleSettings;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * Warns about roles that Elasticsearch does not know: it accepts them in a user, and then refuses
 * every request of that user. Runs after a background check that passed, never within a login.
 */
@Component("roleCheck")
public final class RoleCheck {
  private static final Logger LOG = LoggerFactory.getLogger(RoleCheck.class);

  /** Elasticsearch limits a request line to 4 kB; an encoded role has up to 1.5 kB. */
  private static final int MAX_NAMES_LENGTH = 1_500;

  private static final String REMEDY =
      "; Elasticsearch answers 403 to users with no other role. Create the role, or correct its name."
          + " A role that is defined in roles.yml cannot be checked; ignore this warning then";

  private final ElasticsearchUsers users;
  private final Set<String> used = ConcurrentHashMap.newKeySet();

  /** The first user who received a role since the last check. */
  private final Map<String, String> firstUses = new ConcurrentHashMap<>();

  /** What to check, by role: the first user who received it, or empty at the start. */
  private final Map<String, String> unchecked = new HashMap<>();

  RoleCheck(ElasticsearchUsers users, RoleSettings settings) {
    this.users = users;
    settings.defaultRoles().forEach(role -> unchecked.put(role, ""));
    settings.groupMappings().values().stream()
        .flatMap(List::stream)
        .forEach(role -> unchecked.put(role, ""));
  }

  /** Lets the next check look at the roles that no login received before. */
  public void noteFirstUse(
      @ExchangeProperty("identity") Identity identity,
      @ExchangeProperty("roles") List<String> roles) {
    for (String role : roles) {
      if (used.add(role)) {
        firstUses.put(role, identity.username());
      }
    }
  }

  /** Without an answer, the next call checks the same roles. */
  public synchronized void check() {
    Map<String, String> received = Map.copyOf(firstUses);
    firstUses.keySet().removeAll(received.keySet());
    unchecked.putAll(received);
    // a comma separates roles in the request
    unchecked.keySet().removeIf(role -> role.contains(","));
    Map<String, String> missing = new HashMap<>();
    try {
      for (List<String> names : requests(unchecked.keySet())) {
        Set<String> existing = users.existingRoles(names);
        for (String name : names) {
          String user = unchecked.remove(name);
          if (!existing.contains(name)) {
            missing.put(name, user);
          }
        }
      }
    } catch (ServerFailure e) {
      if (e.kind().equals(ElasticsearchFailure.FORBIDDEN)) {
        LOG.atInfo()
            .addKeyValue("reason", e.getMessage())
            .log("The roles of group_mappings and default_roles could not be checked");
        unchecked.clear();
      }
    }
    warn(missing);
  }

  private static void warn(Map<String, String> missing) {
    Set<String> configured = new TreeSet<>();
    missing.forEach(
        (role, user) -> {
          if (user.isEmpty()) {
            configured.add(role);
          } else {
            LOG.atWarn()
                .addKeyValue("role", role)
                .addKeyValue("user", user)
                .log("A login received a role that Elasticsearch does not know" + REMEDY);
          }
        });
    if (!configured.isEmpty()) {
      LOG.atWarn()
          .addKeyValue("roles", configured)
          .log(
              "group_mappings or default_roles name roles that Elasticsearch does not know"
                  + REMEDY);
    }
  }

  /** The names by request, each short enough for a request line. */
  static List<List<String>> requests(Collection<String> roles) {
    List<List<String>> requests = new ArrayList<>();
    int length = MAX_NAMES_LENGTH;
    for (String name : roles) {
      if (length >= MAX_NAMES_LENGTH) {
        requests.add(new ArrayList<>());
        length = 0;
      }
      requests.get(requests.size() - 1).add(name);
      length += ElasticsearchUsers.encoded(name).length() + 1;
    }
    return requests;
  }
}
