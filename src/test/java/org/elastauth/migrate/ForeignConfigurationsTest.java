package org.elastauth.migrate;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.elastauth.config.Fault;
import org.elastauth.config.SettingNames;
import org.elastauth.config.SettingsReader.Reading;
import org.elastauth.startup.ForeignSetting;
import org.elastauth.startup.Settings;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Without a translation: the gateway reads the published files of others under their names. */
@Timeout(20)
class ForeignConfigurationsTest {
  private static final SettingNames NAMES = new SettingNames(Settings.class);

  private static Reading<Settings> read(Path file) throws Exception {
    Source source = Source.read(file, "", NAMES);
    Map<String, String> variables = new HashMap<>(ForeignFiles.variables());
    if (source.entries().stream().noneMatch(Entry::isVariable)) {
      String text = Files.readString(file);
      variables.keySet().removeIf(name -> !text.contains("${" + name + "}"));
      return ForeignFiles.read(file, variables);
    }
    Map<String, String> environment = new HashMap<>();
    for (Entry entry : source.entries()) {
      String value = entry.text();
      for (Map.Entry<String, String> variable : variables.entrySet()) {
        value = value.replace("${" + variable.getKey() + "}", variable.getValue());
      }
      environment.put(entry.name(), value);
    }
    return ForeignFiles.read(null, environment);
  }

  /**
   * @param stops what makes the gateway refuse to start, because it decides who may log in
   * @param faults the settings whose values it does not accept
   */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "elastauth-v1.yml                      |                       |",
        "elastauth-v1.env                      |                       |",
        "elastauth-v1-flask.env                |                       | secret_key",
        "elastauth-v2.yml                      |                       |",
        "elastauth-v2.env                      |                       | secret_key",
        "elastauth-v2-auth-only-compose.yml    |                       |",
        "elastauth-v2-auth-only.env            |                       | secret_key",
        "elastauth-v2-direct-proxy-compose.yml | ELASTAUTH_PROXY_ENABLED |",
        "elastauth-v2-direct-proxy.yml         | proxy.enabled         |",
        "elastauth-v2-demo.yml                 |                       | secret_key",
        "elastauth-v2-kubernetes.yml           |                       | elasticsearch.username",
        "elastauth-v2-production-compose.yml   |                       | elasticsearch.username",
        "keyline-standalone.yaml               | local_users.enabled role_mappings server.mode | secret_key",
        "keyline-forwardauth.yaml              | role_mappings         | oidc.redirect_url secret_key session.cookie_domain",
        "traefikoidc.yml                       |                       | secret_key",
        "traefikoidc.env                       |                       | secret_key",
        "authly.env                            |                       |",
        "authly-compose.yml                    |                       | secret_key",
        "coalition-builder.env                 |                       | secret_key",
        "coalition-builder-ecs.json            |                       | secret_key",
      })
  void eachNameIsKnown(String name, String stops, String faults) throws Exception {
    Reading<Settings> reading = read(ForeignFiles.FOLDER.resolve(name));
    List<String> stopping = new ArrayList<>();
    reading
        .unknown()
        .forEach(
            (key, value) -> {
              Optional<ForeignSetting> foreign = ForeignSetting.of(key);
              assertThat(foreign).as(key).isPresent();
              if (foreign.get().stops(value)) {
                stopping.add(key.replaceFirst("^elastauth\\.", "").replaceFirst("\\[.*", ""));
              }
            });
    assertThat(stopping.stream().distinct().sorted())
        .containsExactly(stops == null ? new String[0] : stops.split(" "));
    assertThat(reading.faults().stream().map(Fault::key).distinct().sorted())
        .containsExactly(faults == null ? new String[0] : faults.split(" "));
  }
}
