package org.elastauth.identity;

import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.LoadingCache;
import inet.ipaddr.AddressStringParameters;
import inet.ipaddr.IPAddress;
import inet.ipaddr.IPAddressString;
import inet.ipaddr.IPAddressStringParameters;
import java.util.List;

/**
 * The peers whose identity headers are believed. Only the connection's own address counts, never a
 * header.
 */
public final class TrustedProxies {
  private static final int REMEMBERED = 10_000;

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

  private boolean lookUp(String text) {
    IPAddress address = parse(text);
    if (address == null || address.isMultiple()) {
      return false;
    }
    if (address.isIPv6()) {
      address = address.toIPv6().removeZone();
      if (address.toIPv6().isIPv4Mapped()) {
        address = address.toIPv6().getEmbeddedIPv4Address();
      }
    }
    for (IPAddress block : blocks) {
      if (block.contains(address)) {
        return true;
      }
    }
    return false;
  }
}
