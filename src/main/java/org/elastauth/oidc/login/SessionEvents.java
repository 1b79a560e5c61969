package org.elastauth.oidc.login;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import org.springframework.context.annotation.Lazy;
import org.springframework.stereotype.Component;

/** Counts what happens to sessions. */
@Lazy
@Component
final class SessionEvents {
  enum Event {
    /** A login. */
    CREATED,
    REFRESHED,
    /** The provider or the gateway failed; the session continues. */
    REFRESH_FAILED,
    /** The provider has ended the session. */
    REFRESH_REFUSED,
    /** The user has ended the session. */
    LOGOUT,
    /** The provider has reported a logout, of one or more sessions. */
    PROVIDER_LOGOUT
  }

  private final Map<Event, Counter> counters = new EnumMap<>(Event.class);

  SessionEvents(MeterRegistry meters) {
    for (Event event : Event.values()) {
      counters.put(
          event,
          Counter.builder("elastauth.session.events")
              .description("Logins, refreshes and logouts of sessions")
              .tag("event", event.name().toLowerCase(Locale.ROOT))
              .register(meters));
    }
  }

  void count(Event event) {
    counters.get(event).increment();
  }
}
