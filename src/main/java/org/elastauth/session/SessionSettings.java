package org.elastauth.session;

import java.time.Duration;
import org.elastauth.config.Alias;
import org.elastauth.config.Checked;
import org.elastauth.config.Faults;
import org.elastauth.config.LoadedRoutes;
import org.elastauth.config.Rules.Between;
import org.elastauth.config.Rules.Matches;
import org.elastauth.config.Rules.Name;
import org.elastauth.config.Rules.OneOf;
import org.springframework.boot.context.properties.bind.DefaultValue;

public record SessionSettings(
    @DefaultValue("false") boolean enabled,
    @DefaultValue("24h") @Alias({"session.ttl", "oidc.session_duration"}) @Between({"60s", "30d"})
        Duration maxAge,
    @DefaultValue("elastauth_session")
        @Matches({"[A-Za-z0-9._-]{1,64}", "takes 1 to 64 of A-Z a-z 0-9 . _ -"})
        String cookieName,
    @DefaultValue("")
        @Matches({
          "|(?=.{1,253}$)([A-Za-z0-9-]{1,63}\\.)*[A-Za-z0-9-]{1,63}",
          "is not a domain; write it like example.org"
        })
        String cookieDomain,
    @DefaultValue("memory") @Alias("AUTHLY_REDIS_SESSION=redis|memory") @Name String store,
    @DefaultValue("memory") @OneOf({"memory", "fail_open", "fail_closed"}) String policy,
    LoadedRoutes routes)
    implements Checked {

  /** Whether sessions are in Redis. */
  public boolean inRedis() {
    return enabled && routes.has("session-redis");
  }

  /** The store that changes sessions: hybrid only reads them elsewhere. */
  public String shared() {
    return store.equals("hybrid") ? "redis" : store;
  }

  @Override
  public void check(Faults faults) {
    faults.when(
        cookieName.startsWith("__"),
        "cookie_name",
        "starts with __, which browsers reserve; the gateway itself adds __Host- where it can");
  }
}
