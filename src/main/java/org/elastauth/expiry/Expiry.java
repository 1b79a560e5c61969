package org.elastauth.expiry;

import io.github.bucket4j.Bucket;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.elastauth.elasticsearch.ElasticsearchUsers;
import org.elastauth.elasticsearch.OwnershipMetadata;
import org.elastauth.elasticsearch.ProtectedAccounts;
import org.elastauth.elasticsearch.StoredUser;
import org.elastauth.elasticsearch.UserProfile;
import org.elastauth.http.GatewayEvent;
import org.elastauth.identity.IdentityRules;
import org.elastauth.identity.RoleMapping;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;

/**
 * Disables the gateway's users that did not log in again after their window ended, and deletes them
 * after {@code expiry.delete_after}.
 *
 * <p>Elasticsearch has no compare-and-set on users, so each user is read just before the write, and
 * again afterwards. A login in between has moved the window; the user is then enabled again, with
 * the roles of its groups. (Its new full name or email returns with the next login.) After any
 * other write in between, the user stays disabled. A deletion cannot be undone, but a login
 * verifies its password and creates the user again.
 *
 * <p>Gateways that run at the same time write the same, so the lease only saves work.
 */
@Component("expiry")
public final class Expiry {
  private static final Logger LOG = LoggerFactory.getLogger(Expiry.class);

  /** Seconds after the end of the window; the clocks of gateways may differ. */
  private static final long GRACE = 300;

  private static final int MAX_ROUNDS = 5;

  /** Low, because logins have priority at Elasticsearch. */
  private static final int USERS_A_SECOND = 20;

  private static final Duration SECOND = Duration.ofSeconds(1);

  private enum Action {
    DISABLE,
    /** Undoes DISABLE after a login in between. */
    ENABLE,
    DELETE
  }

  /** The result of a run so far, and why it ended early. */
  private static final class Run {
    private final Map<Action, Integer> counts = new EnumMap<>(Action.class);
    private long deadline;
    private int failed;
    private String lastFailure = "";
    private String endReason = "";

    private void add(Action act) {
      counts.merge(act, 1, Integer::sum);
    }

    private int count(Action act) {
      return counts.getOrDefault(act, 0);
    }
  }

  private final ExpirySettings settings;
  private final ElasticsearchUsers users;
  private final ProtectedAccounts accounts;
  private final RoleMapping roles;
  private final CircuitBreaker breaker;
  private final Clock clock;
  private final Map<Action, Counter> done = new EnumMap<>(Action.class);
  private final Counter failures;
  private final Timer complete;
  private final Timer incomplete;

  /** Epoch seconds; 0 before the first. */
  private volatile long lastRun;

  private final ApplicationEventPublisher events;
  private final Bucket pace =
      Bucket.builder()
          .addLimit(limit -> limit.capacity(USERS_A_SECOND).refillGreedy(USERS_A_SECOND, SECOND))
          .build();
  private volatile boolean stopping;
  private volatile String loggedReason = "";

  public Expiry(
      ExpirySettings settings,
      ElasticsearchUsers users,
      ProtectedAccounts accounts,
      RoleMapping roles,
      @Qualifier("elasticsearchBreaker") CircuitBreaker breaker,
      MeterRegistry meters,
      ApplicationEventPublisher events,
      Clock clock) {
    this.settings = settings;
    this.users = users;
    this.accounts = accounts;
    this.roles = roles;
    this.breaker = breaker;
    this.events = events;
    this.clock = clock;
    for (Action act : List.of(Action.DISABLE, Action.ENABLE, Action.DELETE)) {
      done.put(
          act,
          Counter.builder("elastauth.expiry.users")
              .description("Users that the expiry disabled, enabled again or deleted")
              .tag("act", act.name().toLowerCase(Locale.ROOT))
              .register(meters));
    }
    this.failures =
        Counter.builder("elastauth.expiry.failures")
            .description("Users that a run of the expiry could not check or write")
            .register(meters);
    this.complete = runs(meters, "complete");
    this.incomplete = runs(meters, "incomplete");
    Gauge.builder("elastauth.expiry.last.run.timestamp", () -> lastRun)
        .description("When this gateway last completed a run of the expiry; 0 if never")
        .baseUnit("seconds")
        .register(meters);
  }

  private static Timer runs(MeterRegistry meters, String outcome) {
    return Timer.builder("elastauth.expiry.run")
        .description(
            "Duration of the runs of the expiry; an incomplete run leaves users to the next")
        .tag("outcome", outcome)
        .register(meters);
  }

  /** A run ends early when the gateway stops. */
  @EventListener(ContextClosedEvent.class)
  public void stopping() {
    stopping = true;
  }

  /** Checks all users, or as many as possible before the deadline. */
  public void run() {
    Run run = new Run();
    long began = System.nanoTime();
    run.deadline = began + settings.turn().toNanos();
    UserListing listing = new UserListing(users, (name, user) -> due(name, user) != null);
    try {
      while (!listing.isComplete() && mayContinue(run)) {
        for (String name : listing.next()) {
          if (!mayContinue(run)) {
            break;
          }
          pace.asBlocking().consumeUninterruptibly(1);
          expire(name, run);
        }
      }
    } catch (IOException unlisted) {
      run.endReason = reason(unlisted);
    }
    boolean isComplete = run.endReason.isEmpty() && run.failed == 0;
    (isComplete ? complete : incomplete).record(System.nanoTime() - began, TimeUnit.NANOSECONDS);
    if (isComplete) {
      lastRun = clock.millis() / 1000;
    }
    summarize(run);
  }

  /** False once the run must leave the rest to the next run. */
  private boolean mayContinue(Run run) {
    if (stopping) {
      run.endReason = "the gateway is stopping";
    } else if (breaker.getState() == CircuitBreaker.State.OPEN) {
      run.endReason = ElasticsearchUsers.UNREACHABLE;
    } else if (System.nanoTime() - run.deadline >= 0) {
      run.endReason = "the interval is over; the next run continues";
    }
    return run.endReason.isEmpty();
  }

  /** A failed user is tried again in the next run. */
  private void expire(String name, Run run) {
    try {
      rounds(name, run);
    } catch (IOException | RuntimeException e) {
      if (!stopping) {
        run.failed++;
        run.lastFailure = reason(e);
        failures.increment();
      }
    }
  }

  private void rounds(String name, Run run) throws IOException {
    Action last = null;
    for (int round = 0; round < MAX_ROUNDS; round++) {
      StoredUser stored = users.read(name);
      Action act = due(name, stored);
      if (last != null && last != act) {
        count(last, name, stored, run);
        if (act == Action.DELETE) {
          return; // a later run deletes the disabled user
        }
      }
      if (act == null) {
        return;
      }
      if (settings.dryRun()) {
        LOG.atInfo()
            .addKeyValue("user", name)
            .addKeyValue("act", act)
            .log("Expiry would write (expiry.dry_run)");
        run.add(act);
        return;
      }
      users.expire(name, document(act, name, stored), stored.readAt());
      last = act;
    }
    throw new IOException(
        "another party keeps changing a user, or Elasticsearch rejects the write");
  }

  /** Null if the user stays unchanged. */
  private Action due(String name, StoredUser stored) {
    if (!stored.isOurs() || !IdentityRules.isUsername(name) || accounts.isReserved(name)) {
      return null;
    }
    OwnershipMetadata ownership = stored.ownership();
    long now = clock.millis() / 1000;
    long ended = now - ownership.window().until();
    boolean ahead = ownership.window().isAhead(now);
    if (stored.enabled()) {
      return ended > GRACE || ahead ? Action.DISABLE : null;
    }
    if (ended < 0 && !ahead && ownership.isDisabledByUs()) {
      return Action.ENABLE;
    }
    long deleteAfter = settings.deleteAfter().toSeconds();
    return ownership.isExpired() && deleteAfter > 0 && ended > deleteAfter ? Action.DELETE : null;
  }

  /** Without a password Elasticsearch merges metadata: groups and window stay unchanged. */
  private Map<String, Object> document(Action act, String name, StoredUser stored) {
    UserProfile profile = stored.profile();
    return switch (act) {
      case DISABLE -> profile.document(false, stored.ownership().expired());
      case ENABLE ->
          // the stored roles may be older than the login; only a route knows what it decides
          new UserProfile(
                  profile.decided() ? profile.roles() : roles.ofGroups(profile.groups()),
                  profile.fullName(),
                  profile.email(),
                  profile.groups())
              .document(true, Map.of("state", ""));
      case DELETE -> Map.of();
    };
  }

  private void count(Action act, String name, StoredUser stored, Run run) {
    if (act == Action.DISABLE && stored.enabled()) {
      return; // another login came after the write
    }
    LOG.atDebug().addKeyValue("user", name).addKeyValue("act", act).log("Expiry");
    run.add(act);
    done.get(act).increment();
    events.publishEvent(
        new GatewayEvent(
            "user-" + act.name().toLowerCase(Locale.ROOT) + "d", name, Map.of("by", "expiry")));
    OwnershipMetadata found = stored.ownership();
    if (act == Action.DISABLE && found != null && !found.isExpired() && !found.isOvertakenLogin()) {
      LOG.atWarn()
          .addKeyValue("user", name)
          .log(
              "Another party changed a user while the gateway disabled it; it stays disabled"
                  + " until an administrator enables it");
    }
  }

  private static String reason(Exception failure) {
    return failure.getMessage() == null ? failure.getClass().getSimpleName() : failure.getMessage();
  }

  /** Logs the result of a run, if any, and each new reason for users left out. */
  private void summarize(Run run) {
    if (run.failed > 0 || !run.counts.isEmpty()) {
      LOG.atLevel(run.failed > 0 ? Level.WARN : Level.INFO)
          .addKeyValue("disabled", run.count(Action.DISABLE))
          .addKeyValue("deleted", run.count(Action.DELETE))
          .addKeyValue("enabled", run.count(Action.ENABLE))
          .addKeyValue("failed", run.failed)
          .log(
              settings.dryRun()
                  ? "Users whose window has ended (expiry.dry_run: nothing was written)"
                  : "Users whose window has ended were expired");
    }
    String why = run.endReason.isEmpty() ? run.lastFailure : run.endReason;
    if (!why.isEmpty() && !why.equals(loggedReason) && !stopping) {
      LOG.atWarn()
          .addKeyValue("reason", why)
          .log("Not all users whose window has ended were expired");
    }
    loggedReason = why;
  }
}
