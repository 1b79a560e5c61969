package org.elastauth.elasticsearch;

import io.github.resilience4j.circuitbreaker.CallNotPermittedException;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.camel.Body;
import org.apache.camel.ExchangeException;
import org.apache.camel.ExchangeProperty;
import org.elastauth.config.Settings;
import org.elastauth.elasticsearch.ExpiryStep.Act;
import org.elastauth.expiry.ExpirySettings;
import org.elastauth.http.Refusal;
import org.elastauth.identity.Identity;
import org.elastauth.identity.IdentityRules;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;

/**
 * Makes sure that a password opens nothing once its window has ended: disables the gateway's own
 * users who did not log in again, and deletes them later where that is asked for.
 *
 * <p>Elasticsearch has no compare-and-set on users, so each is read a moment before it is written,
 * and read again afterwards: a login that came in between has moved the window, and is enabled
 * again, with the roles of the groups that it left; a full name or email it brought comes back with
 * the next login. Whatever else came in between stays disabled. A deletion cannot be taken back,
 * but a login proves the password it wrote, and makes the user again where that fails.
 *
 * <p>Gateways that run at once conclude and write the same, so turns only save work.
 */
@Component("expiry")
public final class Expiry {
  private static final Logger LOG = LoggerFactory.getLogger(Expiry.class);

  /** Seconds by which the clocks of gateways may differ. */
  private static final long GRACE = 300;

  private static final int MAX_ROUNDS = 5;
  private static final String AWAY = "Elasticsearch does not answer";

  private final ExpirySettings settings;
  private final Settlement settlement;
  private final RoleMapping roles;
  private final CircuitBreaker breaker;
  private final Clock clock;
  private final Map<Act, Counter> done = new EnumMap<>(Act.class);
  private final Counter failures;
  private volatile boolean stopping;
  private volatile String complaint = "";

  public Expiry(
      Settings settings,
      Settlement settlement,
      RoleMapping roles,
      @Qualifier("elasticsearchBreaker") CircuitBreaker breaker,
      MeterRegistry meters,
      Clock clock) {
    this.settings = settings.expiry();
    this.settlement = settlement;
    this.roles = roles;
    this.breaker = breaker;
    this.clock = clock;
    for (Act act : List.of(Act.DISABLE, Act.ENABLE, Act.DELETE)) {
      done.put(
          act,
          meters.counter("elastauth.expiry.users", "act", act.name().toLowerCase(Locale.ROOT)));
    }
    this.failures = meters.counter("elastauth.expiry.failures");
  }

  /** Readiness ends before anything else does; so does a run. */
  @EventListener(ContextClosedEvent.class)
  public void stopping() {
    stopping = true;
  }

  public ExpiryRun begin() {
    return new ExpiryRun(System.nanoTime() + settings.turn().toNanos());
  }

  /** Whether there are more users to list. */
  public boolean hasMore(@ExchangeProperty("expiryRun") ExpiryRun run) {
    return !run.isListed() && goesOn(run);
  }

  /** False once there is a reason to leave the rest to the next run. */
  public boolean goesOn(@ExchangeProperty("expiryRun") ExpiryRun run) {
    if (run.whyShort().isEmpty()) {
      if (stopping) {
        run.cutShort("the gateway is stopping");
      } else if (breaker.getState() == CircuitBreaker.State.OPEN) {
        run.cutShort(AWAY);
      } else if (run.isLate()) {
        run.cutShort("the turn is over; the next one goes on");
      }
    }
    return run.whyShort().isEmpty();
  }

  /** Who is looked at next, as the route that reads a user wants it. */
  public Identity subject(@Body String name) {
    return new Identity(name, "", "", List.of(), 0);
  }

  /** Whether something is to be done about a user as listed. */
  boolean isDue(String name, StoredUser listed) {
    return act(name, listed) != Act.NOTHING;
  }

  private Act act(String name, StoredUser stored) {
    boolean ours =
        stored.exists()
            && !stored.reserved()
            && stored.mark() != null
            && IdentityRules.isUsername(name)
            && !settlement.isReserved(name);
    if (!ours) {
      return Act.NOTHING;
    }
    Mark mark = stored.mark();
    long now = clock.millis() / 1000;
    long ended = now - mark.window().until();
    if (stored.enabled()) {
      return ended > GRACE || mark.window().isAhead(now) ? Act.DISABLE : Act.NOTHING;
    }
    if (ended < 0 && !mark.window().isAhead(now) && mark.isDisabledByUs()) {
      return Act.ENABLE;
    }
    long deleteAfter = settings.deleteAfter().toSeconds();
    return mark.isExpired() && deleteAfter > 0 && ended > deleteAfter ? Act.DELETE : Act.NOTHING;
  }

  /**
   * What comes next for a user.
   *
   * @param stored as just read
   * @param last what came before; null at first
   * @param round counts the steps, from 0 on
   */
  public ExpiryStep conclude(
      @Body StoredUser stored,
      @ExchangeProperty("identity") Identity identity,
      @ExchangeProperty("expiryStep") ExpiryStep last,
      @ExchangeProperty("expiryRun") ExpiryRun run,
      @ExchangeProperty("CamelLoopIndex") int round) {
    if (round >= MAX_ROUNDS) {
      throw new IllegalStateException(
          "a user is written by others again and again, or Elasticsearch does not take the write");
    }
    String name = identity.username();
    Act act = act(name, stored);
    if (last != null && last.act() != act) {
      count(last, stored, run);
      if (act == Act.DELETE) {
        act = Act.NOTHING; // whoever was disabled just now is not deleted before the next run
      }
    }
    if (act != Act.NOTHING && settings.dryRun()) {
      LOG.atInfo().addKeyValue("user", name).addKeyValue("act", act).log("Expiry would write");
      run.add(act);
      act = Act.NOTHING;
    }
    return new ExpiryStep(act, name, document(act, name, stored), stored.readAt());
  }

  private void count(ExpiryStep last, StoredUser stored, ExpiryRun run) {
    if (last.act() == Act.DISABLE && stored.enabled()) {
      return; // a login came later still
    }
    LOG.atDebug().addKeyValue("user", last.username()).addKeyValue("act", last.act()).log("Expiry");
    run.add(last.act());
    done.get(last.act()).increment();
    Mark mark = stored.mark();
    if (last.act() == Act.DISABLE
        && mark != null
        && !mark.isExpired()
        && !mark.isOvertakenLogin()) {
      LOG.atWarn()
          .addKeyValue("user", last.username())
          .log(
              "Somebody else wrote a user while its window was found to have ended; it stays disabled"
                  + " until an administrator enables it");
    }
  }

  /**
   * Elasticsearch merges the metadata, as no password comes along: groups and window stay as they
   * are by then.
   */
  private Map<String, Object> document(Act act, String name, StoredUser stored) {
    if (act != Act.DISABLE && act != Act.ENABLE) {
      return Map.of();
    }
    boolean disable = act == Act.DISABLE;
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("roles", disable ? stored.roles() : rolesOf(name, stored));
    document.put("full_name", stored.fullName().isEmpty() ? null : stored.fullName());
    document.put("email", stored.email().isEmpty() ? null : stored.email());
    document.put("enabled", !disable);
    document.put(
        "metadata", Map.of(Mark.FIELD, disable ? stored.mark().expired() : Map.of("state", "")));
    return document;
  }

  /** Those that stand there may be from before the login. */
  private List<String> rolesOf(String name, StoredUser stored) {
    try {
      return roles.roles(new Identity(name, "", "", stored.groups(), 0));
    } catch (Refusal none) {
      return List.of();
    }
  }

  /** Counts a user whom this run could not finish; another one will. */
  public void failed(
      @ExchangeProperty("expiryRun") ExpiryRun run, @ExchangeException Exception failure) {
    if (!stopping) {
      run.fail(reason(failure));
      failures.increment();
    }
  }

  /** Ends a run for which the users cannot be listed. */
  public List<String> unlisted(
      @ExchangeProperty("expiryRun") ExpiryRun run, @ExchangeException Exception failure) {
    run.cutShort(failure instanceof CallNotPermittedException ? AWAY : reason(failure));
    return List.of();
  }

  private static String reason(Exception failure) {
    return failure.getMessage() == null ? failure.getClass().getSimpleName() : failure.getMessage();
  }

  /** Says what a run did, if it did anything, and once what keeps runs from doing it. */
  public void summarize(@ExchangeProperty("expiryRun") ExpiryRun run) {
    if (run.isEventful()) {
      LOG.atLevel(run.failed() > 0 ? Level.WARN : Level.INFO)
          .addKeyValue("disabled", run.count(Act.DISABLE))
          .addKeyValue("deleted", run.count(Act.DELETE))
          .addKeyValue("enabled", run.count(Act.ENABLE))
          .addKeyValue("failed", run.failed())
          .log(
              settings.dryRun()
                  ? "Users whose window has ended (expiry.dry_run: nothing was written)"
                  : "Users whose window has ended were expired");
    }
    String why = run.failed() > 0 && run.whyShort().isEmpty() ? run.reason() : run.whyShort();
    if (!why.isEmpty() && !why.equals(complaint) && !stopping) {
      LOG.atWarn()
          .addKeyValue("reason", why)
          .log("Not all users whose window has ended were expired");
    }
    complaint = why;
  }
}
