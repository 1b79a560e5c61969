package org.elastauth.routes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Camel's own schema of its YAML DSL. */
final class CamelSchema {
  private static final String FILE = "/schema/camelYamlDsl.json";
  private static final String STEP = "org.apache.camel.model.ProcessorDefinition";
  private static final String LANGUAGES = "org.apache.camel.model.language.ExpressionDefinition";

  /**
   * What the schema says about one place of a file.
   *
   * @param isOpen whether any field may be written
   * @param items of a list; null for others
   */
  record Shape(
      boolean isScalar,
      String scalar,
      Collection<String> values,
      boolean isMap,
      boolean isOpen,
      Map<String, JsonNode> fields,
      List<String> required,
      JsonNode items) {}

  private final JsonNode root;
  private final JsonNode definitions;
  private final Map<JsonNode, Shape> shapes = new IdentityHashMap<>();
  private final Set<String> languages;

  private CamelSchema(JsonNode schema) {
    this.root = schema.path("items");
    this.definitions = root.path("definitions");
    this.languages = new TreeSet<>(shape(definitions.path(LANGUAGES)).fields.keySet());
    languages.add("expression");
  }

  static CamelSchema load() {
    try (InputStream file = CamelSchema.class.getResourceAsStream(FILE)) {
      return new CamelSchema(new ObjectMapper().readTree(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What a file may contain. */
  Shape file() {
    return shape(root);
  }

  /** What an entry of {@code steps} may contain. */
  Shape step() {
    return shape(definitions.path(STEP));
  }

  /** The fields that hold an expression. */
  Set<String> languages() {
    return languages;
  }

  private JsonNode resolve(JsonNode schema) {
    String reference = schema.path("$ref").asText();
    return reference.isEmpty()
        ? schema
        : definitions.path(reference.substring(reference.lastIndexOf('/') + 1));
  }

  Shape shape(JsonNode schema) {
    JsonNode resolved = resolve(schema);
    Shape shape = shapes.get(resolved);
    if (shape == null) {
      shape = flatten(resolved);
      shapes.put(resolved, shape);
    }
    return shape;
  }

  /** Merges the alternatives of a schema into one. */
  private Shape flatten(JsonNode schema) {
    Map<String, JsonNode> fields = new LinkedHashMap<>();
    Set<String> values = new TreeSet<>();
    boolean isScalar = collect(schema, fields, values);
    List<String> required = new ArrayList<>();
    schema.path("required").forEach(name -> required.add(name.asText()));
    JsonNode items = schema.get("items");
    boolean isMap = !isScalar && items == null || !fields.isEmpty();
    return new Shape(
        isScalar,
        schema.path("type").asText(),
        values,
        isMap,
        isMap && fields.isEmpty(),
        fields,
        required,
        items);
  }

  /**
   * @return whether a scalar is an alternative
   */
  private boolean collect(JsonNode schema, Map<String, JsonNode> fields, Set<String> values) {
    schema.path("enum").forEach(value -> values.add(value.asText()));
    String type = schema.path("type").asText();
    boolean isScalar =
        type.equals("string")
            || type.equals("boolean")
            || type.equals("number")
            || type.equals("integer");
    for (String kind : List.of("oneOf", "anyOf")) {
      for (JsonNode alternative : schema.path(kind)) {
        isScalar |= collect(resolve(alternative), fields, values);
      }
    }
    for (Map.Entry<String, JsonNode> field : schema.path("properties").properties()) {
      // an alternative says more than the empty schema of the same name
      if (field.getValue().isEmpty()) {
        fields.putIfAbsent(field.getKey(), field.getValue());
      } else {
        fields.merge(field.getKey(), field.getValue(), (old, other) -> old.isEmpty() ? other : old);
      }
    }
    return isScalar;
  }
}
