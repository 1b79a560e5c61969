package org.elastauth.elasticsearch;

import io.micrometer.core.instrument.MeterRegistry;
import java.util.Map;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeException;
import org.apache.camel.ExchangeProperty;
import org.elastauth.credential.Credential;
import org.elastauth.credential.HighWaterMarks;
import org.elastauth.credential.SecretKeys;
import org.elastauth.http.Refusal;
import org.elastauth.identity.Identity;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;
import org.springframework.stereotype.Component;

/**
 * Gives a user another password, of a generation above all that were seen, and disables the user
 * where that is asked for. Whoever computed, cached or stole the one before holds a dead one.
 */
@Component("revocation")
public final class Revocation {
  private static final Logger LOG = LoggerFactory.getLogger(Revocation.class);

  private static final int MAX_ROUNDS = 5;

  /** Milliseconds. */
  private static final long LATE_WRITES = ElasticsearchUsers.FRESH + 250;

  private final SecretKeys keys;
  private final Boot boot;
  private final HighWaterMarks marks;
  private final MeterRegistry meters;

  public Revocation(SecretKeys keys, Boot boot, HighWaterMarks marks, MeterRegistry meters) {
    this.keys = keys;
    this.boot = boot;
    this.marks = marks;
    this.meters = meters;
  }

  /**
   * The window stays: if it is over, so is the user's next login's. Roles and profile stay too.
   *
   * @param stored as just read
   * @param last what came of the attempt before; null at first
   * @param apiKeys how many were invalidated of a user that is not there; null if none was to be
   * @param round counts the attempts, from 0 on
   * @throws Refusal 404 for a user that is not there, 403 for one that is not ours, 503 where
   *     others keep writing the user
   */
  public Plan plan(
      @Body StoredUser stored,
      @ExchangeProperty("identity") Identity identity,
      @ExchangeProperty("disable") boolean disable,
      @ExchangeProperty("plan") Plan last,
      @ExchangeProperty("apiKeysInvalidated") Integer apiKeys,
      @ExchangeProperty("CamelLoopIndex") int round) {
    if (round >= MAX_ROUNDS) {
      throw Refusal.unavailable("the revocation could not be settled; try again");
    }
    if (!stored.exists()) {
      throw new Refusal(
          404,
          "there is no such user; what was cached is dropped"
              + (apiKeys == null ? "" : "; API keys invalidated: " + apiKeys),
          0);
    }
    if (stored.reserved() || stored.mark() == null) {
      LOG.atWarn()
          .addKeyValue("user", identity.username())
          .log(
              "Not revoked: Elasticsearch has an account of this name that the gateway did not make");
      throw Refusal.forbidden("an account of this name exists that the gateway does not manage");
    }
    Mark before = stored.mark();
    long seen =
        Math.max(
            last == null ? 0 : last.mark().generation(),
            marks.highestGeneration(identity.username()));
    long generation = 1 + Math.max(before.generation(), seen);
    boolean enabled = stored.enabled() && !disable;
    // whom the gateway itself disabled may come back; whoever else did so has not changed their
    // mind
    boolean mayReturn = !disable && (before.isDisabledByUs());
    String state = enabled ? "" : mayReturn ? Mark.EXPIRED : Mark.REVOKED;
    Mark mark =
        new Mark(keys.currentId(), before.window(), generation, boot.at(), before.asOf(), state);
    Settlement.View view =
        new Settlement.View(
            stored.roles(), stored.fullName(), stored.email(), stored.groups(), before.asOf());
    Credential credential =
        new Credential(
            identity.username(),
            keys.password(mark.key(), identity.username(), mark.window().issued(), generation),
            mark.window(),
            generation,
            mark.asOf(),
            view.fingerprint());
    Map<String, Object> document = Settlement.profile(view, mark.json());
    document.put("password", credential.password());
    document.put("enabled", enabled);
    return new Plan(Plan.Write.PASSWORD, credential, mark, document, stored.readAt());
  }

  /**
   * Elasticsearch has taken it. Leaves the properties {@code issued} and {@code generation}, and
   * {@code lateWrites}: for how long others may still write what they concluded before. They begin
   * to within 2 seconds, and how long Elasticsearch takes shows by this very write.
   */
  public void written(@ExchangeProperty("plan") Plan plan, Exchange exchange) {
    Credential credential = plan.credential();
    exchange.setProperty(
        "lateWrites", LATE_WRITES + 2 * ElasticsearchUsers.millisSince(plan.readAt()));
    marks.wrote(credential.username(), credential.window().issued(), credential.generation());
    exchange.setProperty("issued", credential.window().issued());
    exchange.setProperty("generation", credential.generation());
  }

  /**
   * Whether the revocation has outlived those who had read the user before it and wrote afterwards.
   *
   * @param stored as read again
   */
  public boolean holds(@Body StoredUser stored, @ExchangeProperty("plan") Plan plan) {
    Mark mark = stored.mark();
    boolean disabled = plan.mark().state().equals(Mark.REVOKED);
    if (!stored.exists() || mark == null) {
      // somebody else took the login away altogether; but whoever is to stay out could come again
      return !disabled;
    }
    long issued = plan.mark().window().issued();
    boolean newer =
        mark.window().issued() == issued
            ? mark.generation() >= plan.mark().generation()
            : mark.window().issued() > issued;
    return newer && !(disabled && stored.enabled());
  }

  /**
   * @throws Refusal 503, always
   */
  public void refuseUnavailable(
      @ExchangeProperty("identity") Identity identity, @ExchangeProperty("plan") Plan plan) {
    LOG.atWarn()
        .addKeyValue("user", identity.username())
        .log("A revocation failed: Elasticsearch does not answer; what was cached is dropped");
    throw Refusal.unavailable(
        (plan == null
                ? "nothing was revoked in Elasticsearch, which cannot be asked at the moment"
                : "Elasticsearch does not confirm the revocation at the moment")
            + "; what was cached is dropped; try again");
  }

  /** Why the API keys are still good, for the report. */
  public String apiKeysFailed(
      @ExchangeProperty("identity") Identity identity, @ExchangeException Exception failure) {
    String reason = failure.getMessage() == null ? "no answer" : failure.getMessage();
    LOG.atWarn()
        .addKeyValue("user", identity.username())
        .addKeyValue("reason", reason)
        .log("The API keys of a revoked user were not invalidated");
    return reason.startsWith("Elasticsearch") || reason.startsWith("the gateway's own account")
        ? reason
        : "Elasticsearch gives no answer";
  }

  /**
   * Says what was done, to the log and to whoever asked for it.
   *
   * @param plan null in a dry run
   * @param apiKeys how many were invalidated; null if that was not asked for or failed
   */
  public RevocationReport report(
      @ExchangeProperty("identity") Identity identity,
      @ExchangeProperty("plan") Plan plan,
      @ExchangeProperty("apiKeysInvalidated") Integer apiKeys,
      @ExchangeProperty("apiKeysError") String apiKeysError) {
    if (plan == null) {
      LOG.atInfo()
          .addKeyValue("user", identity.username())
          .log("Dropped from the cache; with elasticsearch.dry_run there is no login to revoke");
      return new RevocationReport(identity.username(), null, false, true, null, null);
    }
    long generation = plan.mark().generation();
    boolean disabled = plan.mark().state().equals(Mark.REVOKED);
    meters.counter("elastauth.revocations").increment();
    LoggingEventBuilder line =
        LOG.atInfo()
            .addKeyValue("user", identity.username())
            .addKeyValue("generation", generation)
            .addKeyValue("disabled", disabled);
    if (apiKeys != null) {
      line = line.addKeyValue("apiKeysInvalidated", apiKeys);
    }
    line.log("Login revoked");
    return new RevocationReport(
        identity.username(), generation, disabled, null, apiKeys, apiKeysError);
  }
}
