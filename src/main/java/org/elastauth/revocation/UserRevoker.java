package org.elastauth.revocation;

import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.util.Map;
import org.apache.camel.ExchangeProperty;
import org.elastauth.credential.Credential;
import org.elastauth.credential.LatestCredentials;
import org.elastauth.crypto.SecretKeys;
import org.elastauth.elasticsearch.ElasticsearchUsers;
import org.elastauth.elasticsearch.InstanceStart;
import org.elastauth.elasticsearch.OwnershipMetadata;
import org.elastauth.elasticsearch.ProtectedAccounts;
import org.elastauth.elasticsearch.StoredUser;
import org.elastauth.elasticsearch.UserChange;
import org.elastauth.elasticsearch.UserProfile;
import org.elastauth.http.HttpError;
import org.elastauth.identity.Identity;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;
import org.springframework.stereotype.Component;

/**
 * Gives a user a password of a generation above all known ones, so that the old one is dead however
 * it was obtained, and disables the user where that is asked for.
 */
@Component("userRevoker")
public final class UserRevoker {
  private static final Logger LOG = LoggerFactory.getLogger(UserRevoker.class);

  private static final int MAX_ROUNDS = 5;

  /** Milliseconds within which another gateway begins to write what it read before. */
  private static final long LATE_WRITES = ElasticsearchUsers.FRESH + 250;

  private final ElasticsearchUsers users;
  private final SecretKeys keys;
  private final InstanceStart start;
  private final LatestCredentials marks;
  private final MeterRegistry meters;

  public UserRevoker(
      ElasticsearchUsers users,
      SecretKeys keys,
      InstanceStart start,
      LatestCredentials marks,
      MeterRegistry meters) {
    this.users = users;
    this.keys = keys;
    this.start = start;
    this.marks = marks;
    this.meters = meters;
  }

  /**
   * Writes the new password.
   *
   * @throws HttpError 404 for a user that does not exist, 403 for a foreign one, 503 if
   *     Elasticsearch gives no usable answer or other gateways keep writing the user
   */
  public Revocation replacePassword(
      @ExchangeProperty("identity") Identity identity,
      @ExchangeProperty("revocation") Revocation revocation) {
    UserChange change = revocation.change();
    try {
      for (int round = 0; round < MAX_ROUNDS; round++) {
        StoredUser stored = users.read(identity.username());
        if (!stored.exists()) {
          throw absent(identity, revocation);
        }
        change = plan(stored, identity, revocation.disable(), change);
        if (users.write(change)) {
          OwnershipMetadata written = change.ownership();
          marks.wrote(change.username(), written.window().issued(), written.generation());
          // this very write shows how long Elasticsearch takes for others
          long taken = ElasticsearchUsers.millisSince(change.readAt());
          return revocation.written(change, LATE_WRITES + 2 * taken);
        }
      }
    } catch (IOException e) {
      throw unavailable(identity, change != null, e);
    }
    throw HttpError.unavailable("the revocation could not be settled; try again");
  }

  /**
   * Checks that no late write of another gateway has undone the revocation. Where one has, writes
   * the next password, waits for late writes and checks again.
   *
   * @throws HttpError as {@link #replacePassword}
   */
  public Revocation confirm(
      @ExchangeProperty("identity") Identity identity,
      @ExchangeProperty("revocation") Revocation revocation) {
    Revocation current = revocation;
    try {
      for (int round = 0; round < MAX_ROUNDS; round++) {
        if (holds(users.read(identity.username()), current)) {
          return current;
        }
        current = replacePassword(identity, current);
        Thread.sleep(current.lateWrites());
      }
    } catch (IOException e) {
      throw unavailable(identity, true, e);
    } catch (InterruptedException stopping) {
      Thread.currentThread().interrupt();
    }
    throw HttpError.unavailable("the revocation could not be settled; try again");
  }

  /** Window, roles and profile stay; a window that is over ends at the user's next login. */
  UserChange plan(StoredUser stored, Identity identity, boolean disable, UserChange last) {
    String user = identity.username();
    if (!stored.isOurs()) {
      LOG.atWarn()
          .addKeyValue("user", user)
          .log(
              "Not revoked: Elasticsearch has an account of this name that the gateway did not make");
      throw ProtectedAccounts.foreign();
    }
    OwnershipMetadata before = stored.ownership();
    long seen =
        Math.max(last == null ? 0 : last.ownership().generation(), marks.highestGeneration(user));
    boolean enabled = stored.enabled() && !disable;
    // a user whom the gateway disabled may log in again; one whom an administrator disabled may not
    boolean mayReturn = !disable && before.isDisabledByUs();
    OwnershipMetadata ownership =
        new OwnershipMetadata(
            keys.currentId(),
            before.window(),
            1 + Math.max(before.generation(), seen),
            start.at(),
            before.asOf(),
            enabled ? "" : mayReturn ? OwnershipMetadata.EXPIRED : OwnershipMetadata.REVOKED);
    UserProfile profile = stored.profile();
    Credential credential =
        ownership.credential(user, keys, ownership.asOf(), profile.fingerprint());
    Map<String, Object> document = profile.documentWithGroups(enabled, ownership.json());
    document.put("password", credential.password());
    return new UserChange(
        UserChange.Kind.PASSWORD, credential, ownership, document, stored.readAt());
  }

  /** Whether no gateway has written afterwards what it read before the revocation. */
  static boolean holds(StoredUser stored, Revocation revocation) {
    OwnershipMetadata found = stored.ownership();
    if (!stored.exists() || found == null) {
      // deleted or replaced by an administrator; a login could create a disabled user again
      return !revocation.isDisabled();
    }
    long issued = revocation.issued();
    boolean newer =
        found.window().issued() == issued
            ? found.generation() >= revocation.generation()
            : found.window().issued() > issued;
    return newer && !(revocation.isDisabled() && stored.enabled());
  }

  /** API keys outlive the password, and even the user. The report says so where that fails. */
  public Revocation invalidateApiKeys(
      @ExchangeProperty("identity") Identity identity,
      @ExchangeProperty("revocation") Revocation revocation) {
    if (!revocation.apiKeys()) {
      return revocation;
    }
    try {
      return revocation.withoutApiKeys(users.invalidateApiKeys(identity.username()), null);
    } catch (IOException e) {
      String reason = e.getMessage() == null ? "no answer" : e.getMessage();
      LOG.atWarn()
          .addKeyValue("user", identity.username())
          .addKeyValue("reason", reason)
          .log("The API keys of a revoked user were not invalidated");
      // a reason of the network's may name a host
      boolean ours =
          reason.startsWith("Elasticsearch") || reason.startsWith("the gateway's own account");
      return revocation.withoutApiKeys(null, ours ? reason : "Elasticsearch gives no answer");
    }
  }

  private HttpError absent(Identity identity, Revocation revocation) {
    Integer apiKeys = invalidateApiKeys(identity, revocation).apiKeysInvalidated();
    return new HttpError(
        404,
        "there is no such user; what was cached is dropped"
            + (apiKeys == null ? "" : "; API keys invalidated: " + apiKeys),
        0);
  }

  private static HttpError unavailable(Identity identity, boolean written, IOException failure) {
    LOG.atWarn()
        .addKeyValue("user", identity.username())
        .log("A revocation failed: Elasticsearch does not answer; what was cached is dropped");
    LOG.debug("A revocation failed", failure);
    return HttpError.unavailable(
        (written
                ? "Elasticsearch does not confirm the revocation at the moment"
                : "nothing was revoked in Elasticsearch, which cannot be asked at the moment")
            + "; what was cached is dropped; try again");
  }

  /** With {@code elasticsearch.dry_run} there is no password to replace. */
  public void dryRun(@ExchangeProperty("identity") Identity identity) {
    LOG.atInfo()
        .addKeyValue("user", identity.username())
        .log("Dropped from the cache; with elasticsearch.dry_run there is no login to revoke");
  }

  /** Reports a revocation to the log and to the administrator. */
  public Revocation.Report report(
      @ExchangeProperty("identity") Identity identity,
      @ExchangeProperty("revocation") Revocation revocation) {
    if (revocation.change() != null) {
      meters.counter("elastauth.revocations").increment();
      LoggingEventBuilder line =
          LOG.atInfo()
              .addKeyValue("user", identity.username())
              .addKeyValue("generation", revocation.generation())
              .addKeyValue("disabled", revocation.isDisabled());
      if (revocation.apiKeysInvalidated() != null) {
        line = line.addKeyValue("apiKeysInvalidated", revocation.apiKeysInvalidated());
      }
      line.log("Login revoked");
    }
    return revocation.report(identity.username());
  }
}
