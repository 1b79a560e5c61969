package org.elastauth.migrate;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.elastauth.config.ElastauthFile;
import org.elastauth.config.Fault;
import org.elastauth.config.SettingsReader;
import org.elastauth.startup.Settings;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.MutablePropertySources;
import org.springframework.core.env.StandardEnvironment;

/** Reads the result as a start would. */
final class ResultCheck {
  private static final Pattern VARIABLE = Pattern.compile("\\$\\{(\\w+)}");

  private ResultCheck() {}

  /** Faults, without those of values that are in variables of the user. */
  static List<String> faults(MigratedFiles files, Translation translation) {
    Map<String, Object> variables = new HashMap<>(translation.secrets());
    // the passwords of the user are in no file
    for (String path : List.of("elasticsearch.password", "redis.password")) {
      Matcher name = VARIABLE.matcher(translation.text(path));
      if (name.matches()) {
        variables.putIfAbsent(name.group(1), "password");
      }
    }
    StandardEnvironment environment =
        new StandardEnvironment() {
          @Override
          public Map<String, Object> getSystemEnvironment() {
            return variables;
          }

          @Override
          protected void customizePropertySources(MutablePropertySources sources) {
            sources.addLast(
                new MapPropertySource(SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME, variables));
          }
        };
    List<Fault> faults = new ArrayList<>(ElastauthFile.addTo(environment, files.yaml()).faults());
    faults.addAll(
        new SettingsReader<>(environment, Settings.class, Settings::addDefaults).read().faults());
    return faults.stream()
        .filter(fault -> !isVariable(translation, fault.key()))
        .map(fault -> new Fault(fault.key(), fault.value(), fault.mend()).toString())
        .distinct()
        .toList();
  }

  private static boolean isVariable(Translation translation, String key) {
    String value = translation.text(key.replaceFirst("\\[.*", ""));
    return value.contains("${")
        && translation.secrets().keySet().stream()
            .noneMatch(name -> value.equals("${" + name + "}"));
  }
}
