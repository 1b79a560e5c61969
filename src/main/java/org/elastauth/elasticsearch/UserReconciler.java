package org.elastauth.elasticsearch;

import java.io.IOException;
import java.util.List;
import org.apache.camel.ExchangeProperty;
import org.elastauth.credential.Credential;
import org.elastauth.elasticsearch.UserChange.Kind;
import org.elastauth.http.HttpError;
import org.elastauth.identity.Identity;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * Brings Elasticsearch and this gateway to agree on a user's password and roles: reads the user,
 * plans, writes what differs and proves that the password works. It starts again where another
 * gateway wrote the user in between, or where Elasticsearch refuses the password.
 */
@Component("userReconciler")
public final class UserReconciler {
  private static final Logger LOG = LoggerFactory.getLogger(UserReconciler.class);

  private static final int MAX_ROUNDS = 5;

  private final ElasticsearchUsers users;
  private final UserChangePlanner planner;
  private final WriteLimits limits;

  UserReconciler(ElasticsearchUsers users, UserChangePlanner planner, WriteLimits limits) {
    this.users = users;
    this.planner = planner;
    this.limits = limits;
  }

  /**
   * @throws HttpError 403 for an account that is foreign or disabled, 429 beyond a limit, 503 if
   *     Elasticsearch gives no usable answer or no round leads to a password that works
   */
  public Credential reconcile(
      @ExchangeProperty("identity") Identity identity,
      @ExchangeProperty("roles") List<String> roles) {
    try {
      return rounds(identity, roles);
    } catch (IOException e) {
      LOG.debug("A login was not settled with Elasticsearch", e);
      throw HttpError.unavailable("Elasticsearch cannot be asked at the moment; try again");
    }
  }

  private Credential rounds(Identity identity, List<String> roles) throws IOException {
    OwnershipMetadata refused = null;
    boolean admitted = false;
    for (int round = 0; round < MAX_ROUNDS; round++) {
      StoredUser stored = users.read(identity.username());
      UserChange change = planner.plan(stored, identity, roles, refused);
      boolean written =
          switch (change.kind()) {
            case NOTHING -> true;
            case PROFILE -> users.write(change);
            case PASSWORD -> writePassword(change, true);
            case REPAIR -> repair(change);
            case CREATE -> writePassword(change, admitted);
          };
      admitted |= change.kind() == Kind.CREATE;
      if (written) {
        if (users.accepts(change)) {
          return change.credential();
        }
        refused = change.ownership();
      }
    }
    throw HttpError.unavailable("the login could not be settled; try again");
  }

  /**
   * @param admitted whether this user counts as a new one already, or is none
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
        .log("Elasticsearch did not take the password; writing another");
    boolean written = writePassword(change, true);
    if (written) {
      limits.repaired(change.username());
    }
    return written;
  }
}
