package org.elastauth.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.marcnuri.helm.Helm;
import com.marcnuri.helm.TemplateCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The chart makes the same objects as the Kustomize folders. */
class HelmChartTest {
  private static final Path CHART = Path.of("docker", "helm", "elastauth");

  private static TemplateCommand template() {
    return new Helm(CHART).template();
  }

  private static TemplateCommand template(String values) {
    return template().withValuesFile(CHART.resolve("values-" + values + ".yaml"));
  }

  /** Needs no Kustomize: only its hash at the end of the ConfigMap's name is left out. */
  @Test
  void theDefaultsAreTheBase() throws IOException {
    Path base = Kustomize.FOLDER.resolve("base");
    String rendered = template().call().replaceAll("(name: elastauth-config)-[a-z0-9]{10}", "$1");
    Map<String, JsonNode> objects = Manifest.byName(Manifest.in(rendered).stream());
    JsonNode configuration = objects.remove("ConfigMap elastauth-config");
    assertThat(objects)
        .isEqualTo(
            Manifest.byName(
                Stream.concat(
                    Manifest.of(base.resolve("deployment.yaml")).stream(),
                    Manifest.of(base.resolve("service.yaml")).stream())));
    assertThat(configuration.path("data").path("config.yml").asText())
        .isEqualTo(Files.readString(base.resolve("config.yml")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"base", "overlays/redis", "overlays/production"})
  void theValuesAreThoseOfTheFolder(String folder) throws Exception {
    List<Manifest> built = Kustomize.build(Kustomize.FOLDER.resolve(folder));
    TemplateCommand chart =
        folder.equals("base") ? template() : template(Path.of(folder).toFile().getName());
    assertThat(Manifest.byName(Manifest.in(chart.call()).stream()))
        .isEqualTo(Manifest.byName(built.stream()));
  }

  @Test
  void everyValueMakesValidObjects() {
    List<Manifest> objects =
        Manifest.in(
            template("production")
                .set("name", "second")
                .set("imagePullSecrets[0].name", "registry")
                .set("env[0].name", "MEMORY")
                .set("env[0].value", "a160")
                .set("routes.teams\\.camel\\.yaml", "- route: {}")
                .set("certificateAuthorities", "authorities")
                .set("nodeSelector.disk", "ssd")
                .set("tolerations[0].operator", "Exists")
                .set(
                    "affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution"
                        + ".nodeSelectorTerms[0].matchFields[0].key",
                    "metadata.name")
                .set(
                    "affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution"
                        + ".nodeSelectorTerms[0].matchFields[0].operator",
                    "Exists")
                .set("redis.storageClass", "fast-ssd")
                .set("monitoring.enabled", true)
                .call());
    assertThat(objects).hasSize(13).flatExtracting(Manifest::faults).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "replica,           3,    replica",
    "redis.enable,      true, enable",
    "config.secret_key, abc,  config",
    "replicas,          0,    replicas",
    "name,              A_B,  name",
    "routes.teams,      x,    teams"
  })
  void aWrongValueIsRefused(String value, String content, String named) {
    assertThatThrownBy(() -> template().set(value, content).call()).hasMessageContaining(named);
  }
}
