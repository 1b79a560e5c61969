package org.elastauth.config;

/** A record of settings with rules for several of its values together. */
public interface Checked {
  void check(Faults faults);
}
