package org.elastauth.config;

import java.util.List;
import java.util.stream.Collectors;

/** The gateway cannot start with this configuration. Carries all faults, not only the first. */
public final class ConfigurationFaults extends RuntimeException {
  private final transient List<Fault> faults;

  public ConfigurationFaults(List<Fault> faults) {
    super(
        faults.stream().map(Fault::toString).collect(Collectors.joining("\n")), null, false, false);
    this.faults = List.copyOf(faults);
  }

  public List<Fault> faults() {
    return faults;
  }
}
