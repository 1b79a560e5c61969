package org.elastauth.net;

import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.LoadingCache;
import inet.ipaddr.AddressStringParameters;
import inet.ipaddr.IPAddress;
import inet.ipaddr.IPAddressString;
import inet.ipaddr.IPAddressStringParameters;
import java.util.List;

/**
 * The peers whose identity headers are believed. For that only the connection's own address counts,
 * never a header.
 */
public final class TrustedProxies {
  /** In the place of an address that cannot be read. */
  public static final String UNKNOWN = "unknown";

  private static final int REMEMBERED = 10_000;

  /** One client of IPv6 has 2^64 addresses and more (RFC 4291 2.5.4). */
  private static final int CLIENT_BITS = 64;

  /** Addresses as people write them. By its own defaults the library takes "" for loopback. */
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

  /** Proxies are few and ask often. */
  private final LoadingCache<String, Boolean> verdicts =
      Caffeine.newBuilder().executor(Runnable::run).maximumSize(REMEMBERED).build(this::lookUp);

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

  /** Whether this is a block such as {@code 10.0.0.0/8}. */
  public static boolean isBlock(String text) {
    IPAddress address = parse(text);
    return address != null && address.isPrefixed();
  }

  private static IPAddress parse(String text) {
    return new IPAddressString(text, STRICT).getAddress();
  }

  /**
   * The client before the proxies: the connection's own peer, or if that is a proxy, the rightmost
   * entry of {@code X-Forwarded-For} that is none. What stands left of it anybody may have written.
   *
   * @param forwarded the header's values in their order; each may list several addresses
   * @return an address, of IPv6 the network of 64 bits it is in; {@link #UNKNOWN} if that entry is
   *     none; null if only proxies are known
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

  /** One address without a zone, or null; an IPv4 address in IPv6's form is that IPv4 address. */
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
