package org.elastauth.migrate;

import java.util.Map;
import org.elastauth.config.SettingNames;

/** Settings of elastauth and Keyline that need no counterpart here. */
final class UnusedNames {
  private static final Map<String, String> REASONS =
      Map.ofEntries(
          Map.entry("CONFIG_PATH", "the option --config names the file"),
          Map.entry("FLASK_APP", "belongs to an elastauth before version 1"),
          Map.entry("FLASK_ENV", "belongs to an elastauth before version 1"),
          Map.entry("PYTHONWARNINGS", "belongs to an elastauth before version 1"),
          Map.entry("config", "!names a file of settings; give this command that file, too"),
          Map.entry("port", "elastauth does not read it; listen has the port"),
          Map.entry("host", "elastauth does not read it; listen has the address"),
          Map.entry(
              "proxy.tls.ca_cert", "for the gateway's own requests: elasticsearch.tls.ca_cert"));

  private UnusedNames() {}

  static void addTo(Map<String, String> reasons) {
    REASONS.forEach((name, reason) -> reasons.put(SettingNames.plain(name), reason));
  }
}
