package org.elastauth.audit;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The templates and searches in docker/elasticsearch know the fields and actions of real events.
 */
class AuditSearchesTest {
  private static final Path FILES = Path.of("docker/elasticsearch");
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Pattern FIELD = Pattern.compile("([a-z@_.]+): ?");
  private static final Pattern ACTION = Pattern.compile("[a-z]+-[a-z]+");

  private static List<JsonNode> searches() throws IOException {
    List<JsonNode> objects = new ArrayList<>();
    for (String line : Files.readAllLines(FILES.resolve("searches.ndjson"))) {
      objects.add(JSON.readTree(line));
    }
    return objects;
  }

  private static Set<String> fieldsOfEvents() throws IOException {
    Set<String> fields = new TreeSet<>();
    AuditLinesTest.events().forEach(event -> event.fieldNames().forEachRemaining(fields::add));
    return fields;
  }

  private static Set<String> mapped(JsonNode mappings) {
    Set<String> fields = new TreeSet<>();
    addMapped(mappings.path("properties"), "", fields);
    return fields;
  }

  private static void addMapped(JsonNode properties, String parent, Set<String> fields) {
    properties
        .properties()
        .forEach(
            field -> {
              if (field.getValue().has("properties")) {
                addMapped(
                    field.getValue().path("properties"), parent + field.getKey() + ".", fields);
              } else {
                fields.add(parent + field.getKey());
              }
            });
  }

  private static JsonNode source(JsonNode search) throws IOException {
    return JSON.readTree(
        search.path("attributes").path("kibanaSavedObjectMeta").path("searchSourceJSON").asText());
  }

  @Test
  void thereAreFiveSearchesOfOneDataView() throws IOException {
    assertThat(searches()).hasSize(6);
    assertThat(searches().get(0).path("type").asText()).isEqualTo("index-pattern");
    assertThat(searches().subList(1, 6))
        .allSatisfy(
            search -> {
              assertThat(search.path("references").get(0).path("id"))
                  .isEqualTo(searches().get(0).path("id"));
              assertThat(search.path("attributes").path("title").asText())
                  .startsWith("elastauth: ");
              assertThat(source(search).path("indexRefName"))
                  .isEqualTo(search.path("references").get(0).path("name"));
            });
  }

  @Test
  void everyFieldOfASearchIsInRealEvents() throws IOException {
    Set<String> used = new TreeSet<>();
    for (JsonNode search : searches().subList(1, 6)) {
      JsonNode attributes = search.path("attributes");
      attributes.path("columns").forEach(column -> used.add(column.asText()));
      attributes.path("sort").forEach(sort -> used.add(sort.get(0).asText()));
      Matcher field = FIELD.matcher(source(search).path("query").path("query").asText());
      while (field.find()) {
        used.add(field.group(1));
      }
      if (attributes.has("visState")) {
        JSON.readTree(attributes.path("visState").asText())
            .findValues("field")
            .forEach(name -> used.add(name.asText()));
      }
    }
    assertThat(used).hasSizeGreaterThan(10);
    assertThat(fieldsOfEvents()).containsAll(used);
  }

  @Test
  void everyActionOfASearchExists() throws IOException {
    Set<String> known = new TreeSet<>();
    AuditLinesTest.events().forEach(event -> known.add(event.path("event.action").asText()));
    for (JsonNode search : searches().subList(1, 5)) {
      Matcher action = ACTION.matcher(source(search).path("query").path("query").asText());
      while (action.find()) {
        assertThat(known).contains(action.group());
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"component-template.json", "index-template-6.8.json"})
  void everyFieldOfRealEventsIsMapped(String file) throws IOException {
    JsonNode template = JSON.readTree(FILES.resolve(file).toFile());
    JsonNode mappings =
        template.has("template")
            ? template.path("template").path("mappings")
            : template.path("mappings").path("_doc");
    assertThat(mapped(mappings)).containsExactlyElementsOf(fieldsOfEvents());
  }

  @Test
  void theTemplatesNameEachOther() throws IOException {
    JsonNode template = JSON.readTree(FILES.resolve("index-template.json").toFile());
    String install = Files.readString(FILES.resolve("install"));
    assertThat(install)
        .contains("_component_template/" + template.path("composed_of").get(0).asText())
        .contains(
            "_ilm/policy/"
                + template.path("template").path("settings").path("index.lifecycle.name").asText());
    assertThat(template.path("index_patterns").get(0).asText())
        .isEqualTo("elastauth-audit"); // the default of audit.index
    for (String file :
        List.of("lifecycle-policy.json", "data-stream-lifecycle.json", "first-index-6.8.json")) {
      assertThat(JSON.readTree(FILES.resolve(file).toFile()).isObject()).isTrue();
    }
  }
}
