package org.elastauth.net;

import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.LoadingCache;
import inet.ipaddr.AddressStringParameters;
import inet.ipaddr.IPAddress;
import inet.ipaddr.IPAddressString;
import inet.ipaddr.IPAddressStringParameters;
import java.util.List;

/**
 * The peers whose identity headers are trusted, by the address of the connection, never by a
 * header.
 */
public final class TrustedProxies {
  /** Replaces an invalid address. */
  public static final String UNKNOWN = "unknown";

  private static final int MAX_CACHED = 10_000;

  /** An IPv6 client has at least 2^64 addresses (RFC 4291, 2.5.4). */
  private static final int CLIENT_BITS = 64;

  /** The library's defaults accept unusual forms, such as an empty text for loopback. */
  private static final IPAddressStringParameters STRICT =
      new IPAddressStringParameters.Builder()
          .allowEmpty(false)
          .allowAll(false)
          .allowMask(false)
          .allowSingleSegment(false)
          .allowWildcardedSeparator(false)
          .setRangeOptions(AddressStringParameters.RangeParameters.NO_RANGE)
          .getIPv4AddressParametersBuilder()
          .allow_inet_aton(false)
          .getParentBuilder()
          .toParams();

  private final List<IPAddress> blocks;

  private final LoadingCache<String, Boolean> verdicts =
      Caffeine.newBuilder().executor(Runnable::run).maximumSize(MAX_CACHED).build(this::lookUp);

  /**
   * @param cidrs blocks such as {@code 10.0.0.0/8}
   */
  public TrustedProxies(List<String> cidrs) {
    this.blocks = cidrs.stream().map(cidr -> parse(cidr).toPrefixBlock()).toList();
  }

  /**
   * @param address an IP address as text, possibly with a zone
   */
  public boolean contains(String address) {
    return verdicts.get(address);
  }

  /** Whether this is a CIDR block such as {@code 10.0.0.0/8}. */
  public static boolean isBlock(String text) {
    IPAddress address = parse(text);
    return address != null && address.isPrefixed();
  }

  private static IPAddress parse(String text) {
    return new IPAddressString(text, STRICT).getAddress();
  }

  /**
   * The client in front of the proxies: the connection's peer, or, if that is a proxy, the
   * rightmost entry of {@code X-Forwarded-For} that is not a proxy. A client can forge the entries
   * left of it.
   *
   * @param forwarded the values of the header in their order; each may list several addresses
   * @return an address, for IPv6 its /64 network; {@link #UNKNOWN} for an invalid entry; null if
   *     all are proxies
   */
  public String client(String peer, List<String> forwarded) {
    if (!contains(peer)) {
      return canonical(address(peer));
    }
    String[] entries = String.join(",", forwarded).split(",");
    for (int i = entries.length - 1; i >= 0; i--) {
      String entry = entries[i].trim();
      if (entry.isEmpty()) {
        continue;
      }
      IPAddress address = address(withoutPort(entry));
      if (address == null || !isTrusted(address)) {
        return canonical(address);
      }
    }
    return null;
  }

  private static String canonical(IPAddress address) {
    if (address == null) {
      return UNKNOWN;
    }
    IPAddress client = address.isIPv6() ? address.toPrefixBlock(CLIENT_BITS).getLower() : address;
    return client.withoutPrefixLength().toCanonicalString();
  }

  private static String withoutPort(String entry) {
    int bracket = entry.indexOf(']');
    if (entry.charAt(0) == '[' && bracket > 0) {
      return entry.substring(1, bracket);
    }
    int colon = entry.indexOf(':');
    return colon > 0 && colon == entry.lastIndexOf(':') ? entry.substring(0, colon) : entry;
  }

  private boolean lookUp(String text) {
    IPAddress address = address(text);
    return address != null && isTrusted(address);
  }

  /** An address without zone, IPv4-mapped IPv6 as IPv4; null if invalid. */
  private static IPAddress address(String text) {
    IPAddress address = parse(text);
    if (address == null || address.isMultiple()) {
      return null;
    }
    if (address.isIPv6()) {
      address = address.toIPv6().removeZone();
      if (address.toIPv6().isIPv4Mapped()) {
        address = address.toIPv6().getEmbeddedIPv4Address();
      }
    }
    return address;
  }

  private boolean isTrusted(IPAddress address) {
    for (IPAddress block : blocks) {
      if (block.contains(address)) {
        return true;
      }
    }
    return false;
  }
}
