package org.elastauth.migrate;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.elastauth.config.Setting;
import org.elastauth.config.SettingNames;

/** The settings of the Traefik plugin outside of its {@code redis} block. */
final class TraefikoidcRules {
  private final SettingNames names;
  private final Translation translation;

  TraefikoidcRules(SettingNames names, Translation translation) {
    this.names = names;
    this.translation = translation;
  }

  /**
   * @param rules by plain name
   * @param foreign remarks by plain name; with ! for what decides who may log in
   */
  void addTo(Map<String, Consumer<Entry>> rules, Map<String, String> foreign) {
    rename(rules, "providerURL", "oidc.issuer");
    rename(rules, "clientID", "oidc.client_id");
    rename(rules, "clientSecret", "oidc.client_secret");
    rename(rules, "userIdentifierClaim", "oidc.claim_mappings.username");
    rename(rules, "groupClaimName", "oidc.claim_mappings.groups");
    rename(rules, "cookieDomain", "session.cookie_domain");
    rename(rules, "enablePKCE", "oidc.use_pkce");
    rename(rules, "oidcEndSessionURL", "oidc.end_session_endpoint");
    rename(rules, "caCertPath", "oidc.tls.ca_cert");
    rename(rules, "logLevel", "log_level");
    rules.put("scopes", this::scopes);
    rules.put("callbackurl", this::callback);
    foreign.put(
        "allowedrolesandgroups",
        "!lets in users of these groups only; write group_mappings for them and no default_roles");
    foreign.put("allowedusers", "!lets in these users only; put them into a group at the provider");
    foreign.put(
        "alloweduserdomains",
        "!lets in these domains only; put their users into a group at the provider");
    foreign.put("excludedurls", "!leaves these paths open; let the proxy not ask about them");
    foreign.put("audience", "!tokens must be for oidc.client_id; set it to this audience");
    foreign.put("insecureskipverify", "!trusts any provider; set oidc.tls.ca_cert instead");
    foreign.put("cacertpem", "!write it into a file, and set oidc.tls.ca_cert to its path");
    foreign.put("roleclaimname", "set oidc.claim_mappings.groups, if roles are groups here");
    foreign.put("ratelimit", "limits all requests of a second; see rate_limit for those of a user");
    foreign.put("headers", "see response.headers");
    foreign.put("forcehttps", "oidc.redirect_url has the scheme");
    foreign.put("cookieprefix", "session.cookie_name names the only cookie");
    foreign.put("logouturl", "the path is /elastauth/oidc/logout");
    foreign.put("postlogoutredirecturi", "the provider returns to the host of oidc.redirect_url");
    foreign.put("revocationurl", "a logout ends the session at the provider instead");
    foreign.put("overridescopes", "oidc.scopes is the whole list");
  }

  private void rename(Map<String, Consumer<Entry>> rules, String theirs, String ours) {
    Setting setting = names.key(ours).setting();
    rules.put(
        SettingNames.plain(theirs),
        entry -> {
          String text = new SettingNames.Spelling(setting, List.of()).canonical(entry.text());
          if (!text.isEmpty()) {
            translation.set(entry, setting, text.replaceFirst("^\\.", ""), "");
          }
        });
  }

  /** Theirs are added to the scopes that the plugin always asks for. */
  private void scopes(Entry entry) {
    Set<String> scopes = new LinkedHashSet<>(List.of("openid", "profile", "email"));
    scopes.addAll(entry.items());
    translation.set(entry, names.key("oidc.scopes").setting(), List.copyOf(scopes), "");
  }

  private void callback(Entry entry) {
    translation.none(
        entry,
        "set oidc.redirect_url to https://YOUR-HOST/elastauth/oidc/callback, and register that URL at the"
            + " provider",
        true);
  }
}
