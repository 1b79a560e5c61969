package org.elastauth.revocation;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.util.Map;
import org.apache.camel.Exchange;
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
import org.elastauth.http.GatewayEvent;
import org.elastauth.http.HttpError;
import org.elastauth.identity.Identity;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.stereotype.Component;

/**
 * Writes a new password with a generation above all known generations, so that every old password
 * is invalid, and disables the user on request.
 */
@Component("userRevoker")
public final class UserRevoker {
  private static final Logger LOG = LoggerFactory.getLogger(UserRevoker.class);

  private static final int MAX_ROUNDS = 5;

  /** Within this time another gateway may start to write the state it read, in milliseconds. */
  private static final long LATE_WRITES = ElasticsearchUsers.FRESH + 250;

  private final ElasticsearchUsers users;
  private final SecretKeys keys;
  private final InstanceStart start;
  private final LatestCredentials marks;
  private final ProtectedAccounts accounts;
  private final Counter revocations;
  private final ApplicationEventPublisher events;

  public UserRevoker(
      ElasticsearchUsers users,
      SecretKeys keys,
      InstanceStart start,
      LatestCredentials marks,
      ProtectedAccounts accounts,
      MeterRegistry meters,
      ApplicationEventPublisher events) {
    this.users = users;
    this.keys = keys;
    this.start = start;
    this.marks = marks;
    this.accounts = accounts;
    this.revocations =
        Counter.builder("elastauth.revocations")
            .description("Passwords that this gateway replaced for an administrator")
            .register(meters);
    this.events = events;
  }

  /**
   * Writes the new password.
   *
   * @throws HttpError 404 for a user that does not exist, 403 for a foreign user, 503 if
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
        change = plan(stored, identity, revocation, change);
        if (users.write(change)) {
          OwnershipMetadata written = change.ownership();
          marks.wrote(change.username(), written.window().issued(), written.generation());
          // the duration of this write is an estimate for the writes of others
          long taken = ElasticsearchUsers.millisSince(change.readAt());
          return revocation.written(change, LATE_WRITES + 2 * taken);
        }
      }
    } catch (IOException e) {
      throw unavailable(identity, change != null, e);
    }
    throw HttpError.unavailable("the revocation could not be confirmed; try again");
  }

  /**
   * Checks that no late write of another gateway has undone the revocation. If it has, writes the
   * next password, waits for late writes and checks again.
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
    throw HttpError.unavailable("the revocation could not be confirmed; try again");
  }

  /** Window, roles and profile stay unchanged; the next login replaces an ended window. */
  UserChange plan(StoredUser stored, Identity identity, Revocation revocation, UserChange last) {
    boolean disable = revocation.disable();
    String user = identity.username();
    if (!stored.isOurs()) {
      LOG.atWarn()
          .addKeyValue("user", user)
          .log("Not revoked: the gateway did not create the Elasticsearch account of this name");
      throw ProtectedAccounts.foreign();
    }
    OwnershipMetadata before = stored.ownership();
    long seen =
        Math.max(last == null ? 0 : last.ownership().generation(), marks.highestGeneration(user));
    boolean enabled = stored.enabled() && !disable;
    // a login enables a user that the gateway disabled, but not one that an administrator disabled
    boolean mayReturn = !disable && before.isDisabledByUs();
    OwnershipMetadata ownership =
        new OwnershipMetadata(
            keys.currentId(),
            before.window(),
            1 + Math.max(before.generation(), seen),
            start.at(),
            // the next subject's login is newer, whenever its token was issued
            revocation.release() ? 0 : before.asOf(),
            enabled ? "" : mayReturn ? OwnershipMetadata.EXPIRED : OwnershipMetadata.REVOKED,
            revocation.release() ? "" : before.subject());
    UserProfile profile = stored.profile();
    Credential credential =
        ownership.credential(user, keys, ownership.asOf(), profile.fingerprint(""));
    Map<String, Object> document = profile.documentWithGroups(enabled, ownership.json());
    document.put("password", credential.password());
    return new UserChange(
        UserChange.Kind.PASSWORD, credential, ownership, document, stored.readAt());
  }

  /** Whether the revocation is still in effect after the late writes of other gateways. */
  static boolean holds(StoredUser stored, Revocation revocation) {
    OwnershipMetadata found = stored.ownership();
    if (!stored.exists() || found == null) {
      // deleted or replaced by an administrator; a login could create the user again
      return !revocation.isDisabled();
    }
    long issued = revocation.issued();
    boolean newer =
        found.window().issued() == issued
            ? found.generation() >= revocation.generation()
            : found.window().issued() > issued;
    return newer && !(revocation.isDisabled() && stored.enabled());
  }

  /** API keys stay valid without the password, and without the user. */
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
      // the message of a network failure may contain a host
      boolean ours =
          reason.startsWith("Elasticsearch") || reason.startsWith("the gateway's own account");
      return revocation.withoutApiKeys(null, ours ? reason : "Elasticsearch gives no answer");
    }
  }

  private HttpError absent(Identity identity, Revocation revocation) {
    Integer apiKeys = invalidateApiKeys(identity, revocation).apiKeysInvalidated();
    return new HttpError(
        404,
        "there is no such user; its cache entry was deleted"
            + (apiKeys == null ? "" : "; API keys invalidated: " + apiKeys),
        0);
  }

  private static HttpError unavailable(Identity identity, boolean written, IOException failure) {
    LOG.atWarn()
        .addKeyValue("user", identity.username())
        .log("A revocation failed: Elasticsearch does not answer; the cache entry was deleted");
    LOG.debug("A revocation failed", failure);
    return HttpError.unavailable(
        (written
                ? "Elasticsearch does not confirm the revocation at the moment"
                : "nothing was revoked in Elasticsearch, which is unavailable at the moment")
            + "; the cache entry was deleted; try again");
  }

  /** With the user store dry-run there is no password to replace. */
  public Revocation dryRun(
      @ExchangeProperty("identity") Identity identity,
      @ExchangeProperty("revocation") Revocation revocation) {
    LOG.atInfo()
        .addKeyValue("user", identity.username())
        .log("Deleted from the cache; with elasticsearch.dry_run there is no login to revoke");
    return revocation.asDryRun();
  }

  /** Reports a revocation to the log and to the administrator. */
  public Revocation.Report report(
      @ExchangeProperty("identity") Identity identity,
      @ExchangeProperty("revocation") Revocation revocation,
      Exchange exchange) {
    accounts.forget(identity.username());
    if (revocation.change() != null) {
      revocations.increment();
      LoggingEventBuilder line =
          LOG.atInfo()
              .addKeyValue("user", identity.username())
              .addKeyValue("generation", revocation.generation())
              .addKeyValue("disabled", revocation.isDisabled());
      if (revocation.release()) {
        line = line.addKeyValue("released", true);
      }
      if (revocation.apiKeysInvalidated() != null) {
        line = line.addKeyValue("apiKeysInvalidated", revocation.apiKeysInvalidated());
      }
      line.log("Login revoked");
      events.publishEvent(
          GatewayEvent.of(
              exchange,
              "user-revoked",
              identity.username(),
              Map.of("disabled", revocation.isDisabled(), "released", revocation.release())));
    }
    return revocation.report(identity.username());
  }
}
