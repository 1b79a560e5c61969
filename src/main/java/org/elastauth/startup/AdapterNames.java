package org.elastauth.startup;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.elastauth.audit.AuditSettings;
import org.elastauth.cache.CacheSettings;
import org.elastauth.config.Fault;
import org.elastauth.config.NearestName;
import org.elastauth.config.Rules.Name;
import org.elastauth.config.SettingsReader.Reading;
import org.elastauth.ratelimit.RateLimitSettings;
import org.elastauth.routes.RouteCalls;
import org.elastauth.routes.RouteFile;
import org.elastauth.routes.RouteSet;

/**
 * The names of adapters: each is a part of {@code direct:} endpoints that a route file serves. A
 * name that no file serves is a fault, which lists the names that there are.
 */
final class AdapterNames {
  private static final List<Port> PORTS =
      List.of(
          new Port("auth_provider", "identity-", "", Set.of("authelia", "oidc")),
          new Port("cache.type", "cache-", "-get", CacheSettings.SHIPPED),
          new Port("user_store", "user-store-", "", Set.of("elasticsearch", "dry-run")),
          new Port("session.store", "session-", "-get", Set.of("memory", "redis", "hybrid")),
          new Port("rate_limit.store", "rate-limit-", "-count", RateLimitSettings.SHIPPED),
          new Port("audit.target", "audit-", "", AuditSettings.SHIPPED));

  /**
   * A part of the gateway that adapters serve.
   *
   * @param prefix of its endpoints, in front of the name
   * @param mark behind the name in an endpoint that each adapter serves
   * @param shipped the names of the packaged adapters
   */
  private record Port(String setting, String prefix, String mark, Set<String> shipped) {
    boolean isOf(String name, String endpoint) {
      return endpoint.equals(prefix + name) || endpoint.startsWith(prefix + name + "-");
    }

    String name(Settings settings) {
      return switch (setting) {
        case "auth_provider" -> settings.authProvider();
        case "cache.type" -> settings.cache().type();
        case "user_store" -> settings.userStore();
        case "session.store" -> settings.session().store();
        case "audit.target" -> settings.audit().target();
        default -> settings.rateLimit().store();
      };
    }
  }

  private final RouteCalls all;
  private final Map<String, RouteFile> served;

  /**
   * @param all files, used or not
   */
  private AdapterNames(RouteCalls all) {
    this.all = all;
    this.served = all.served();
  }

  /**
   * One fault for each setting whose adapter does not exist, or lacks endpoints that the files in
   * use call. Files that are no YAML may serve anything.
   *
   * @param all files, used or not
   * @param placeholders resolves those of the routes
   */
  static List<Fault> faults(
      RouteSet all, RouteSet used, Reading<Settings> reading, UnaryOperator<String> placeholders) {
    Set<String> missing = RouteCalls.of(used.files(), placeholders).missing();
    boolean areShipped =
        PORTS.stream().allMatch(port -> port.shipped.contains(port.name(reading.settings())));
    if (missing.isEmpty() && areShipped) {
      return List.of();
    }
    AdapterNames names = new AdapterNames(RouteCalls.of(all.files(), placeholders));
    return names.all.isComplete() ? names.faults(missing, reading) : List.of();
  }

  private List<Fault> faults(Set<String> missing, Reading<Settings> reading) {
    List<Fault> faults = new ArrayList<>();
    for (Port port : PORTS) {
      String name = port.name(reading.settings());
      String main = port.prefix + name + port.mark;
      Set<String> lacking = new TreeSet<>(missing);
      lacking.removeIf(endpoint -> !port.isOf(name, endpoint));
      if (!port.shipped.contains(name) && !served.containsKey(main)) {
        lacking.add(main); // also while the feature is off
      }
      // another text may be a secret, and is a fault already
      if (!lacking.isEmpty() && name.matches(Name.FORM)) {
        String origin = reading.origins().getOrDefault(port.setting, "");
        faults.add(new Fault(port.setting, name, mend(port, name, lacking), origin));
      }
    }
    return faults;
  }

  private String mend(Port port, String name, Set<String> lacking) {
    String reason =
        "no route serves "
            + lacking.stream().map(each -> "direct:" + each).collect(Collectors.joining(", "));
    List<String> own =
        served.entrySet().stream()
            .filter(endpoint -> port.isOf(name, endpoint.getKey()))
            .map(endpoint -> file(endpoint.getValue()))
            .distinct()
            .toList();
    if (!own.isEmpty()) {
      return reason + ", which this adapter needs, too; add them to " + String.join(", ", own);
    }
    Map<String, String> there = there(port);
    return reason
        + NearestName.of(name, there.keySet())
            .map(near -> "; did you mean " + near + "? There are ")
            .orElse("; there are ")
        + there.entrySet().stream()
            .map(adapter -> adapter.getKey() + " (" + adapter.getValue() + ")")
            .collect(Collectors.joining(", "));
  }

  /** The adapters of a port, with their files. */
  private Map<String, String> there(Port port) {
    Map<String, String> there = new TreeMap<>();
    if (port.setting.equals("rate_limit.store")) {
      port.shipped.forEach(each -> there.put(each, "rate-limit" + RouteFile.SUFFIX));
    } else if (port.setting.equals("audit.target")) {
      there.put(AuditSettings.FILE, "audit.path");
    }
    served.forEach(
        (endpoint, file) -> {
          String name =
              endpoint.startsWith(port.prefix) && endpoint.endsWith(port.mark)
                  ? endpoint.substring(port.prefix.length(), endpoint.length() - port.mark.length())
                  : "";
          // sorted: identity-oidc comes before identity-oidc-token, which is a part of it
          boolean isPart =
              port.mark.isEmpty()
                  && there.keySet().stream().anyMatch(other -> name.startsWith(other + "-"));
          if (!name.isEmpty() && !isPart) {
            there.put(name, file(file));
          }
        });
    return there;
  }

  private static String file(RouteFile file) {
    return file.isOwn() ? file.place() : file.name();
  }
}
