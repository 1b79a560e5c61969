package org.elastauth.metrics;

/** Where the credential of a request came from: a cache, or the user store. */
public final class Tier {
  private final String name;
  private final Latency latency;

  Tier(String name, Latency latency) {
    this.name = name;
    this.latency = latency;
  }

  /** The user is logged in with a credential from here. */
  public void answered(long nanos) {
    latency.record(nanos);
  }

  @Override
  public String toString() {
    return name;
  }
}
