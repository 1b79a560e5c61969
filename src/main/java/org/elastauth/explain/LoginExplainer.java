package org.elastauth.explain;

import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.elastauth.config.Counted;
import org.elastauth.config.EffectiveSetting;
import org.elastauth.elasticsearch.ProtectedAccounts;
import org.elastauth.http.HttpError;
import org.elastauth.identity.GroupWhitelist;
import org.elastauth.identity.Identity;
import org.elastauth.identity.IdentityRules;
import org.elastauth.identity.OptionalFields;
import org.elastauth.identity.RoleMapping;
import org.elastauth.startup.CommandBeans;
import org.elastauth.startup.LoadedConfiguration;
import org.elastauth.startup.Settings;

/** Decides about a login as a gateway does whose cache is empty, but writes nothing. */
public final class LoginExplainer {
  private final LoadedConfiguration configuration;
  private final Settings settings;
  private final CommandBeans beans;
  private final Map<String, EffectiveSetting> effective;
  private final Explanation explanation = new Explanation();

  public LoginExplainer(LoadedConfiguration configuration, CommandBeans beans) {
    this.configuration = configuration;
    this.settings = configuration.settings();
    this.beans = beans;
    this.effective =
        configuration.effective().settings().stream()
            .collect(Collectors.toMap(EffectiveSetting::name, setting -> setting));
  }

  /** The beans that it needs. */
  public static CommandBeans beans(LoadedConfiguration configuration) {
    return configuration.settings().usesOidc()
        ? new CommandBeans(
            configuration,
            "identity",
            "elasticsearch",
            "health",
            "startup",
            "oidc.token",
            "oidc.provider",
            "redis")
        : new CommandBeans(configuration, "identity", "elasticsearch", "health", "startup");
  }

  public Explanation explain(Login login) {
    explainProvider();
    Identity identity;
    try {
      identity = identify(login);
    } catch (HttpError refused) {
      explanation.refuse(refused, mendOfIdentity(login, refused));
      return explanation;
    }
    explainIdentity(identity);
    explanation.decide(
        () -> beans.get(GroupWhitelist.class).refuse(identity),
        "add the group to group_whitelist, or set enable_group_whitelist to false");
    List<String> roles = explainRoles(identity);
    explainLimits();
    explanation.decide(
        () -> beans.get(ProtectedAccounts.class).refuseReserved(identity),
        "log in with another name; this one belongs to Elasticsearch or to the gateway itself");
    new AccountExplainer(settings, beans, explanation)
        .explain(identity, roles, login.token().isEmpty());
    return explanation;
  }

  /** Other refusals say themselves how to mend them. */
  private String mendOfIdentity(Login login, HttpError refused) {
    if (login.token().isEmpty()) {
      return "";
    }
    if (!settings.usesOidc()) {
      return "auth_provider " + settings.authProvider() + " accepts no tokens; use --user";
    }
    return switch (refused.status()) {
      case 401 ->
          "compare the token above with oidc.issuer, oidc.client_id and the clock, or request a new token";
      case 503 -> "run elastauth doctor, which examines the provider";
      default -> "";
    };
  }

  private void explainProvider() {
    String provider = settings.authProvider();
    String what =
        switch (provider) {
          case "authelia" ->
              "the headers "
                  + settings.identity().authelia().headerUsername()
                  + " and "
                  + settings.identity().authelia().headerGroups()
                  + ", from trusted_proxies only";
          case "oidc" -> "tokens of " + settings.oidc().issuer();
          default -> "a route of your own, direct:identity-" + provider;
        };
    explanation.add("provider", provider + ": " + what + origin("auth_provider"));
    List<String> own = configuration.ownRoutes();
    if (!own.isEmpty()) {
      explanation.add(
          "",
          "routes of your own can decide otherwise, and are not run: " + String.join(", ", own));
    }
  }

  private Identity identify(Login login) {
    if (!login.token().isEmpty()) {
      return new TokenIdentity(settings, beans, explanation).of(login.token());
    }
    return IdentityRules.identity(
        login.username(),
        "",
        "",
        login.groups(),
        beans.get(Clock.class).millis() / 1000,
        beans.get(OptionalFields.class));
  }

  private void explainIdentity(Identity identity) {
    explanation.add("user", identity.username());
    explanation.add(
        "groups",
        !identity.saysGroups()
            ? "unknown: the login does not name groups, so only default_roles can apply"
            : identity.groups().isEmpty() ? "none" : String.join(", ", identity.groups()));
  }

  private List<String> explainRoles(Identity identity) {
    RoleMapping mapping = beans.get(RoleMapping.class);
    boolean mapped = false;
    for (String group : identity.groups()) {
      List<EffectiveSetting> matching =
          effective.values().stream()
              .filter(setting -> setting.path().equals("group_mappings"))
              .filter(
                  setting -> GroupWhitelist.fold(setting.key()).equals(GroupWhitelist.fold(group)))
              .toList();
      mapped |= !matching.isEmpty();
      explanation.add(
          "mapping",
          matching.isEmpty()
              ? group + " is not in group_mappings"
              : group
                  + " → "
                  + matching.stream()
                      .map(setting -> setting.value() + " (" + setting.origin() + ")")
                      .collect(Collectors.joining(", ")));
    }
    if (!mapped) {
      explanation.add(
          "mapping",
          settings.roles().defaultRoles().isEmpty()
              ? "no group is mapped, and there are no default_roles"
              : "no group is mapped, so the default_roles apply" + origin("default_roles"));
    }
    explanation.decide(
        () -> mapping.roles(identity),
        "map one of the groups in group_mappings, or set default_roles");
    List<String> roles = mapping.of(identity);
    explanation.add("roles", roles.isEmpty() ? "none" : String.join(", ", roles));
    return roles;
  }

  private void explainLimits() {
    explanation.add(
        "whitelist",
        settings.identity().enableGroupWhitelist()
            ? String.join(", ", settings.identity().groupWhitelist()) + origin("group_whitelist")
            : "off");
    explanation.add(
        "rate limit",
        settings.rateLimit().enabled()
            ? Counted.of(settings.rateLimit().maxRequests(), "request")
                + " in "
                + effective.get("rate_limit.window").value()
                + ", counted in "
                + settings.rateLimit().store()
                + origin("rate_limit.max_requests")
            : "off");
  }

  private String origin(String setting) {
    EffectiveSetting found = effective.get(setting);
    return found == null ? "" : " (" + setting + ": " + found.origin() + ")";
  }
}
