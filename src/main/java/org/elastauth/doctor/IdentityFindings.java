package org.elastauth.doctor;

import java.util.List;
import org.elastauth.identity.IdentitySettings;
import org.elastauth.net.TrustedProxies;
import org.elastauth.startup.Settings;

/** Which hosts may say who a user is. */
record IdentityFindings(Settings settings) implements Area.Examination {
  private static final String PROXIES = "trusted_proxies";
  private static final int WIDEST = 16;
  private static final int WIDEST_IPV6 = 48;

  @Override
  public void into(Findings findings) {
    List<String> blocks =
        settings.identity().trustedProxies().stream().filter(TrustedProxies::isBlock).toList();
    boolean byHeaders = settings.authProvider().equals("authelia");
    if (byHeaders) {
      findings.ok(
          "auth_provider",
          "the header "
              + settings.identity().authelia().headerUsername()
              + " of a trusted proxy names the user");
    }
    if (blocks.isEmpty()) {
      if (byHeaders) {
        findings.fault(
            PROXIES,
            "it is empty, so every login is refused",
            "set it to the address of your reverse proxy");
      }
      return;
    }
    if (blocks.equals(IdentitySettings.PRIVATE_NETWORKS)) {
      return; // a warning of the configuration
    }
    for (String block : blocks) {
      if (prefix(block) == 0) {
        add(
            findings,
            byHeaders ? Level.FAULT : Level.WARNING,
            block + " is every address" + (byHeaders ? ": any host can log in as any user" : ""));
      } else if (prefix(block) < (block.contains(":") ? WIDEST_IPV6 : WIDEST)) {
        add(
            findings,
            Level.WARNING,
            block
                + " is a wide network"
                + (byHeaders ? ": any host in it can log in as any user" : ""));
      } else {
        findings.ok(PROXIES, block + " is trusted");
      }
    }
    if (blocks.stream().allMatch(block -> block.matches("127\\..*|::1/128"))) {
      findings.note(
          PROXIES,
          "only this machine is trusted, so the reverse proxy must run on it, or in the same pod",
          "add the proxy's address if it runs elsewhere");
    }
  }

  private static void add(Findings findings, Level level, String what) {
    findings.add(
        new Finding(level, PROXIES, what, "list only the addresses of your reverse proxy"));
  }

  private static int prefix(String block) {
    return Integer.parseInt(block.substring(block.indexOf('/') + 1));
  }
}
