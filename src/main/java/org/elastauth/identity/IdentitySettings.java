package org.elastauth.identity;

import java.util.List;
import org.elastauth.config.Alias;
import org.elastauth.config.Checked;
import org.elastauth.config.Faults;
import org.elastauth.net.TrustedProxies;
import org.springframework.boot.context.properties.bind.DefaultValue;

/** The trusted proxies, the allowed groups, and the names of the identity headers. */
public record IdentitySettings(
    List<String> trustedProxies,
    @DefaultValue("false") @Alias("ENABLE_GROUP_WHITELIST") boolean enableGroupWhitelist,
    @DefaultValue @Alias("GROUP_WHITELIST") List<String> groupWhitelist,
    AutheliaSettings authelia,
    Names identity)
    implements Checked {
  /** The default of {@link #trustedProxies}. */
  public static final List<String> PRIVATE_NETWORKS =
      List.of(
          "127.0.0.0/8", "::1/128", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7");

  public IdentitySettings {
    trustedProxies = trustedProxies == null ? PRIVATE_NETWORKS : trustedProxies;
  }

  /**
   * @param sharedNames whether an identity without subject, from headers, is the same user as a
   *     subject of an OpenID Connect provider with its name
   */
  public record Names(@DefaultValue("false") boolean sharedNames) {}

  @Override
  public void check(Faults faults) {
    for (String block : trustedProxies) {
      faults.when(
          !PRIVATE_NETWORKS.contains(block) && !TrustedProxies.isBlock(block),
          "trusted_proxies",
          block,
          "is not a CIDR block; write it like 10.0.0.0/8 or 192.0.2.7/32");
    }
    faults.when(
        enableGroupWhitelist && groupWhitelist.isEmpty(),
        "group_whitelist",
        "is empty while enable_group_whitelist is on, so no user could log in; list the allowed groups");
  }
}
