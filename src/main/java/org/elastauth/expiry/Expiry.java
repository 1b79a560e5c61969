package org.elastauth.expiry;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.bucket4j.Bucket;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.elastauth.elasticsearch.ElasticsearchUsers;
import org.elastauth.elasticsearch.OwnershipMetadata;
import org.elastauth.elasticsearch.ProtectedAccounts;
import org.elastauth.elasticsearch.RoleMapping;
import org.elastauth.elasticsearch.StoredUser;
import org.elastauth.elasticsearch.UserProfile;
import org.elastauth.http.HttpError;
import org.elastauth.identity.Identity;
import org.elastauth.identity.IdentityRules;
import org.elastauth.startup.Settings;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;

/**
 * Disables the gateway's own users who did not log in again after their window has ended, and
 * deletes them later where that is configured.
 *
 * <p>Elasticsearch has no compare-and-set on users, so each is read just before it is written, and
 * again afterwards. A login in between has moved the window; it is enabled again, with the roles of
 * its groups (a full name or email it brought returns with the next login). Any other write in
 * between stays disabled. A deletion cannot be undone, but a login proves the password that it
 * wrote and creates the user again.
 *
 * <p>Gateways that run at the same time conclude and write the same, so a lease only saves work.
 */
@Component("expiry")
public final class Expiry {
  private static final Logger LOG = LoggerFactory.getLogger(Expiry.class);

  /** Seconds by which the clocks of gateways may differ. */
  private static final long GRACE = 300;

  private static final int MAX_ROUNDS = 5;

  /** Leaves Elasticsearch free for logins. */
  private static final int USERS_A_SECOND = 20;

  private static final Duration SECOND = Duration.ofSeconds(1);

  private enum Act {
    DISABLE,
    /** Undo that: a login came in between. */
    ENABLE,
    DELETE
  }

  /** What a run has done so far, and why it left the rest to the next run. */
  private static final class Run {
    private final Map<Act, Integer> counts = new EnumMap<>(Act.class);
    private long deadline;
    private int failed;
    private String lastFailure = "";
    private String whyShort = "";

    private void add(Act act) {
      counts.merge(act, 1, Integer::sum);
    }

    private int count(Act act) {
      return counts.getOrDefault(act, 0);
    }
  }

  private final ExpirySettings settings;
  private final ElasticsearchUsers users;
  private final ProtectedAccounts accounts;
  private final RoleMapping roles;
  private final CircuitBreaker breaker;
  private final ObjectMapper json;
  private final Clock clock;
  private final Map<Act, Counter> done = new EnumMap<>(Act.class);
  private final Counter failures;
  private final Bucket pace =
      Bucket.builder()
          .addLimit(limit -> limit.capacity(USERS_A_SECOND).refillGreedy(USERS_A_SECOND, SECOND))
          .build();
  private volatile boolean stopping;
  private volatile String complaint = "";

  public Expiry(
      Settings settings,
      ElasticsearchUsers users,
      ProtectedAccounts accounts,
      RoleMapping roles,
      @Qualifier("elasticsearchBreaker") CircuitBreaker breaker,
      ObjectMapper json,
      MeterRegistry meters,
      Clock clock) {
    this.settings = settings.expiry();
    this.users = users;
    this.accounts = accounts;
    this.roles = roles;
    this.breaker = breaker;
    this.json = json;
    this.clock = clock;
    for (Act act : List.of(Act.DISABLE, Act.ENABLE, Act.DELETE)) {
      done.put(
          act,
          meters.counter("elastauth.expiry.users", "act", act.name().toLowerCase(Locale.ROOT)));
    }
    this.failures = meters.counter("elastauth.expiry.failures");
  }

  /** A run ends early when the gateway stops. */
  @EventListener(ContextClosedEvent.class)
  public void stopping() {
    stopping = true;
  }

  /** Checks all users, for as long as the turn lasts. */
  public void run() {
    Run run = new Run();
    run.deadline = System.nanoTime() + settings.turn().toNanos();
    UserListing listing = new UserListing(users, json, (name, user) -> due(name, user) != null);
    try {
      while (!listing.isComplete() && goesOn(run)) {
        for (String name : listing.next()) {
          if (!goesOn(run)) {
            break;
          }
          pace.asBlocking().consumeUninterruptibly(1);
          expire(name, run);
        }
      }
    } catch (IOException unlisted) {
      run.whyShort = reason(unlisted);
    }
    summarize(run);
  }

  /** False once there is a reason to leave the rest to the next run. */
  private boolean goesOn(Run run) {
    if (stopping) {
      run.whyShort = "the gateway is stopping";
    } else if (breaker.getState() == CircuitBreaker.State.OPEN) {
      run.whyShort = ElasticsearchUsers.UNREACHABLE;
    } else if (System.nanoTime() - run.deadline >= 0) {
      run.whyShort = "the turn is over; the next one goes on";
    }
    return run.whyShort.isEmpty();
  }

  /** The next run tries again what fails here. */
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
    Act last = null;
    for (int round = 0; round < MAX_ROUNDS; round++) {
      StoredUser stored = users.read(name);
      Act act = due(name, stored);
      if (last != null && last != act) {
        count(last, name, stored, run);
        if (act == Act.DELETE) {
          return; // a user that was just disabled is deleted by a later run
        }
      }
      if (act == null) {
        return;
      }
      if (settings.dryRun()) {
        LOG.atInfo().addKeyValue("user", name).addKeyValue("act", act).log("Expiry would write");
        run.add(act);
        return;
      }
      users.expire(name, document(act, name, stored), stored.readAt());
      last = act;
    }
    throw new IOException(
        "a user is written by others again and again, or Elasticsearch does not take the write");
  }

  /** Null if nothing is to be done. */
  private Act due(String name, StoredUser stored) {
    if (!stored.isOurs() || !IdentityRules.isUsername(name) || accounts.isReserved(name)) {
      return null;
    }
    OwnershipMetadata ownership = stored.ownership();
    long now = clock.millis() / 1000;
    long ended = now - ownership.window().until();
    boolean ahead = ownership.window().isAhead(now);
    if (stored.enabled()) {
      return ended > GRACE || ahead ? Act.DISABLE : null;
    }
    if (ended < 0 && !ahead && ownership.isDisabledByUs()) {
      return Act.ENABLE;
    }
    long deleteAfter = settings.deleteAfter().toSeconds();
    return ownership.isExpired() && deleteAfter > 0 && ended > deleteAfter ? Act.DELETE : null;
  }

  /** Without a password Elasticsearch merges metadata: groups and window stay as they are. */
  private Map<String, Object> document(Act act, String name, StoredUser stored) {
    UserProfile profile = stored.profile();
    return switch (act) {
      case DISABLE -> profile.document(false, stored.ownership().expired());
      case ENABLE ->
          // the roles that are stored may be from before the login
          new UserProfile(
                  roles(name, profile), profile.fullName(), profile.email(), profile.groups())
              .document(true, Map.of("state", ""));
      case DELETE -> Map.of();
    };
  }

  private List<String> roles(String name, UserProfile profile) {
    try {
      return roles.roles(new Identity(name, "", "", profile.groups(), 0));
    } catch (HttpError none) {
      return List.of();
    }
  }

  private void count(Act act, String name, StoredUser stored, Run run) {
    if (act == Act.DISABLE && stored.enabled()) {
      return; // a login came later still
    }
    LOG.atDebug().addKeyValue("user", name).addKeyValue("act", act).log("Expiry");
    run.add(act);
    done.get(act).increment();
    OwnershipMetadata found = stored.ownership();
    if (act == Act.DISABLE && found != null && !found.isExpired() && !found.isOvertakenLogin()) {
      LOG.atWarn()
          .addKeyValue("user", name)
          .log(
              "Somebody else wrote a user while its window was found to have ended; it stays disabled"
                  + " until an administrator enables it");
    }
  }

  private static String reason(Exception failure) {
    return failure.getMessage() == null ? failure.getClass().getSimpleName() : failure.getMessage();
  }

  /** Logs what a run did, if anything, and each reason for leaving users out once. */
  private void summarize(Run run) {
    if (run.failed > 0 || !run.counts.isEmpty()) {
      LOG.atLevel(run.failed > 0 ? Level.WARN : Level.INFO)
          .addKeyValue("disabled", run.count(Act.DISABLE))
          .addKeyValue("deleted", run.count(Act.DELETE))
          .addKeyValue("enabled", run.count(Act.ENABLE))
          .addKeyValue("failed", run.failed)
          .log(
              settings.dryRun()
                  ? "Users whose window has ended (expiry.dry_run: nothing was written)"
                  : "Users whose window has ended were expired");
    }
    String why = run.whyShort.isEmpty() ? run.lastFailure : run.whyShort;
    if (!why.isEmpty() && !why.equals(complaint) && !stopping) {
      LOG.atWarn()
          .addKeyValue("reason", why)
          .log("Not all users whose window has ended were expired");
    }
    complaint = why;
  }
}
