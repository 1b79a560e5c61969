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
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.elastauth.config.NearestName;

/**
 * Camel's own schema of its YAML DSL. A general validator of JSON schemas needs several times as
 * long, has no line numbers, and reports a misspelled name as a failure of every alternative.
 */
final class CamelSchema {
  private static final String FILE = "/schema/camelYamlDsl.json";
  private static final String STEP = "org.apache.camel.model.ProcessorDefinition";
  private static final String LANGUAGES = "org.apache.camel.model.language.ExpressionDefinition";

  /** The parts whose name in a route is not that of their file. */
  private static final Map<String, String> PARTS = Map.of("method", "bean");

  /** The data formats that several libraries provide under names of their own. */
  private static final Set<String> SEVERAL =
      Set.of("avro", "bindy", "custom", "protobuf", "yaml", "xtokenize");

  /** The EIPs that do nothing without an expression; the schema does not demand it. */
  private static final Set<String> NEED_EXPRESSION =
      Set.of(
          "filter",
          "loop",
          "recipientList",
          "script",
          "setBody",
          "setHeader",
          "setProperty",
          "setVariable",
          "split",
          "validate",
          "when");

  /**
   * What the schema says about one place of a file.
   *
   * @param isOpen whether any field may be written
   * @param items of a list; null for others
   */
  private record Shape(
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
  private final CamelParts parts;

  private CamelSchema(JsonNode schema, CamelParts parts) {
    this.parts = parts;
    this.root = schema.path("items");
    this.definitions = root.path("definitions");
    this.languages = new TreeSet<>(shape(definitions.path(LANGUAGES)).fields.keySet());
    languages.add("expression");
  }

  /**
   * @param parts those that can be used
   */
  static CamelSchema load(CamelParts parts) {
    try (InputStream file = CamelSchema.class.getResourceAsStream(FILE)) {
      return new CamelSchema(new ObjectMapper().readTree(file), parts);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Checks what stands at the top of a file. */
  void check(YamlNode file, RouteFaults faults) {
    for (YamlNode item : file.asList()) {
      if (item.isMap()) {
        one(item, "the file", faults);
        check(item, root, "the file", faults);
      } else {
        faults.add(item.line(), "the file is a list of maps; begin with - route:");
      }
    }
  }

  private void check(YamlNode node, JsonNode schema, String name, RouteFaults faults) {
    Shape shape = shape(schema);
    if (node.isMap()) {
      map(node, shape, name, faults);
    } else if (node.isList()) {
      if (shape.items == null) {
        if (!shape.isOpen) {
          faults.add(node.line(), name + " must not be a list; delete the - below it");
        }
      } else {
        boolean isSteps = isStep(shape.items);
        for (YamlNode item : node.items()) {
          if (isSteps) {
            step(item, name, faults);
          }
          check(item, shape.items, name, faults);
        }
      }
    } else {
      scalar(node, shape, name, faults);
    }
  }

  private void map(YamlNode node, Shape shape, String name, RouteFaults faults) {
    if (!shape.isMap) {
      faults.add(
          node.line(),
          name
              + (shape.items == null
                  ? " must be a single value, not a map; correct the indentation of what follows"
                  : " must be a list; begin each of its entries with -"));
      return;
    }
    boolean isStep = shape == shape(definitions.path(STEP));
    boolean isMixed = node.fields().size() > 1 && (isStep || shape == shape(root));
    node.fields()
        .forEach(
            (field, value) -> {
              JsonNode schema = shape.fields.get(field);
              if (isMixed && (schema == null || value.isEmpty())) {
                return; // its level is wrong
              }
              if (schema != null) {
                part(field, schema, value, faults);
                check(value, schema, field, faults);
                if (NEED_EXPRESSION.contains(field)) {
                  (value.isList() ? value.items() : List.of(value))
                      .forEach(each -> expression(field, each, faults));
                }
              } else if (!shape.isOpen) {
                unknown(field, value.line(), isStep ? "" : name, shape.fields.keySet(), faults);
              }
            });
    for (String required : shape.required) {
      if (!node.fields().containsKey(required)) {
        faults.add(node.line(), name + " has no " + required + "; add it");
      }
    }
  }

  /** A language or data format is one more jar. */
  private void part(String field, JsonNode schema, YamlNode value, RouteFaults faults) {
    String reference = schema.path("$ref").asText();
    boolean isLanguage = reference.matches(".*\\.model\\.language\\.\\w+Expression");
    String name = PARTS.getOrDefault(field, field);
    if (field.equals("language")) {
      name = value.get("language").asText();
    } else if (field.equals("json")) {
      name = value.get("library").isThere() ? value.get("library").asText() : "jackson";
    }
    String kind = isLanguage ? "language" : "dataformat";
    boolean isPart = isLanguage || reference.matches(".*\\.model\\.dataformat\\.\\w+DataFormat");
    if (isPart
        && !name.isEmpty()
        && !name.contains("{{")
        && !SEVERAL.contains(name)
        && !parts.has(kind, name)
        && !parts.has(kind, name.toLowerCase(Locale.ROOT))) {
      faults.add(
          value.line(),
          "there is no "
              + (isLanguage ? "language " : "data format ")
              + field
              + "; add its jar to the folder lib, or use "
              + (isLanguage ? "simple" : "json"));
    }
  }

  private static void unknown(
      String field, int line, String parent, Collection<String> known, RouteFaults faults) {
    String near =
        NearestName.of(field, known).map(other -> "; did you mean " + other + "?").orElse("");
    faults.add(
        line,
        parent.isEmpty()
            ? "there is no step " + field + (near.isEmpty() ? "; use an EIP of Camel" : near)
            : parent
                + " has no property "
                + field
                + (near.isEmpty() ? "; delete it or correct its indentation" : near));
  }

  private void expression(String name, YamlNode step, RouteFaults faults) {
    if (step.isMap() && step.fields().keySet().stream().noneMatch(languages::contains)) {
      faults.add(step.line(), name + " has no expression; add one, such as simple");
    }
  }

  private static void step(YamlNode item, String name, RouteFaults faults) {
    if (item.isMap()) {
      one(item, "a step", faults);
    } else if (item.isScalar()) {
      faults.add(item.line(), "a step of " + name + " is a map, such as - to: direct:name");
    }
  }

  /** An entry has one key; a second one is usually indented too little. */
  private static void one(YamlNode item, String what, RouteFaults faults) {
    item.fields().entrySet().stream()
        .skip(1)
        .findFirst()
        .ifPresent(
            second ->
                faults.add(
                    second.getValue().line(),
                    second.getKey()
                        + " is at the level of "
                        + item.fields().keySet().iterator().next()
                        + "; indent it deeper, or begin it with - as an entry of its own"));
  }

  private static void scalar(YamlNode node, Shape shape, String name, RouteFaults faults) {
    String text = node.text();
    if (shape.isScalar && !(node.isEmpty() && shape.isMap)) {
      String wrong = wrong(text, shape);
      if (!wrong.isEmpty() && !text.contains("{{") && !text.startsWith("#")) {
        faults.add(node.line(), name + "=" + text + " is not " + wrong);
      }
    } else if (shape.items != null) {
      faults.add(node.line(), name + " must be a list; begin each of its entries with -");
    } else if (shape.isMap && !shape.isOpen) {
      faults.add(
          node.line(),
          name
              + (node.isEmpty()
                  ? " is empty; write its properties below it, indented deeper, or {}"
                  : " must be a map of properties, not a single value"));
    }
  }

  /**
   * @return what is expected; empty if the value is right
   */
  private static String wrong(String text, Shape shape) {
    return switch (shape.scalar) {
      case "boolean" -> text.matches("(?i)true|false") ? "" : "a boolean; write true or false";
      case "number", "integer" -> text.matches("-?\\d+(\\.\\d+)?") ? "" : "a number; correct it";
      default ->
          shape.values.isEmpty()
                  || shape.values.stream().anyMatch(value -> value.equalsIgnoreCase(text))
              ? ""
              : "one of " + String.join(", ", shape.values);
    };
  }

  private boolean isStep(JsonNode schema) {
    return resolve(schema) == definitions.path(STEP);
  }

  private JsonNode resolve(JsonNode schema) {
    String reference = schema.path("$ref").asText();
    return reference.isEmpty()
        ? schema
        : definitions.path(reference.substring(reference.lastIndexOf('/') + 1));
  }

  private Shape shape(JsonNode schema) {
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
