package org.elastauth.doctor;

/** How serious a finding is. */
public enum Level {
  OK,

  /** Nothing to mend, but good to know; also a check that was not possible. */
  NOTE,

  /** The gateway works, but not safely, or not in every situation. */
  WARNING,

  /** The gateway does not start, or logins fail. */
  FAULT;

  /** As reports show it. */
  public String label() {
    return name().toLowerCase(java.util.Locale.ROOT);
  }
}
