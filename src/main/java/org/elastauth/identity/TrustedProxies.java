package org.elastauth.identity;

import io.netty.handler.ipfilter.IpFilterRuleType;
import io.netty.handler.ipfilter.IpSubnetFilterRule;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;

/**
 * The peers whose identity headers are believed. Only the connection's own address counts, never a
 * header.
 */
public final class TrustedProxies {
  private final List<IpSubnetFilterRule> blocks;

  /**
   * @param cidrs blocks such as {@code 10.0.0.0/8}
   */
  public TrustedProxies(List<String> cidrs) {
    this.blocks = cidrs.stream().map(TrustedProxies::rule).toList();
  }

  private static IpSubnetFilterRule rule(String cidr) {
    int slash = cidr.lastIndexOf('/');
    return new IpSubnetFilterRule(
        cidr.substring(0, slash),
        Integer.parseInt(cidr.substring(slash + 1)),
        IpFilterRuleType.ACCEPT);
  }

  /**
   * @param address an IP address as text, possibly with a zone
   */
  public boolean contains(String address) {
    int zone = address.indexOf('%');
    InetAddress parsed =
        NetUtil.createInetAddressFromIpAddressString(
            zone < 0 ? address : address.substring(0, zone));
    if (parsed == null) {
      return false;
    }
    InetSocketAddress peer = new InetSocketAddress(parsed, 0);
    for (IpSubnetFilterRule block : blocks) {
      if (block.matches(peer)) {
        return true;
      }
    }
    return false;
  }
}
