package org.elastauth.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** An object of Kubernetes. */
record Manifest(JsonNode json) {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final JsonNode SCHEMAS = schemas();
  private static final Map<String, JsonSchema> VALIDATORS = new ConcurrentHashMap<>();

  static List<Manifest> in(String yaml) {
    Iterable<Object> documents = new Yaml(new SafeConstructor(new LoaderOptions())).loadAll(yaml);
    return StreamSupport.stream(documents.spliterator(), false)
        .filter(document -> document != null)
        .map(document -> new Manifest(JSON.valueToTree(document)))
        .toList();
  }

  static List<Manifest> of(Path file) throws IOException {
    return in(Files.readString(file));
  }

  /** By kind and name, to compare sets of objects. */
  static Map<String, JsonNode> byName(Stream<Manifest> objects) {
    Map<String, JsonNode> named = new TreeMap<>();
    objects.forEach(object -> named.put(object.kind() + " " + object.name(), object.json));
    return named;
  }

  String kind() {
    return json.path("kind").asText();
  }

  String name() {
    return json.path("metadata").path("name").asText();
  }

  /** What the API server would refuse. */
  List<String> faults() {
    String kind = json.path("apiVersion").asText() + " " + kind();
    if (!SCHEMAS.path("kinds").has(kind)) {
      return List.of(kind + " is not in schemas.json; add it to make-schemas, and run that");
    }
    if (name().isEmpty()) {
      return List.of(kind + " has no name");
    }
    return VALIDATORS.computeIfAbsent(kind, Manifest::validator).validate(json).stream()
        .map(ValidationMessage::getMessage)
        .map(message -> kind + " " + name() + ": " + message)
        .toList();
  }

  private static JsonSchema validator(String kind) {
    ObjectNode schema = SCHEMAS.path("kinds").path(kind).deepCopy();
    schema.set("definitions", SCHEMAS.path("definitions"));
    return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V7).getSchema(schema);
  }

  private static JsonNode schemas() {
    try {
      return JSON.readTree(Path.of("src/test/resources/kubernetes/schemas.json").toFile());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
