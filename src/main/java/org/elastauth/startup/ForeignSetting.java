package org.elastauth.startup;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.elastauth.config.SettingNames;
import org.elastauth.config.SettingsReader;

/**
 * The settings of elastauth and of its successor Keyline that do not exist here. A setting that
 * decides who may log in or where data goes stops the start, because without it this would be
 * another gateway. The others are ignored with a warning.
 *
 * @param name also for names that start with it
 * @param harmless the value that asks for what this gateway does anyway; null if it decides nothing
 * @param reason what there is instead
 */
public record ForeignSetting(String name, String harmless, String reason) {
  private static final String NO_PROXY =
      "turns on a reverse proxy, which this gateway is not; remove it, and configure a reverse proxy"
          + " that asks the gateway about each request";
  private static final String NO_USERS =
      "adds users that this gateway cannot identify; remove it, and let Authelia or an OpenID Connect"
          + " provider identify them";
  private static final String NO_RULES =
      "chooses accounts by rules that this gateway does not know; remove it, and map groups to roles"
          + " with group_mappings and default_roles";

  private static final List<ForeignSetting> ALL =
      List.of(
          new ForeignSetting("proxy.enabled", "false", NO_PROXY),
          new ForeignSetting("operation_mode", "forward-auth", NO_PROXY),
          new ForeignSetting("server.mode", "forward-auth", NO_PROXY),
          new ForeignSetting("redis.port", "6379", "belongs into redis.host, as host:port"),
          new ForeignSetting("local_users.enabled", "false", NO_USERS),
          new ForeignSetting("ldap.enabled", "false", NO_USERS),
          new ForeignSetting("user_management.enabled", "true", NO_RULES),
          new ForeignSetting("elasticsearch.users", "", NO_RULES),
          new ForeignSetting(
              "role_mapping", "", NO_RULES + "; the command migrate does that for Keyline's"),
          new ForeignSetting("oidc.mappings", "", NO_RULES),
          new ForeignSetting("default_es_user", "", NO_RULES),
          new ForeignSetting("oidc.default_es_user", "", NO_RULES),
          new ForeignSetting(
              "elasticsearch.tls.enabled", null, "the scheme of elasticsearch.hosts decides"),
          new ForeignSetting("proxy.", null, "a reverse proxy has its own settings"),
          new ForeignSetting("upstream.", null, "a reverse proxy has its own settings"),
          new ForeignSetting("local_users.", null, "there are no local users"),
          new ForeignSetting("ldap.", null, "there is no LDAP"),
          new ForeignSetting("user_management.", null, "passwords have a fixed form"),
          new ForeignSetting(
              "server.write_timeout",
              null,
              "requests to Elasticsearch have elasticsearch.read_timeout"),
          new ForeignSetting(
              "server.max_concurrent", null, "connections are limited by http.max_connections"),
          new ForeignSetting("session.cookie_path", null, "the cookie is for the whole host"),
          new ForeignSetting("session.session_secret", null, "sessions have random names"),
          new ForeignSetting("base_path", null, "all addresses are below /elastauth"),
          new ForeignSetting("verify_ssl", null, "elasticsearch.tls.insecure_skip_verify decides"),
          new ForeignSetting("debug", null, "log_level decides"),
          new ForeignSetting("enable_metrics", null, "metrics are always at /elastauth/metrics"),
          new ForeignSetting("enable_otel", null, "there is no tracing"),
          new ForeignSetting(
              "observability.metrics", null, "metrics are always at /elastauth/metrics"),
          new ForeignSetting("observability.otel", null, "there is no tracing"));

  /**
   * @param unknown a name that belongs to no setting of the gateway
   */
  public static Optional<ForeignSetting> of(String unknown) {
    String plain = SettingNames.plain(unknown.replaceFirst("(?i)^elastauth[._]", ""));
    return ALL.stream()
        .filter(setting -> plain.startsWith(SettingNames.plain(setting.name)))
        .findFirst();
  }

  /** Whether it decides who may log in or where data goes. */
  public boolean decides() {
    return harmless != null;
  }

  /** Whether the gateway must not start with this value. */
  public boolean stops(String value) {
    return decides() && !value.isBlank() && !meaning(value).equals(harmless);
  }

  private static String meaning(String value) {
    return SettingsReader.isOn(value)
        ? "true"
        : SettingsReader.isOff(value)
            ? "false"
            : value.strip().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
