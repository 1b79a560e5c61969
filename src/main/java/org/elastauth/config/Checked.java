package org.elastauth.config;

/** A record of settings with rules that involve several settings. */
public interface Checked {
  void check(Faults faults);
}
