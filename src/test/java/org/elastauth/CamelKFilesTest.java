package org.elastauth;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;

/** The files of docker/camel-k, by the schema of Camel K's own custom resource definition. */
class CamelKFilesTest {
  private static final Path FOLDER = Path.of("docker", "camel-k");
  private static final String CRD = "/camel.apache.org_integrations.yaml";
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final JsonSchema SCHEMA = schema();

  private static JsonSchema schema() {
    LoaderOptions options = new LoaderOptions();
    options.setCodePointLimit(Integer.MAX_VALUE);
    try (InputStream file = CamelKFilesTest.class.getResourceAsStream(CRD)) {
      JsonNode crd = JSON.valueToTree(new Yaml(options).load(file));
      JsonNode schema = crd.at("/spec/versions/0/schema/openAPIV3Schema");
      close(schema);
      return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012).getSchema(schema);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Kubernetes drops an unknown field without a word; here it is a fault. */
  private static void close(JsonNode schema) {
    if (schema instanceof ObjectNode object
        && schema.path("properties").isObject()
        && !schema.path("x-kubernetes-preserve-unknown-fields").asBoolean()
        && schema.path("additionalProperties").isMissingNode()) {
      object.put("additionalProperties", false);
    }
    schema.forEach(CamelKFilesTest::close);
  }

  private static JsonNode read(String name) throws IOException {
    return JSON.valueToTree(new Yaml().load(Files.readString(FOLDER.resolve(name))));
  }

  private static Set<String> faults(JsonNode integration) {
    // the schema leaves metadata to Kubernetes
    ObjectNode checked = integration.deepCopy();
    checked.remove("metadata");
    return SCHEMA.validate(checked).stream()
        .map(ValidationMessage::getMessage)
        .collect(Collectors.toSet());
  }

  @Test
  void theIntegrationFitsTheCustomResourceDefinition() throws IOException {
    assertThat(faults(read("integration.yaml"))).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "healt, /spec/traits",
    "limitMemmory, /spec/traits/container",
    "livenessProb, /spec/traits/health",
    "terminationGracePeriod, /spec/template/spec",
    "readOnlyRootFileSystem, /spec/template/spec/containers/0/securityContext",
    "replica, /spec"
  })
  void aMisspelledFieldIsAFault(String field, String place) throws IOException {
    JsonNode integration = read("integration.yaml");
    ((ObjectNode) integration.at(place)).put(field, "1");
    assertThat(faults(integration))
        .anySatisfy(fault -> assertThat(fault).contains("'" + field + "'"));
  }

  /** The operator neither builds nor guesses anything for an image of one's own. */
  @Test
  void theIntegrationNamesWhatTheOperatorCannotKnow() throws IOException {
    JsonNode spec = read("integration.yaml").path("spec");
    assertThat(spec.at("/traits/container/port").asInt()).isEqualTo(5000);
    assertThat(spec.at("/traits/service/enabled").asBoolean(true)).isFalse();
    assertThat(spec.at("/template/spec/containers/0/name").asText()).isEqualTo("integration");
    JsonNode service = read("service.yaml").path("spec");
    assertThat(service.at("/ports/0/targetPort").asInt()).isEqualTo(5000);
    assertThat(service.path("selector").properties())
        .containsExactly(
            Map.entry("camel.apache.org/integration", JSON.getNodeFactory().textNode("elastauth")));
  }

  /** The Integration names the ConfigMaps in a text, which Kustomize does not check. */
  @Test
  void theMountedConfigMapsAreThoseOfKustomize() throws IOException {
    JsonNode kustomization = read("kustomization.yaml");
    List<String> made =
        stream(kustomization.path("configMapGenerator"))
            .map(map -> "configmap:" + map.path("name").asText())
            .toList();
    List<String> mounted =
        stream(read("integration.yaml").at("/spec/traits/mount/resources"))
            .map(resource -> resource.asText().replaceFirst("[/@].*", ""))
            .filter(resource -> resource.startsWith("configmap:"))
            .toList();
    assertThat(mounted).containsExactlyInAnyOrderElementsOf(made);
    assertThat(kustomization.at("/generatorOptions/disableNameSuffixHash").asBoolean()).isTrue();
    assertThat(
            stream(kustomization.path("configMapGenerator"))
                .flatMap(map -> stream(map.path("files"))))
        .allSatisfy(file -> assertThat(FOLDER.resolve(file.asText())).isRegularFile());
  }

  @Test
  void theRouteIsThatOfTheExamples() throws IOException {
    Path examples = Path.of("src", "docs", "routes", "examples");
    try (Stream<Path> routes = Files.list(FOLDER.resolve("routes"))) {
      assertThat(routes.toList())
          .isNotEmpty()
          .allSatisfy(
              route ->
                  assertThat(route)
                      .hasSameTextualContentAs(examples.resolve(route.toFile().getName())));
    }
  }

  private static Stream<JsonNode> stream(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false);
  }
}
