package org.elastauth.config;

/**
 * A fault of the configuration.
 *
 * @param key the setting, as a dotted path
 * @param value as configured; {@code ***} for a secret, empty without a value
 * @param mend what is wrong, and what to write instead
 * @param origin where the value is configured; empty if unknown
 */
public record Fault(String key, String value, String mend, String origin) {
  public Fault(String key, String value, String mend) {
    this(key, value, mend, "");
  }

  Fault from(String place) {
    return new Fault(key, value, mend, place);
  }

  @Override
  public String toString() {
    return key
        + (value.isEmpty() ? "" : "=" + value)
        + ": "
        + mend
        + (origin.isEmpty() ? "" : " (" + origin + ")");
  }
}
