package org.elastauth.doctor;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.elastauth.config.Fault;
import org.elastauth.config.SecretFiles;
import org.elastauth.config.TlsFiles;
import org.elastauth.routes.RouteSet;
import org.elastauth.startup.ConfigurationInspection;
import org.elastauth.startup.Settings;
import org.elastauth.startup.UnsafeSettings;

/** Examines everything that a gateway needs. Changes nothing, on this machine or on a server. */
public final class Doctor {
  private final ConfigurationInspection configuration;
  private final List<Fault> faults;
  private final Settings settings;

  private Doctor(ConfigurationInspection configuration) {
    this.configuration = configuration;
    this.faults = configuration.faults();
    this.settings = configuration.settings();
  }

  /**
   * @param token an access token whose claims are shown; empty for none
   * @param limit the longest time of an area; all areas are examined at the same time
   */
  public static Report examine(
      ConfigurationInspection configuration, String token, Duration limit) {
    return new Examiner(limit).examine(new Doctor(configuration).areas(token));
  }

  private List<Area> areas(String token) {
    SecretFiles secrets = configuration.secretFiles();
    List<Area> areas = new ArrayList<>();
    areas.add(
        new Area("Configuration", new ConfigurationFindings(faults, UnsafeSettings.of(settings))));
    areas.add(area("Redis", new RedisFindings(settings, secrets), "redis", "cache.key_prefix"));
    areas.add(
        area(
            "Elasticsearch",
            new ElasticsearchFindings(settings, secrets),
            "elasticsearch",
            "secret_key"));
    if (settings.cache().inDatabase()) {
      areas.add(area("Database", new DatabaseFindings(settings.cache()), "cache"));
    }
    areas.add(area("Identity", new IdentityFindings(settings), "trusted_proxies"));
    if (settings.usesOidc() || !token.isEmpty()) {
      areas.add(area("OpenID Connect", new ProviderFindings(settings, token), "oidc"));
    }
    areas.add(
        area(
            "Certificates",
            new CertificateFindings(settings, Instant.now()),
            "redis",
            "elasticsearch",
            "oidc"));
    areas.add(new Area("Files", files()));
    areas.add(
        new Area(
            "Machine",
            new LimitFindings(
                ContainerLimits.ofThisProcess(),
                Runtime.getRuntime().maxMemory(),
                settings.http())));
    areas.add(area("Address", new ListenFindings(settings), "listen"));
    return areas;
  }

  /** An area is not examined if its settings have faults, because these have their defaults. */
  private Area area(String name, Area.Examination examination, String... prefixes) {
    List<String> wrong =
        faults.stream()
            .map(Fault::key)
            .filter(key -> Stream.of(prefixes).anyMatch(prefix -> isBelow(key, prefix)))
            .distinct()
            .toList();
    return wrong.isEmpty()
        ? new Area(name, examination)
        : new Area(
            name,
            findings ->
                findings.note(
                    name,
                    "not checked, because these settings have faults: " + String.join(", ", wrong),
                    "correct them, and run this command again"));
  }

  private static boolean isBelow(String key, String prefix) {
    return key.matches(Pattern.quote(prefix) + "([._\\[].*)?");
  }

  private FileFindings files() {
    List<Path> programs = new ArrayList<>(configuration.components());
    if (configuration.routes() != null) {
      programs.add(configuration.routes());
      programs.addAll(RouteSet.in(configuration.routes()));
    }
    Set<Path> secrets = new LinkedHashSet<>(configuration.secretFiles().files().values());
    for (TlsFiles tls :
        List.of(
            settings.redis().tls().files(),
            settings.elasticsearch().tls().files(),
            settings.oidc().tls())) {
      if (!tls.clientKey().isEmpty()) {
        secrets.add(Path.of(tls.clientKey()));
      }
    }
    return new FileFindings(configuration.files(), programs, secrets, settings.cache().files());
  }
}
