package org.elastauth.config;

/**
 * One thing that is wrong with the configuration.
 *
 * @param key the setting, as a dotted path
 * @param value what was found there, {@code ***} for a secret, empty if nothing was
 * @param mend what is wrong with it and what to write instead
 */
public record Fault(String key, String value, String mend) {
  @Override
  public String toString() {
    return key + (value.isEmpty() ? "" : "=" + value) + ": " + mend;
  }
}
