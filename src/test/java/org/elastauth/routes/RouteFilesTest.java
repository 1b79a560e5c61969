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
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
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

  private static List<JsonNode> routes() throws IOException {
    List<JsonNode> routes = new ArrayList<>();
    for (Path file : files()) {
      read(file).forEach(item -> item.optional("route").ifPresent(routes::add));
    }
    return routes;
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

  @Test
  void everyRouteHasAnIdOfItsOwnAndADescription() throws IOException {
    Set<String> ids = new HashSet<>();
    for (JsonNode route : routes()) {
      assertThat(ids.add(route.path("id").asText())).as("id of %s", route).isTrue();
      assertThat(route.path("description").asText())
          .as("description of %s", route.path("id"))
          .isNotBlank();
    }
    assertThat(ids).isNotEmpty();
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
