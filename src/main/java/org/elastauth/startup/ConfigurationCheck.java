package org.elastauth.startup;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.elastauth.config.ConfigurationFaults;
import org.elastauth.config.ElastauthFile;
import org.elastauth.config.Fault;
import org.elastauth.config.NearestName;
import org.elastauth.config.SettingsReader.Reading;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Names everything that is wrong with a configuration at once. */
record ConfigurationCheck(
    Reading<Settings> reading, ElastauthFile file, ConfigurationFiles files, List<Fault> adapters) {
  private static final Logger LOG = LoggerFactory.getLogger("org.elastauth.config");

  /** The search for a name that is meant takes some milliseconds. */
  private static final int MAX_UNKNOWN = 100;

  /**
   * Logs what is ignored.
   *
   * @throws ConfigurationFaults if the gateway cannot start
   */
  void check() {
    Set<Fault> faults = new LinkedHashSet<>(file.faults());
    faults.addAll(reading.faults());
    faults.addAll(files.faults());
    if (files.faults().isEmpty()) {
      faults.addAll(adapters);
    }
    for (String key : file.repeated()) {
      LOG.warn("Setting {} is set twice in the file; the last value is used", key);
    }
    Map<ForeignSetting, Set<String>> ignored = new LinkedHashMap<>();
    reading
        .unknown()
        .forEach(
            (name, value) -> {
              Optional<ForeignSetting> foreign = foreign(name);
              String key = name.replaceFirst("^elastauth\\.", "").replaceFirst("\\[.*", "");
              if (foreign.isEmpty()) {
                return;
              } else if (foreign.get().stops(value)) {
                faults.add(new Fault(key, "", foreign.get().reason()));
              } else if (!foreign.get().decides()) {
                ignored.computeIfAbsent(foreign.get(), first -> new TreeSet<>()).add(key);
              }
            });
    List<String> unknown = unknown();
    unknown.stream().limit(MAX_UNKNOWN).forEach(this::warnOfUnknown);
    if (unknown.size() > MAX_UNKNOWN) {
      LOG.warn("{} further unknown settings are ignored", unknown.size() - MAX_UNKNOWN);
    }
    ignored.forEach(
        (setting, names) ->
            LOG.atWarn()
                .addKeyValue("names", String.join(",", names))
                .log("Settings of elastauth are ignored: {}", setting.reason()));
    files.warn();
    if (!faults.isEmpty()) {
      throw new ConfigurationFaults(new ArrayList<>(faults));
    }
  }

  private List<String> unknown() {
    return reading.unknown().keySet().stream()
        .filter(name -> foreign(name).isEmpty())
        .map(name -> name.replaceFirst("\\[\\d+]$", "")) // a list counts once
        .distinct()
        .toList();
  }

  private static Optional<ForeignSetting> foreign(String name) {
    // an application.yaml may have settings of others next to elastauth
    boolean isOurs = name.toLowerCase(Locale.ROOT).startsWith("elastauth");
    return isOurs ? ForeignSetting.of(name) : Optional.empty();
  }

  /** How many warnings say that a part of the configuration is without effect by mistake. */
  int mistakes() {
    return unknown().size() + file.repeated().size();
  }

  private void warnOfUnknown(String name) {
    boolean isVariable = Character.isUpperCase(name.charAt(0));
    List<String> alike =
        reading.known().stream()
            .filter(known -> Character.isUpperCase(known.charAt(0)) == isVariable)
            .toList();
    String origin =
        reading.origins().getOrDefault(name, reading.origins().getOrDefault(name + "[0]", ""));
    LOG.warn(
        "Unknown setting {} is ignored{}",
        name,
        NearestName.of(name, alike).map(near -> "; did you mean " + near + "?").orElse("")
            + (origin.isEmpty() ? "" : " (" + origin + ")"));
  }
}
