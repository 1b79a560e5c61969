package org.elastauth.config;

import com.github.benmanes.caffeine.cache.Ticker;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.elastauth.config.SettingsReader.Reading;
import org.elastauth.identity.OptionalFields;
import org.elastauth.oidc.OidcSettings;
import org.elastauth.startup.Settings;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.StandardEnvironment;

/** Settings for tests that start no gateway; what the shell has exported is none of them. */
public final class TestSettings {
  private TestSettings() {}

  /**
   * @param values by their path below {@code elastauth}; everything else is at its default
   */
  public static Settings of(Map<String, Object> values) {
    return read(environment(Map.of(), values)).settings();
  }

  /** Where the optional fields of an identity come from. */
  public static OptionalFields fields(Settings settings) {
    OidcSettings.ClaimMappings claims = settings.oidc().claimMappings();
    return new OptionalFields(
        settings.authProvider(),
        claims.email(),
        claims.fullName(),
        claims.groups(),
        settings.identity(),
        Ticker.systemTicker());
  }

  /** What is wrong with such settings. */
  public static List<Fault> faults(Map<String, Object> values) {
    return read(environment(Map.of(), values)).invalid();
  }

  static Reading<Settings> read(ConfigurableEnvironment environment) {
    return new SettingsReader<>(environment, Settings.class, Settings::addDefaults).read();
  }

  /** All settings by path. */
  static Map<String, Setting> all() {
    return new SettingNames(Settings.class).settings();
  }

  static ConfigurableEnvironment environment(
      Map<String, Object> variables, Map<String, Object> values) {
    StandardEnvironment environment =
        new StandardEnvironment() {
          @Override
          public Map<String, Object> getSystemEnvironment() {
            return variables;
          }
        };
    Map<String, Object> prefixed = new HashMap<>();
    values.forEach((key, value) -> prefixed.put(SettingsReader.PREFIX + key, value));
    environment.getPropertySources().addFirst(new MapPropertySource("test", prefixed));
    return environment;
  }
}
