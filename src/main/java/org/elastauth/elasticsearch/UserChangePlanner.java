package org.elastauth.elasticsearch;

import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.camel.ExchangeProperty;
import org.elastauth.credential.Credential;
import org.elastauth.credential.Fingerprint;
import org.elastauth.credential.Window;
import org.elastauth.crypto.SecretKeys;
import org.elastauth.elasticsearch.UserChange.Kind;
import org.elastauth.health.Health;
import org.elastauth.http.HttpError;
import org.elastauth.identity.Identity;
import org.elastauth.identity.RoleMapping;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;

/**
 * Computes the password of a stored user, and what must be written. Every gateway with the key
 * computes the same, so no lock is needed.
 */
@Component("userChangePlanner")
public final class UserChangePlanner {
  private static final Logger LOG = LoggerFactory.getLogger(UserChangePlanner.class);

  /** Seconds by which the clocks of two gateways may differ. */
  private static final long CLOCK_SKEW = 60;

  /** A login of this second or the last was asserted when it arrived: the order is known. */
  private static final long JUST_NOW = 1;

  /**
   * The profile to write: that of the login, or the stored profile if it is newer.
   *
   * @param fingerprint of the logins that may use the credential
   * @param owner the subject to write
   */
  private record View(UserProfile profile, long asOf, Fingerprint fingerprint, String owner) {}

  private final SecretKeys keys;
  private final Clock clock;
  private final InstanceStart start;
  private final Health health;
  private final ProtectedAccounts accounts;
  private final long lifetime;
  private final String adopts;
  private final RoleMapping mapping;
  private final WriteLimits limits;

  UserChangePlanner(
      @Value("${elastauth.cache.lifetime}") long lifetime,
      ElasticsearchSettings settings,
      RoleMapping mapping,
      SecretKeys keys,
      Clock clock,
      InstanceStart start,
      Health health,
      ProtectedAccounts accounts,
      WriteLimits limits) {
    this.limits = limits;
    this.mapping = mapping;
    this.keys = keys;
    this.clock = clock;
    this.start = start;
    this.health = health;
    this.accounts = accounts;
    this.lifetime = lifetime;
    this.adopts = settings.adopt();
  }

  /**
   * Decides what a cache miss writes.
   *
   * @param refused the metadata whose password Elasticsearch has just rejected, or null
   * @throws HttpError 403 for an account that is foreign, disabled or of another subject, 503 for
   *     another gateway's key
   */
  public UserChange plan(
      StoredUser stored, Identity identity, List<String> roles, OwnershipMetadata refused) {
    String user = identity.username();
    long readAt = stored.readAt();
    OwnershipMetadata ownership = stored.ownership();
    String owner =
        ownership == null || ownership.subject().isEmpty()
            ? identity.subject()
            : ownership.subject();
    if (!stored.exists()) {
      return password(Kind.CREATE, user, view(identity, roles, owner), window(user), 1, readAt);
    }
    boolean adopted = isAdopted(stored, roles);
    if (!stored.isOurs() && !adopted) {
      LOG.atWarn()
          .addKeyValue("user", user)
          .log(
              "Refused: the gateway did not create the Elasticsearch account of this name, and leaves it unchanged{}",
              whyNotAdopted(stored));
      throw accounts.addForeign(identity);
    }
    accounts.refuseOther(identity, owner);
    if (!stored.enabled() && (adopted || !ownership.isDisabledByUs())) {
      throw HttpError.forbidden("an administrator disabled this account").because("account");
    }
    View view = view(stored, identity, roles, owner);
    if (adopted) {
      LOG.atInfo()
          .addKeyValue("user", user)
          .log("Taking over a user that {} created", stored.creator());
      return password(Kind.PASSWORD, user, view, window(user), 1, readAt);
    }
    Window last = ownership.window();
    long next = ownership.generation() + 1;
    if (last.isPast(now()) || last.isAhead(now())) {
      Window window = window(user);
      long generation = window.issued() > last.issued() ? 1 : next;
      return password(Kind.PASSWORD, user, view, window, generation, readAt);
    }
    if (!keys.holds(ownership.key())) {
      refuseLaterGateway(user, ownership);
      LOG.atWarn()
          .addKeyValue("user", user)
          .log(
              "Taking over a user whose password was written with a secret_key that this gateway does not have; if other gateways"
                  + " have it, give all of them the same key");
      return password(Kind.PASSWORD, user, view, window(user), next, readAt);
    }
    if (refused != null && refused.samePassword(ownership)) {
      return password(Kind.REPAIR, user, view, last, next, readAt);
    }
    return keep(user, stored, view);
  }

  /**
   * The credential of a new user, for the user store dry-run. It is always {@code created}, because
   * no server remembers the user.
   */
  public Credential dryRun(
      @ExchangeProperty("identity") Identity identity,
      @ExchangeProperty("roles") List<String> roles) {
    return plan(StoredUser.absent(0), identity, roles, null).credential().asCreated();
  }

  /**
   * {@code elasticsearch.adopt}: takes over a user of that program. A user with a role that this
   * gateway cannot grant was created or changed by an administrator, and is not taken over. Keyline
   * marks its users less clearly: an administrator's account may look like one, so the login itself
   * must have its roles.
   *
   * @param roles of the login
   */
  private boolean isAdopted(StoredUser stored, List<String> roles) {
    List<String> present = stored.profile().roles();
    return stored.creator().equals(adopts)
        && stored.ownership() == null
        && !stored.reserved()
        && (adopts.equals(StoredUser.KEYLINE)
            ? !present.isEmpty() && roles.containsAll(present)
            : mapping.grants(present));
  }

  private String whyNotAdopted(StoredUser stored) {
    if (stored.creator().isEmpty() || stored.reserved()) {
      return " (elasticsearch.adopt takes over users of elastauth and Keyline only)";
    }
    return stored.creator().equals(adopts)
        ? "; it has a role that "
            + (adopts.equals(StoredUser.KEYLINE)
                ? "this login does not have"
                : "neither group_mappings nor default_roles contain")
            + ", so elasticsearch.adopt does not take it over"
        : " (elasticsearch.adopt: " + stored.creator() + " takes over users of that program)";
  }

  private static View view(Identity login, List<String> roles, String owner) {
    return new View(UserProfile.of(login, roles), login.asOf(), Fingerprint.of(login), owner);
  }

  private View view(StoredUser stored, Identity login, List<String> roles, String owner) {
    UserProfile profile = stored.profile();
    long asOf = stored.ownership() == null ? 0 : stored.ownership().asOf();
    if (!login.saysGroups()) {
      // it proves the default roles only, and changes neither groups nor roles by groups
      mapping.refuseRolesByGroups(login, profile.groups());
      if (profile.withRoles(roles, login.roles() != null).equals(profile)
          && limits.hasFreshProfile(login.username())) {
        return new View(profile, asOf, profile.fingerprintWithoutGroups(login), owner);
      }
      return new View(profile.updated(login, roles), asOf, Fingerprint.of(login), owner);
    }
    if (isNewer(login, asOf)) {
      return view(login, roles, owner);
    }
    boolean decided = login.roles() != null;
    if (decided || profile.decided()) {
      // a route decides at the time of the request, by whatever token
      profile =
          profile.withRoles(
              mapping.ofNewerGroups(roles, login.groups(), profile.groups()), decided);
    }
    return new View(profile, asOf, profile.fingerprint(login.subject()), owner);
  }

  /**
   * Whether a login replaces the stored profile. Two tokens of one second that differ, used in
   * turn, would cause a write for each request: the second replaces the first only after a while.
   */
  private boolean isNewer(Identity login, long asOf) {
    if (asOf < login.asOf()) {
      return true;
    }
    // a time in the future, from a wrong clock, must not block role changes until then
    boolean unclear = asOf == login.asOf() || asOf > now() + CLOCK_SKEW;
    return unclear
        && (Math.abs(now() - login.asOf()) <= JUST_NOW
            || !limits.hasFreshProfile(login.username()));
  }

  private void refuseLaterGateway(String user, OwnershipMetadata ownership) {
    if (ownership.boot() >= start.at()) {
      health.keyConflict();
      LOG.atError()
          .addKeyValue("user", user)
          .log(
              "Another gateway, started after this gateway, uses another secret_key; configure the same key on both");
      throw HttpError.unavailable("another gateway manages this login with another secret key");
    }
  }

  private UserChange keep(String user, StoredUser stored, View view) {
    OwnershipMetadata ownership = stored.ownership();
    Credential credential = credential(user, ownership, view);
    boolean disabledByUs = ownership.isDisabledByUs();
    boolean owned = view.owner().equals(ownership.subject());
    if (stored.enabled() && !disabledByUs && owned && view.profile().equals(stored.profile())) {
      return new UserChange(Kind.NOTHING, credential, ownership, Map.of(), stored.readAt());
    }
    // without a password Elasticsearch merges metadata: a window sent here could be outdated
    Map<String, Object> change = new LinkedHashMap<>();
    change.put("asof", view.asOf());
    if (disabledByUs) {
      change.put("state", ""); // the expiry disabled a user that had just logged in
    }
    if (stored.profile().decided()) {
      change.put(UserProfile.DECIDED, false); // merged, unless the new profile sets it
    }
    if (!owned) {
      change.put(OwnershipMetadata.SUBJECT, view.owner());
    }
    Map<String, Object> document = view.profile().documentWithGroups(true, change);
    return new UserChange(
        Kind.PROFILE, credential, ownership.ownedBy(view.owner()), document, stored.readAt());
  }

  private UserChange password(
      Kind kind, String user, View view, Window window, long generation, long readAt) {
    OwnershipMetadata ownership =
        new OwnershipMetadata(
            keys.currentId(), window, generation, start.at(), view.asOf(), "", view.owner());
    Credential credential = credential(user, ownership, view);
    Map<String, Object> document = view.profile().documentWithGroups(true, ownership.json());
    document.put("password", credential.password());
    return new UserChange(kind, credential, ownership, document, readAt);
  }

  private Credential credential(String user, OwnershipMetadata ownership, View view) {
    return ownership.credential(user, keys, view.asOf(), view.fingerprint());
  }

  private Window window(String user) {
    return Window.of(user, now(), lifetime);
  }

  private long now() {
    return clock.millis() / 1000;
  }
}
