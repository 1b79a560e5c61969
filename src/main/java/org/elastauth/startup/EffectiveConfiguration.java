package org.elastauth.startup;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.camel.Exchange;
import org.elastauth.config.EffectiveSetting;
import org.elastauth.config.OwnSettings;
import org.elastauth.config.SettingsReader.Reading;
import org.elastauth.http.GatewayEvent;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.stereotype.Component;

/** The values in use of all settings, and where each comes from. Secrets are {@code ***}. */
@Component("effectiveConfiguration")
public final class EffectiveConfiguration {
  private static final List<String> REDIS =
      List.of("redis.enabled", "redis.url", "redis.host", "cache.type");

  /** The settings from which {@link Settings#addDefaults} takes others. */
  private static final Map<String, List<String>> CAUSES =
      Map.of(
          "cache.type",
          REDIS,
          "session.store",
          REDIS,
          "rate_limit.store",
          REDIS,
          "replay.store",
          REDIS,
          "session.enabled",
          List.of("auth_provider"),
          "replay.enabled",
          List.of("auth_provider"),
          "user_store",
          List.of("elasticsearch.dry_run"),
          "elasticsearch.dry_run",
          List.of("user_store"));

  /** Computed when it is asked for, because most gateways are never asked. */
  private final Supplier<List<EffectiveSetting>> settings;

  private final ApplicationEventPublisher events;

  EffectiveConfiguration(
      Reading<?> reading, ConfigurableEnvironment environment, ApplicationEventPublisher events) {
    this.events = events;
    this.settings =
        () ->
            Stream.concat(
                    explained(reading.effective().get()),
                    OwnSettings.effective(environment.getPropertySources()).stream())
                .toList();
  }

  private static Stream<EffectiveSetting> explained(List<EffectiveSetting> settings) {
    Set<String> configured =
        settings.stream()
            .filter(setting -> !setting.isDefault() && !setting.isDerived())
            .map(EffectiveSetting::path)
            .collect(Collectors.toSet());
    return settings.stream()
        .map(
            setting ->
                setting.isDerived()
                    ? setting.because(
                        CAUSES.getOrDefault(setting.path(), List.of()).stream()
                            .filter(configured::contains)
                            .collect(Collectors.joining(", ", "follows from ", "")))
                    : setting);
  }

  public List<EffectiveSetting> settings() {
    return settings.get();
  }

  /** All of them by name, as the administrator receives them. */
  public Map<String, Object> json(Exchange exchange) {
    events.publishEvent(
        GatewayEvent.of(exchange, "configuration-read", "", Map.of("by", "admin.credential")));
    Map<String, Object> json = new LinkedHashMap<>();
    settings().forEach(setting -> json.put(setting.name(), setting.json()));
    return json;
  }
}
