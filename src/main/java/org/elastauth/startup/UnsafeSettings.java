package org.elastauth.startup;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.elastauth.cache.CacheSettings;
import org.elastauth.identity.IdentitySettings;

/** Settings that are unsafe in production, or keep users from logging in. */
public final class UnsafeSettings {
  private static final Pattern LOOPBACK =
      Pattern.compile("http://(localhost|127\\.[0-9.]+|\\[::1])[:/]");
  private static final Predicate<String> REPEATED =
      Pattern.compile("(.{1,32})\\1+").asMatchPredicate();

  private final List<String> found = new ArrayList<>();

  private UnsafeSettings() {}

  /** A warning for each, with the remedy. */
  public static List<String> of(Settings settings) {
    UnsafeSettings unsafe = new UnsafeSettings();
    unsafe.find(settings);
    return List.copyOf(unsafe.found);
  }

  private void find(Settings settings) {
    warnIf(
        settings.keys().isEmpty(),
        "secret_key is not set: this gateway has made up a random key. Each restart changes all passwords"
            + " and ends all sessions, and no other gateway can share them; set secret_key"
            + " (ELASTAUTH_SECRET_KEY) to the output of the command generate-key");
    warnIf(
        settings.keys().isEmpty() && !CacheSettings.SHIPPED.contains(settings.cache().type()),
        "secret_key is not set, but cache.type is a route file of your own: its entries cannot be"
            + " decrypted after a restart or by another gateway; generate a key with the command generate-key");
    warnIf(
        settings.keys().all().stream().anyMatch(REPEATED),
        "secret_key repeats a pattern, as the example in elastauth's documentation does: others can"
            + " guess it; generate a key with the command generate-key");
    warnIf(
        settings.elasticsearch().dryRun(),
        "elasticsearch.dry_run is on: the gateway never contacts Elasticsearch, and the credentials"
            + " in its responses are not valid there; set it to false in production");
    warnIf(
        settings.elasticsearch().computesOnly() && !settings.elasticsearch().dryRun(),
        "a route file of your own calls direct:user-store-dry-run: the credentials of these logins"
            + " are not valid in Elasticsearch; call another user store in production");
    warnIf(
        settings.elasticsearch().isUsed() && settings.elasticsearch().username().isEmpty(),
        "elasticsearch.username and elasticsearch.password are not set: every login fails;"
            + " set them (ELASTAUTH_ELASTICSEARCH_USERNAME, ELASTAUTH_ELASTICSEARCH_PASSWORD) to an account with"
            + " the cluster privilege manage_security, and elasticsearch.hosts (ELASTAUTH_ELASTICSEARCH_HOSTS)");
    warnIf(
        !settings.identity().enableGroupWhitelist()
            && !settings.identity().groupWhitelist().isEmpty(),
        "group_whitelist is set but enable_group_whitelist is off: users of every group can log in;"
            + " set enable_group_whitelist to true");
    warnIf(
        settings.roles().groupMappings().isEmpty() && settings.roles().defaultRoles().isEmpty(),
        "neither group_mappings nor default_roles are set: every login is rejected, because no user"
            + " has a role; set default_roles (ELASTAUTH_DEFAULT_ROLES), or map groups to roles");
    if (settings.usesOidc()) {
      warnOfProvider(settings);
      warnOfRedirectUrl(settings);
    }
    warnIf(
        settings.redis().tls().skipVerify() && settings.usesRedis(),
        "redis.tls.skip_verify is on: an attacker on the network path to Redis can read and replace"
            + " cached data; set redis.tls.ca_cert instead");
    warnIf(
        settings.identity().trustedProxies().equals(IdentitySettings.PRIVATE_NETWORKS),
        "trusted_proxies is at its default: any host on a private network can log in as any user;"
            + " set trusted_proxies (ELASTAUTH_TRUSTED_PROXIES) to the address of your reverse proxy");
  }

  private void warnOfProvider(Settings settings) {
    warnIf(
        settings.oidc().issuer().startsWith("http:"),
        "oidc.issuer is not encrypted: an attacker on the network path to the provider can log in as"
            + " any user; use https://");
    warnIf(
        settings.oidc().allowHttpEndpoints(),
        "oidc.allow_http_endpoints is on: an attacker on the network path to an http:// endpoint of the"
            + " provider can log in as any user; use https:// endpoints, and set it to false");
    warnIf(
        settings.oidc().bearer().equals("any"),
        "oidc.bearer is any: an ID token is accepted as a bearer token, so every service that receives"
            + " a user's ID token can log in as this user; set it to access if the provider's access"
            + " tokens can be told from ID tokens");
    warnIf(
        settings.oidc().tokenValidation().equals("userinfo"),
        "oidc.token_validation is userinfo: opaque tokens name no audience, so tokens of every client"
            + " of the provider are accepted; use jwks or both to accept only those for oidc.client_id");
  }

  private void warnOfRedirectUrl(Settings settings) {
    String redirectUrl = settings.oidc().redirectUrl();
    if (redirectUrl.isEmpty()) {
      found.add(
          "oidc.redirect_url is not set: browsers cannot log in and receive 401; set it to the"
              + " gateway's callback URL, also if oidc.allowed_hosts is set");
    } else if (!settings.session().enabled()) {
      found.add(
          "session.enabled is off: browsers cannot log in although oidc.redirect_url is set;"
              + " set session.enabled to true");
    } else {
      warnIf(
          redirectUrl.startsWith("http:") && !LOOPBACK.matcher(redirectUrl).lookingAt(),
          "oidc.redirect_url is not https: an attacker on the network can steal session cookies;"
              + " use https://");
    }
  }

  private void warnIf(boolean wrong, String message) {
    if (wrong) {
      found.add(message);
    }
  }
}
