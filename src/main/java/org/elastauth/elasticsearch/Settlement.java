package org.elastauth.elasticsearch;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.ExchangePropertyKey;
import org.elastauth.config.Settings;
import org.elastauth.credential.Credential;
import org.elastauth.credential.Fingerprint;
import org.elastauth.credential.SecretKeys;
import org.elastauth.credential.Window;
import org.elastauth.elasticsearch.Plan.Write;
import org.elastauth.health.Health;
import org.elastauth.http.Refusal;
import org.elastauth.identity.Identity;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * Concludes from how a user stands in Elasticsearch what the password is and what must be written.
 * Every gateway that holds the key concludes the same, so none of them needs a lock.
 */
@Component("settlement")
public final class Settlement {
  private static final Logger LOG = LoggerFactory.getLogger(Settlement.class);

  private static final Set<String> RESERVED =
      Set.of(
          "elastic",
          "kibana",
          "kibana_system",
          "logstash_system",
          "beats_system",
          "apm_system",
          "remote_monitoring_user");

  private static final int MAX_ROUNDS = 5;

  /** Seconds by which the clocks of two gateways may differ. */
  private static final long CLOCK_SKEW = 60;

  private static final int MAX_REPAIRS = 3;
  private static final Duration REPAIRS_SPAN = Duration.ofMinutes(10);

  /**
   * The view of a user that a write is made from: the asker's, or the stored one where that is
   * newer.
   */
  record View(List<String> roles, String fullName, String email, List<String> groups, long asOf) {
    Fingerprint fingerprint() {
      return Fingerprint.of(fullName, email, groups);
    }
  }

  private final SecretKeys keys;
  private final Clock clock;
  private final Boot boot;
  private final Health health;
  private final long lifetime;
  private final String ownAccount;
  private final Adoption adoption;
  private final ForeignAccounts foreign;
  private final Cache<String, AtomicInteger> repairs =
      Caffeine.newBuilder().maximumSize(10_000).expireAfterWrite(REPAIRS_SPAN).build();

  public Settlement(
      Settings settings,
      SecretKeys keys,
      Clock clock,
      Boot boot,
      Health health,
      ForeignAccounts foreign) {
    this.keys = keys;
    this.clock = clock;
    this.boot = boot;
    this.health = health;
    this.lifetime = settings.cache().lifetime().toSeconds();
    this.adoption = new Adoption(settings);
    this.foreign = foreign;
    this.ownAccount = settings.elasticsearch().username().toLowerCase(Locale.ROOT);
  }

  /**
   * @throws Refusal 403 for an account that no login may ever touch
   */
  public void refuseReserved(@ExchangeProperty("identity") Identity identity) {
    if (isReserved(identity.username())) {
      LOG.atWarn().addKeyValue("user", identity.username()).log("Refused: the account is reserved");
      throw Refusal.forbidden("this account is reserved");
    }
  }

  boolean isReserved(String username) {
    String name = username.toLowerCase(Locale.ROOT);
    return RESERVED.contains(name) || name.equals(ownAccount);
  }

  /**
   * The table of what a miss does.
   *
   * @param stored as just read
   * @param refused the mark whose password Elasticsearch did not take, if that happened before
   * @param round counts the attempts of this conversation, from 0 on
   * @throws Refusal 403 for an account that is not ours or disabled, 503 where no password can be
   *     found
   */
  public Plan plan(
      @Body StoredUser stored,
      @ExchangeProperty("identity") Identity identity,
      @ExchangeProperty("roles") List<String> roles,
      @ExchangeProperty("refused") Mark refused,
      @ExchangeProperty("CamelLoopIndex") int round) {
    if (round >= MAX_ROUNDS) {
      throw Refusal.unavailable("the login could not be settled; try again");
    }
    if (!stored.exists()) {
      return write(
          Write.CREATE,
          identity.username(),
          asker(identity, roles),
          window(identity),
          1,
          stored.readAt());
    }
    boolean adopted = stored.mark() == null && adoption.covers(stored);
    if (!adopted) {
      refuseForeign(identity, stored);
    }
    refuseDisabled(identity, stored);
    if (adopted) {
      LOG.atInfo()
          .addKeyValue("user", identity.username())
          .log("Taking over a user that elastauth made");
      return write(
          identity.username(), asker(identity, roles), window(identity), 1, stored.readAt());
    }
    Mark mark = stored.mark();
    View view = newer(identity, roles, stored);
    if (mark.window().isPast(now()) || mark.window().isAhead(now())) {
      Window window = window(identity);
      long generation = window.issued() > mark.window().issued() ? 1 : mark.generation() + 1;
      return write(identity.username(), view, window, generation, stored.readAt());
    }
    if (!keys.holds(mark.key())) {
      return takeOver(identity, stored, view);
    }
    if (refused != null && refused.samePassword(mark)) {
      return repair(identity, stored, view);
    }
    return keep(identity, stored, view);
  }

  /** What would be written, for {@code elasticsearch.dry_run}. */
  public Credential dryRun(
      @ExchangeProperty("identity") Identity identity,
      @ExchangeProperty("roles") List<String> roles) {
    return write(identity.username(), asker(identity, roles), window(identity), 1, 0).credential();
  }

  /**
   * @throws Refusal 503, always: there is no cached password and Elasticsearch gives no answer
   */
  public void refuseUnavailable(Exchange exchange) {
    // the breaker takes what failed for handled by its fallback; no doCatch would see this refusal
    exchange.removeProperty(ExchangePropertyKey.EXCEPTION_HANDLED);
    throw Refusal.unavailable("Elasticsearch cannot be asked at the moment; try again");
  }

  private void refuseForeign(Identity identity, StoredUser stored) {
    if (stored.reserved() || stored.mark() == null) {
      LOG.atWarn()
          .addKeyValue("user", identity.username())
          .log(
              "Refused: Elasticsearch has an account of this name that the gateway did not make; it is left alone"
                  + " (elasticsearch.adopt: elastauth takes over what elastauth made)");
      throw foreign.remember(identity);
    }
  }

  private void refuseDisabled(Identity identity, StoredUser stored) {
    boolean byUs = stored.mark() != null && stored.mark().isDisabledByUs();
    if (!stored.enabled() && !byUs) {
      LOG.atWarn()
          .addKeyValue("user", identity.username())
          .log("Refused: an administrator disabled the account");
      throw Refusal.forbidden("this account is disabled");
    }
  }

  private Plan keep(Identity identity, StoredUser stored, View view) {
    Mark mark = stored.mark();
    Credential credential = credential(identity.username(), mark, view);
    boolean same =
        stored.enabled()
            && !mark.isDisabledByUs()
            && view.roles().equals(stored.roles())
            && view.fullName().equals(stored.fullName())
            && view.email().equals(stored.email())
            && view.groups().equals(stored.groups());
    if (same) {
      return new Plan(Write.NOTHING, credential, mark, Map.of(), stored.readAt());
    }
    // Elasticsearch merges metadata where no password comes along: a window sent here could be an
    // old one
    Map<String, Object> change = new LinkedHashMap<>();
    change.put("asof", view.asOf());
    if (mark.isDisabledByUs()) {
      // the expiry met a login and could not undo what it wrote
      change.put("state", "");
    }
    Map<String, Object> document = profile(view, change);
    document.put("enabled", true);
    return new Plan(Write.PROFILE, credential, mark, document, stored.readAt());
  }

  private Plan takeOver(Identity identity, StoredUser stored, View view) {
    if (stored.mark().boot() >= boot.at()) {
      health.keyConflict();
      LOG.atError()
          .addKeyValue("user", identity.username())
          .log(
              "Another gateway, started after this one, writes with another secret_key; give both the same key");
      throw Refusal.unavailable("the login is held by a gateway with another key");
    }
    LOG.atWarn()
        .addKeyValue("user", identity.username())
        .log("Taking over a user whose password was written under a key that is not held here");
    return write(
        identity.username(),
        view,
        window(identity),
        stored.mark().generation() + 1,
        stored.readAt());
  }

  /** The password of record does not work: the user changed it, or a snapshot was restored. */
  private Plan repair(Identity identity, StoredUser stored, View view) {
    AtomicInteger made = repairs.getIfPresent(identity.username());
    if (made != null && made.get() >= MAX_REPAIRS) {
      throw Refusal.unavailable("the password of this user keeps being changed by somebody else");
    }
    LOG.atInfo()
        .addKeyValue("user", identity.username())
        .log("Elasticsearch did not take the password; writing another");
    Mark mark = stored.mark();
    return write(
        Write.REPAIR,
        identity.username(),
        view,
        mark.window(),
        mark.generation() + 1,
        stored.readAt());
  }

  /** Counts a repair once Elasticsearch has taken it. */
  public void repaired(@ExchangeProperty("identity") Identity identity) {
    repairs.get(identity.username(), name -> new AtomicInteger()).incrementAndGet();
  }

  private Plan write(String username, View view, Window window, long generation, long readAt) {
    return write(Write.PASSWORD, username, view, window, generation, readAt);
  }

  private Plan write(
      Write kind, String username, View view, Window window, long generation, long readAt) {
    Mark mark = new Mark(keys.currentId(), window, generation, boot.at(), view.asOf(), "");
    Credential credential = credential(username, mark, view);
    Map<String, Object> document = profile(view, mark.json());
    document.put("password", credential.password());
    document.put("enabled", true);
    return new Plan(kind, credential, mark, document, readAt);
  }

  private Credential credential(String username, Mark mark, View view) {
    String password =
        keys.password(mark.key(), username, mark.window().issued(), mark.generation());
    return new Credential(
        username, password, mark.window(), mark.generation(), view.asOf(), view.fingerprint());
  }

  static Map<String, Object> profile(View view, Map<String, Object> mark) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("roles", view.roles());
    document.put("full_name", view.fullName().isEmpty() ? null : view.fullName());
    document.put("email", view.email().isEmpty() ? null : view.email());
    document.put("metadata", Map.of("groups", view.groups(), Mark.FIELD, mark));
    return document;
  }

  private static View asker(Identity identity, List<String> roles) {
    return new View(
        roles, identity.fullName(), identity.email(), identity.groups(), identity.asOf());
  }

  private View newer(Identity identity, List<String> roles, StoredUser stored) {
    long storedAsOf = stored.mark().asOf();
    // a clock that ran ahead must not freeze the roles until time has caught up with it
    return storedAsOf > identity.asOf() && storedAsOf <= now() + CLOCK_SKEW
        ? new View(
            stored.roles(),
            stored.fullName(),
            stored.email(),
            stored.groups(),
            stored.mark().asOf())
        : asker(identity, roles);
  }

  private Window window(Identity identity) {
    return Window.of(identity.username(), now(), lifetime);
  }

  private long now() {
    return clock.millis() / 1000;
  }
}
