package org.elastauth.elasticsearch;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.apache.camel.ExchangeProperty;
import org.elastauth.credential.Credential;
import org.elastauth.elasticsearch.UserChange.Kind;
import org.elastauth.health.ServerFailure;
import org.elastauth.http.GatewayEvent;
import org.elastauth.http.HttpError;
import org.elastauth.identity.Identity;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.stereotype.Component;

/**
 * Makes the user in Elasticsearch match the login: reads the user, plans the change, writes it and
 * verifies the password. It repeats this if another gateway wrote the user in between, or if
 * Elasticsearch rejects the password.
 */
@Component("userReconciler")
public final class UserReconciler {
  private static final Logger LOG = LoggerFactory.getLogger(UserReconciler.class);

  private static final int MAX_ROUNDS = 5;

  private final ElasticsearchUsers users;
  private final UserChangePlanner planner;
  private final WriteLimits limits;
  private final ApplicationEventPublisher events;

  UserReconciler(
      ElasticsearchUsers users,
      UserChangePlanner planner,
      WriteLimits limits,
      ApplicationEventPublisher events) {
    this.users = users;
    this.planner = planner;
    this.limits = limits;
    this.events = events;
  }

  /**
   * @throws HttpError 403 for an account that is foreign or disabled, 429 beyond a limit, 503 if
   *     Elasticsearch gives no usable answer or the password is invalid after all rounds
   */
  public Credential reconcile(
      @ExchangeProperty("identity") Identity identity,
      @ExchangeProperty("roles") List<String> roles) {
    try {
      return rounds(identity, roles);
    } catch (IOException e) {
      LOG.debug("A login could not be written to Elasticsearch", e);
      throw HttpError.unavailable(
          e instanceof ServerFailure failure
                  && failure.kind().equals(ElasticsearchFailure.NATIVE_REALM_OFF)
              ? "Elasticsearch rejects the password that it has just stored; its native realm seems to be switched off"
              : "Elasticsearch is unavailable at the moment; try again");
    }
  }

  private Credential rounds(Identity identity, List<String> roles) throws IOException {
    OwnershipMetadata refused = null;
    boolean admitted = false;
    boolean created = false;
    for (int round = 0; round < MAX_ROUNDS; round++) {
      StoredUser stored = users.read(identity.username());
      UserChange change = planner.plan(stored, identity, roles, refused);
      boolean written =
          switch (change.kind()) {
            case NOTHING -> true;
            case PROFILE -> writeProfile(change);
            case PASSWORD -> writePassword(change, true);
            case REPAIR -> repair(change);
            case CREATE -> writePassword(change, admitted);
          };
      admitted |= change.kind() == Kind.CREATE;
      if (written) {
        publish(stored, change, roles);
        created |= change.kind() == Kind.CREATE;
        if (users.accepts(change)) {
          return created ? change.credential().asCreated() : change.credential();
        }
        refused = change.ownership();
      }
    }
    throw HttpError.unavailable("the login could not be written to Elasticsearch; try again");
  }

  private void publish(StoredUser stored, UserChange change, List<String> roles) {
    if (change.kind() == Kind.CREATE) {
      events.publishEvent(
          new GatewayEvent("user-created", change.username(), Map.of("roles", roles)));
    } else if (stored.ownership() == null) {
      events.publishEvent(
          new GatewayEvent("user-adopted", change.username(), Map.of("creator", stored.creator())));
    }
  }

  private boolean writeProfile(UserChange change) throws IOException {
    boolean written = users.write(change);
    if (written) {
      limits.wroteProfile(change.username());
    }
    return written;
  }

  /**
   * @param admitted whether this user is not new, or is already counted as new
   */
  private boolean writePassword(UserChange change, boolean admitted) throws IOException {
    limits.enter();
    try {
      if (!admitted) {
        limits.admitNewUser();
      }
      return users.write(change);
    } finally {
      limits.leave();
    }
  }

  /** The user changed the password, or a snapshot was restored. */
  private boolean repair(UserChange change) throws IOException {
    limits.admitRepair(change.username());
    LOG.atInfo()
        .addKeyValue("user", change.username())
        .log("Elasticsearch rejected the password; writing a new password");
    boolean written = writePassword(change, true);
    if (written) {
      limits.repaired(change.username());
    }
    return written;
  }
}
