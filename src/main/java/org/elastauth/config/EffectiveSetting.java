package org.elastauth.config;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The value of a setting that is in use, without secrets.
 *
 * @param path of the setting
 * @param key of an entry, if the setting is a map; else empty
 * @param value a text, number, boolean or list
 * @param origin file and line, variable or option; {@link #DEFAULT}, or {@link #OTHERS}
 * @param alias the name that is used there; empty for the setting's own name
 */
public record EffectiveSetting(String path, String key, Object value, String origin, String alias) {
  static final String DEFAULT = "default";

  /** The value follows from those of other settings. */
  static final String OTHERS = "follows from other settings";

  /** The same value for a reason. */
  public EffectiveSetting because(String reason) {
    return new EffectiveSetting(path, key, value, reason, alias);
  }

  public String name() {
    return key.isEmpty() ? path : path + "." + key;
  }

  public boolean isDefault() {
    return origin.equals(DEFAULT);
  }

  public boolean isDerived() {
    return origin.equals(OTHERS);
  }

  /** The members of its JSON object. */
  public Map<String, Object> json() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("value", value);
    json.put("origin", origin);
    if (!alias.isEmpty()) {
      json.put("alias", alias);
    }
    return json;
  }
}
