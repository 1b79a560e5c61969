package org.elastauth.routes;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.yaml.snakeyaml.Yaml;

/** The route files as people edit them: valid by Camel's own schema, named and described. */
class RouteFilesTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final JsonSchema SCHEMA =
      JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V4)
          .getSchema(RouteFilesTest.class.getResourceAsStream("/schema/camelYamlDsl.json"));

  static List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(Path.of("routes"))) {
      return files.filter(f -> f.toString().endsWith(".camel.yaml")).sorted().toList();
    }
  }

  private static JsonNode read(Path file) throws IOException {
    return JSON.valueToTree(new Yaml().load(Files.readString(file)));
  }

  private static List<JsonNode> items(String type) throws IOException {
    List<JsonNode> items = new ArrayList<>();
    for (Path file : files()) {
      read(file).forEach(item -> item.optional(type).ifPresent(items::add));
    }
    return items;
  }

  private static List<JsonNode> routes() throws IOException {
    return items("route");
  }

  @ParameterizedTest
  @MethodSource("files")
  void keepsCamelsSchema(Path file) throws IOException {
    assertThat(SCHEMA.validate(read(file))).isEmpty();
  }

  @Test
  void theSchemaCatchesAWrongName() {
    String wrong = "- route: {from: {uri: 'direct:a', steps: [{too: 'direct:b'}]}}";
    assertThat(SCHEMA.validate(JSON.valueToTree(new Yaml().load(wrong)))).isNotEmpty();
  }

  /** Kaoto gives an id to a configuration without one, which would not be the default any more. */
  @ParameterizedTest
  @ValueSource(strings = {"route", "routeConfiguration"})
  void everyRouteAndConfigurationHasAnIdAndADescription(String type) throws IOException {
    assertThat(items(type))
        .isNotEmpty()
        .allSatisfy(
            item -> {
              assertThat(item.path("id").asText()).isNotBlank();
              assertThat(item.path("description").asText()).isNotBlank();
            });
  }

  /** Otherwise an editor shows only its type. */
  @ParameterizedTest
  @MethodSource("files")
  void everyStepSaysWhatItDoes(Path file) throws IOException {
    assertThat(steps(read(file)))
        .isNotEmpty()
        .allMatch(step -> step.hasNonNull("id") || step.hasNonNull("description"));
  }

  @Test
  void everyIdIsUsedOnce() throws IOException {
    List<String> ids = new ArrayList<>();
    for (Path file : files()) {
      read(file).findValues("id").forEach(id -> ids.add(id.asText()));
    }
    assertThat(ids).doesNotHaveDuplicates();
  }

  /** Kaoto keeps no others. */
  @ParameterizedTest
  @MethodSource("files")
  void commentsAreAboveTheFirstRoute(Path file) throws IOException {
    assertThat(Files.readAllLines(file).stream().dropWhile(line -> line.startsWith("#")))
        .noneMatch(line -> line.stripLeading().startsWith("#") || line.contains(" # "));
  }

  /** The steps of all routes, and the branches that an editor draws as boxes. */
  private static List<JsonNode> steps(JsonNode node) {
    List<JsonNode> steps = new ArrayList<>();
    node.properties()
        .forEach(
            field -> {
              switch (field.getKey()) {
                case "steps" -> field.getValue().forEach(step -> step.forEach(steps::add));
                case "when", "doCatch" -> field.getValue().forEach(steps::add);
                case "otherwise", "doFinally", "onFallback" -> steps.add(field.getValue());
                case "onException" -> steps.addAll(field.getValue().findValues("onException"));
                default -> {}
              }
            });
    node.forEach(child -> steps.addAll(steps(child)));
    return steps;
  }

  @Test
  void aRouteIsNamedAfterTheEndpointItServes() throws IOException {
    for (JsonNode route : routes()) {
      String uri = route.path("from").path("uri").asText();
      if (uri.startsWith("direct:")) {
        assertThat(route.path("id").asText()).isEqualTo(uri.substring("direct:".length()));
      }
    }
  }
}
