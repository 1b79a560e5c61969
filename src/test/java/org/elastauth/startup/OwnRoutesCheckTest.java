package org.elastauth.startup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.elastauth.config.ConfigurationFaults;
import org.elastauth.config.Fault;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.StandardEnvironment;

/** What stops a start with routes of one's own, besides what the files alone tell. */
class OwnRoutesCheckTest {
  @TempDir Path folder;

  private ConfigurationCheck load(Map<String, Object> values) {
    ConfigurableEnvironment environment =
        new StandardEnvironment() {
          @Override
          public Map<String, Object> getSystemEnvironment() {
            return Map.of();
          }
        };
    Map<String, Object> all = new HashMap<>(Map.of("elastauth.routes", folder.toString()));
    all.putAll(values);
    environment.getPropertySources().addFirst(new MapPropertySource("test", all));
    return SettingsLoader.load(environment);
  }

  private List<String> faults(Map<String, Object> values) {
    ConfigurationFaults faults =
        catchThrowableOfType(ConfigurationFaults.class, load(values)::check);
    return faults == null
        ? List.of()
        : faults.faults().stream()
            .map(Fault::toString)
            .map(fault -> fault.replace(folder + "/", ""))
            .toList();
  }

  private void mine(String... steps) throws IOException {
    Files.writeString(
        folder.resolve("mine.camel.yaml"),
        "- route:\n    id: mine\n    from:\n      uri: direct:mine\n      steps:\n        - "
            + String.join("\n        - ", steps));
  }

  /** Also in an endpoint, and with a default, which counts only for a setting that is not set. */
  @Test
  void aSettingThatRefersToAMissingVariableIsNamedWithoutItsValue() throws IOException {
    mine(
        "setBody: {simple: '${body} {{my.key}}'}",
        "filter: {simple: \"${body} == '{{my.folder:x}}'\", steps: [log: a]}",
        "to: file:{{my.folder}}?fileName=a");
    String hidden =
        "the setting of {{my.key}} refers to a variable that is not set; set it, write"
            + " ${NAME:default}, or write \\${ for the characters ${";
    String shown =
        "the setting of {{my.folder}} refers to the variable rootFolder, which is not set; set it,"
            + " or write ${rootFolder:default}";
    assertThat(
            faults(Map.of("my.key", "abc${topsecret}def", "my.folder", "/data/${rootFolder}/in")))
        .containsExactly(
            "mine.camel.yaml:6: " + hidden,
            "mine.camel.yaml:7: " + shown,
            "mine.camel.yaml:8: " + shown);
    assertThat(faults(Map.of("my.key", "abc\\${topsecret}def", "my.folder", "/data")))
        .containsExactly(
            "mine.camel.yaml:6: is not an expression of the Simple language; correct a setting of"
                + " ${body} {{my.key}}");
  }

  @Test
  void aMissingSettingIsNamedWithItsLineAndHowToSetIt() throws IOException {
    mine(
        "to: file:{{my.folder}}?fileName=a",
        "log: '{{my.text:default}} {{?my.more}} {{my.api-key}}'",
        "log: '{{folder}} {{elastauth.cache.type}} {{elastauth.cache.typ}}'",
        "log: {message: a, description: '{{my.words}}'}");
    List<String> faults = faults(Map.of());
    assertThat(faults)
        .containsExactly(
            "mine.camel.yaml:6: the setting of {{my.folder}} is missing; set elastauth.my.folder in"
                + " application.yaml or ELASTAUTH_MY_FOLDER in the environment, or write a default:"
                + " {{my.folder:value}}",
            "mine.camel.yaml:7: the setting of {{my.api-key}} is missing; set elastauth.my.api-key"
                + " in application.yaml or ELASTAUTH_MY_API_KEY in the environment, or write a"
                + " default: {{my.api-key:value}}",
            "mine.camel.yaml:8: the setting of {{elastauth.cache.typ}} is missing; correct the name,"
                + " begin the name of your own setting with my., or write a default:"
                + " {{elastauth.cache.typ:value}}",
            "mine.camel.yaml:8: the setting of {{folder}} is missing; correct the name, begin the"
                + " name of your own setting with my., or write a default: {{folder:value}}");
    assertThat(load(Map.of()).files().readRoutes().faults()).as("at a reload").hasSize(4);
    mine("to: file:{{my.folder}}?fileName=a", "log: '{{my.api-key}}'");
    assertThat(faults(Map.of("elastauth.my.folder", "a", "my.api-key", "b"))).isEmpty();
  }

  /** Otherwise every request would fail. */
  @Test
  void aSettingThatBreaksAnExpressionIsNamed() throws IOException {
    mine(
        "filter: {simple: \"${date:now:H} range '{{my.hours}}'\", steps: [{log: a}]}",
        "setBody: {simple: '${date:{{my.when:now}}:yyyy}'}");
    assertThat(faults(Map.of("elastauth.my.hours", "8..17"))).isEmpty();
    assertThat(faults(Map.of("elastauth.my.hours", "8-17")))
        .singleElement()
        .asString()
        .startsWith("mine.camel.yaml:6: is not an expression of the Simple language: range")
        .endsWith("correct a setting of ${date:now:H} range '{{my.hours}}'");
    assertThat(faults(Map.of("elastauth.my.hours", "8..17", "elastauth.my.when", "nowe")))
        .singleElement()
        .asString()
        .startsWith("mine.camel.yaml:7: ");
  }

  @Test
  void theParametersOfATemplateAreNoSettings() throws IOException {
    Files.writeString(
        folder.resolve("mine.camel.yaml"),
        """
        - routeTemplate:
            id: mine
            parameters: [{name: folder}]
            from:
              uri: direct:{{folder}}
              steps: [{log: '{{folder}} {{other}}'}]
        """);
    assertThat(faults(Map.of())).singleElement().asString().contains(":6: ", "{{other}}");
  }

  @Test
  void anExcludedFrontDoorIsAFault() throws IOException {
    assertThat(faults(Map.of("camel.main.routes-exclude-pattern", "**/front-door*")))
        .singleElement()
        .asString()
        .startsWith("routes: camel.main.routes-exclude-pattern excludes the front door");
    assertThat(faults(Map.of("camel.main.routes-exclude-pattern", "**/metrics*"))).isEmpty();
    Files.writeString(
        folder.resolve("mine.camel.yaml"),
        "- from: {uri: 'platform-http:/mine', steps: [{to: 'direct:authenticate'}]}");
    assertThat(faults(Map.of("camel.main.routes-exclude-pattern", "**/front-door*")))
        .as("a front door of one's own")
        .isEmpty();
  }
}
