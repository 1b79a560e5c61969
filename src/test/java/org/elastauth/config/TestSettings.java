package org.elastauth.config;

import java.util.Map;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.StandardEnvironment;

/** Settings for tests that start no gateway; what the shell has exported is none of them. */
public final class TestSettings {
  private TestSettings() {}

  /**
   * @param values by their path below {@code elastauth}; everything else is at its default
   */
  public static Settings of(Map<String, Object> values) {
    StandardEnvironment environment =
        new StandardEnvironment() {
          @Override
          public Map<String, Object> getSystemEnvironment() {
            return Map.of();
          }
        };
    Map<String, Object> prefixed = new java.util.HashMap<>();
    values.forEach((key, value) -> prefixed.put(SettingsReader.PREFIX + key, value));
    environment.getPropertySources().addFirst(new MapPropertySource("test", prefixed));
    return new SettingsReader(environment).read().settings();
  }
}
