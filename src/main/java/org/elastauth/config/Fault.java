package org.elastauth.config;

/**
 * A fault of the configuration.
 *
 * @param key the setting, as a dotted path
 * @param value as configured; {@code ***} for a secret, empty without a value
 * @param mend what is wrong, and what to write instead
 */
public record Fault(String key, String value, String mend) {
  @Override
  public String toString() {
    return key + (value.isEmpty() ? "" : "=" + value) + ": " + mend;
  }
}
