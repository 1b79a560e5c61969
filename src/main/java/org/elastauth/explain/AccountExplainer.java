package org.elastauth.explain;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.elastauth.credential.Window;
import org.elastauth.crypto.SecretKeys;
import org.elastauth.elasticsearch.ElasticsearchFailure;
import org.elastauth.elasticsearch.ElasticsearchUsers;
import org.elastauth.elasticsearch.OwnershipMetadata;
import org.elastauth.elasticsearch.StoredUser;
import org.elastauth.elasticsearch.UserChange;
import org.elastauth.elasticsearch.UserChangePlanner;
import org.elastauth.health.ServerFailure;
import org.elastauth.http.HttpError;
import org.elastauth.identity.Identity;
import org.elastauth.startup.CommandBeans;
import org.elastauth.startup.Settings;

/** The user in Elasticsearch, and what a login would write there. */
final class AccountExplainer {
  private final Settings settings;
  private final CommandBeans beans;
  private final Explanation explanation;

  AccountExplainer(Settings settings, CommandBeans beans, Explanation explanation) {
    this.settings = settings;
    this.beans = beans;
    this.explanation = explanation;
  }

  /**
   * @param assumed whether the identity is not that of a token, and lacks what the user has
   */
  void explain(Identity identity, List<String> roles, boolean assumed) {
    if (settings.elasticsearch().computesOnly()) {
      explanation.add("account", "dry run: Elasticsearch is never asked, and nothing is written");
      return;
    }
    if (!settings.elasticsearch().isUsed()) {
      explanation.add(
          "account",
          "user_store " + settings.userStore() + " is a route of your own, which is not asked");
      return;
    }
    ElasticsearchUsers users = beans.get(ElasticsearchUsers.class);
    StoredUser stored;
    try {
      stored = users.read(identity.username());
    } catch (IOException e) {
      String reason = ElasticsearchFailure.of(e).getMessage();
      explanation.add("account", "unknown: " + reason);
      explanation.refuse(
          HttpError.unavailable(
              "Elasticsearch gives no usable answer; only users with a cached password can log in"),
          "run elastauth doctor, and see elasticsearch.hosts, username and password");
      return;
    }
    describe(stored);
    warnOfMissing(users, roles);
    explanation.decide(
        () -> plan(stored, assumed ? completed(identity, stored) : identity, roles),
        mend(stored, identity));
  }

  private void describe(StoredUser stored) {
    if (!stored.exists()) {
      explanation.add("account", "absent: the first login creates it");
      return;
    }
    if (stored.reserved()) {
      explanation.add("account", "built into Elasticsearch");
      return;
    }
    String enabled = stored.enabled() ? "enabled" : "disabled";
    OwnershipMetadata ours = stored.ownership();
    if (ours == null) {
      explanation.add(
          "account",
          "foreign, "
              + enabled
              + ": created by "
              + (stored.creator().isEmpty() ? "another program or a person" : stored.creator())
              + ", with the roles "
              + stored.profile().roles());
      return;
    }
    Window window = ours.window();
    boolean past = window.isPast(beans.get(Clock.class).millis() / 1000);
    explanation.add(
        "account",
        "created by a gateway, "
            + enabled
            + (ours.state().isEmpty() ? "" : " (" + ours.state() + ")")
            + ", with the roles "
            + stored.profile().roles());
    explanation.add(
        "account",
        "window "
            + Instant.ofEpochSecond(window.issued())
            + " to "
            + Instant.ofEpochSecond(window.until())
            + (past ? ", which is over" : "")
            + "; password number "
            + ours.generation()
            + " of this window");
    explanation.add(
        "account",
        beans.get(SecretKeys.class).holds(ours.key())
            ? "the password is from the key " + ours.key() + ", which is configured here"
            : "the password is from the key "
                + ours.key()
                + ", which is not configured here; a gateway that started before "
                + Instant.ofEpochMilli(ours.boot())
                + " refuses the login with 503");
    if (!ours.subject().isEmpty()) {
      explanation.add("account", "the name belongs to a subject of an OpenID Connect provider");
    }
  }

  private void warnOfMissing(ElasticsearchUsers users, List<String> roles) {
    try {
      Set<String> missing = new TreeSet<>(roles);
      if (!roles.isEmpty()) {
        missing.removeAll(users.existingRoles(roles));
      }
      if (!missing.isEmpty()) {
        explanation.add(
            "roles",
            "Elasticsearch does not know "
                + String.join(", ", missing)
                + ": it refuses each request of a user with no other role; create the role, or correct its name");
      }
    } catch (ServerFailure unknown) {
      explanation.add("roles", "Elasticsearch does not say whether they exist");
    }
  }

  /** With the name, email and subject that the user has, so that only roles and groups differ. */
  private static Identity completed(Identity identity, StoredUser stored) {
    if (stored.ownership() == null) {
      return identity;
    }
    Identity known =
        new Identity(
            identity.username(),
            stored.profile().email(),
            stored.profile().fullName(),
            identity.groups(),
            identity.asOf());
    return known.withSubject(stored.ownership().subject());
  }

  private void plan(StoredUser stored, Identity identity, List<String> roles) {
    if (roles.isEmpty()) {
      return;
    }
    UserChange change = beans.get(UserChangePlanner.class).plan(stored, identity, roles, null);
    String until = Instant.ofEpochSecond(change.ownership().window().until()).toString();
    switch (change.kind()) {
      case NOTHING ->
          explanation.add("write", "nothing; the password stays the same until " + until);
      case PROFILE ->
          explanation.add("write", "roles and profile; the password stays the same until " + until);
      case CREATE -> explanation.add("write", "a new user, with a password until " + until);
      default -> explanation.add("write", "the user, with a new password until " + until);
    }
    if (!change.document().isEmpty()) {
      explanation.add("write", "PUT /_security/user/" + identity.username());
      explanation.add("write", shown(change.document()));
    }
  }

  private String shown(Map<String, Object> document) {
    Map<String, Object> shown = new TreeMap<>(document);
    shown.computeIfPresent("password", (name, password) -> "***");
    try {
      return beans.get(ObjectMapper.class).writeValueAsString(shown);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private String mend(StoredUser stored, Identity identity) {
    if (stored.isOurs() && !stored.enabled()) {
      return "enable the user: PUT /_security/user/" + identity.username() + "/_enable";
    }
    if (stored.isOurs()) {
      return "";
    }
    return stored.creator().isEmpty()
        ? "delete or rename this user in Elasticsearch, or log in with another name"
        : "set elasticsearch.adopt to "
            + stored.creator()
            + ", which takes over its users whose roles are all in group_mappings or default_roles";
  }
}
