package org.elastauth.routes;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.elastauth.config.NearestName;
import org.elastauth.routes.CamelSchema.Shape;

/**
 * Checks a file by Camel's schema. A general validator of JSON schemas needs several times as long,
 * has no line numbers, and reports a misspelled name as a failure of every alternative.
 *
 * @param parts the languages and data formats that can be used
 */
record SchemaCheck(CamelSchema schema, CamelParts parts, RouteFaults faults) {
  /** The parts whose name in a route is not that of their file. */
  private static final Map<String, String> PARTS = Map.of("method", "bean");

  /** The maps whose keys are names of something else. */
  private static final Set<String> FREE = Set.of("constructors", "parameters", "properties");

  /** The data formats that several libraries provide under names of their own. */
  private static final Set<String> SEVERAL = Set.of("avro", "bindy", "custom", "protobuf", "yaml");

  /** Checks the top level of a file. */
  void check(YamlNode file) {
    for (YamlNode item : file.asList()) {
      if (item.isMap()) {
        one(item, "the file");
        check(item, schema.file(), "the file");
      } else {
        faults.add(item.line(), "the file is a list of maps; begin with - route:");
      }
    }
  }

  private void check(YamlNode node, Shape shape, String name) {
    if (node.isMap()) {
      map(node, shape, name);
    } else if (node.isList()) {
      if (shape.items() == null) {
        if (!shape.isOpen()) {
          faults.add(node.line(), name + " must not be a list; delete the - below it");
        }
      } else {
        Shape items = schema.shape(shape.items());
        boolean isSteps = items == schema.step();
        for (YamlNode item : node.items()) {
          if (isSteps) {
            step(item, name);
          }
          check(item, items, name);
        }
      }
    } else {
      scalar(node, shape, name);
    }
  }

  private void map(YamlNode node, Shape shape, String name) {
    if (!shape.isMap()) {
      faults.add(
          node.line(),
          name
              + (shape.items() == null
                  ? " must be a single value, not a map; correct the indentation of what follows"
                  : " must be a list; begin each of its entries with -"));
      return;
    }
    boolean isStep = shape == schema.step();
    boolean isMixed = node.fields().size() > 1 && (isStep || shape == schema.file());
    node.fields()
        .forEach(
            (field, value) -> {
              JsonNode allowed = shape.fields().get(field);
              if (isMixed && (allowed == null || value.isEmpty())) {
                return; // its level is wrong
              }
              if (allowed != null) {
                part(field, allowed, value);
                if (field.equals("scriptLanguage")) {
                  language(value);
                }
                check(value, schema.shape(allowed), field);
              } else if (!shape.isOpen()) {
                unknown(field, value.line(), isStep ? "" : name, shape.fields().keySet());
              }
            });
    for (String required : shape.required()) {
      if (!node.fields().containsKey(required)) {
        faults.add(node.line(), name + " has no " + required + "; add it");
      }
    }
  }

  /** A language or data format is one more jar. */
  private void part(String field, JsonNode allowed, YamlNode value) {
    String reference = allowed.path("$ref").asText();
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
              + (field.equals("language") ? name : field)
              + "; add its jar to the folder lib, or use "
              + (isLanguage ? "simple" : "json"));
    }
  }

  private void language(YamlNode value) {
    if (!parts.has("language", value.asText())) {
      faults.add(
          value.line(),
          "there is no language " + value.asText() + "; add its jar to the folder lib");
    }
  }

  private void unknown(String field, int line, String parent, Collection<String> known) {
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

  private void step(YamlNode item, String name) {
    if (item.isMap() && item.fields().isEmpty()) {
      faults.add(item.line(), "a step of " + name + " is empty; delete its -");
    } else if (item.isMap()) {
      one(item, "a step");
    } else if (item.isScalar()) {
      faults.add(item.line(), "a step of " + name + " is a map, such as - to: direct:name");
    }
  }

  /** An entry has one key; a second one is usually indented too little. */
  private void one(YamlNode item, String what) {
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

  private void scalar(YamlNode node, Shape shape, String name) {
    String text = node.text();
    if (shape.isScalar() && !(node.isEmpty() && shape.isMap())) {
      String wrong = wrong(text, shape);
      if (!wrong.isEmpty() && !text.contains("{{") && !text.startsWith("#")) {
        faults.add(node.line(), name + "=" + text + " is not " + wrong);
      }
    } else if (shape.items() != null) {
      faults.add(node.line(), name + " must be a list; begin each of its entries with -");
    } else if (shape.isMap() && (!shape.isOpen() || FREE.contains(name) && !node.isEmpty())) {
      faults.add(
          node.line(),
          name
              + (node.isEmpty()
                  ? " is empty; write its properties below it, indented deeper, or {}"
                  : " must be a map of properties, not a single value; write them below it"));
    }
  }

  /**
   * @return what is expected; empty if the value is right
   */
  private static String wrong(String text, Shape shape) {
    return switch (shape.scalar()) {
      case "boolean" -> text.matches("(?i)true|false") ? "" : "a boolean; write true or false";
      case "number", "integer" ->
          text.matches("-?\\d+(\\.\\d+)?([dhms].*)?") ? "" : "a number; correct it";
      default ->
          shape.values().isEmpty()
                  || shape.values().stream().anyMatch(value -> value.equalsIgnoreCase(text))
              ? ""
              : "one of " + String.join(", ", shape.values());
    };
  }
}
