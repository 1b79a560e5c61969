package org.elastauth.net;

import java.security.Security;

/**
 * How long the JVM keeps the address of a host name. Its default of 30 s would hide the new address
 * of a server that a container platform has started again. Only new connections need an address.
 */
public final class HostNameCache {
  private static final String TTL = "networkaddress.cache.ttl";
  private static final String NEGATIVE_TTL = "networkaddress.cache.negative.ttl";

  /** The last address is used for so long if the name servers do not answer. Java 21 and later. */
  private static final String STALE_TTL = "networkaddress.cache.stale.ttl";

  private static final String SECOND = "1";
  private static final String HOUR = "3600";

  private HostNameCache() {}

  /**
   * Shortens it to a second, unless the operator has configured it. Has no effect once the JVM has
   * resolved a host name.
   */
  public static void shorten() {
    if (Security.getProperty(TTL) == null && System.getProperty("sun.net.inetaddr.ttl") == null) {
      Security.setProperty(TTL, SECOND);
      Security.setProperty(NEGATIVE_TTL, SECOND);
      Security.setProperty(STALE_TTL, HOUR);
    }
  }
}
