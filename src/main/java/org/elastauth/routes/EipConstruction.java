package org.elastauth.routes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Builds each EIP alone, as Camel does when it starts a route: Camel itself knows which values and
 * combinations it refuses. Endpoints, expressions, beans and the steps inside are replaced, so that
 * nothing of the file runs.
 */
final class EipConstruction {
  /** Camel builds them from a bean, from a component, or from what only a start registers. */
  private static final Set<String> NOT_BUILT =
      Set.of(
          "bean",
          "kamelet",
          "pausable",
          "policy",
          "process",
          "resumable",
          "saga",
          "script",
          "serviceCall",
          "transacted",
          "transformDataType");

  /** The languages whose expressions call nothing. */
  private static final Set<String> LITERAL =
      Set.of("constant", "csimple", "exchangeProperty", "header", "tokenize", "variable");

  private static final Set<String> ENDPOINTS =
      Set.of("afterUri", "deadLetterUri", "poll", "to", "toD", "uri", "wireTap");

  /** Checked elsewhere, or without a meaning for one step. */
  private static final Set<String> OTHERS =
      Set.of(
          "config",
          "configuration",
          "description",
          "id",
          "moduleClassNames",
          "moduleRefs",
          "note",
          "objectMapper",
          "parameters",
          "precondition",
          "routeConfigurationId",
          "routePolicy");

  /** Any text is right. */
  private static final Set<String> TEXTS = Set.of("log", "logName", "message");

  /** What a file may contain for all its routes. */
  private static final Set<String> GLOBALS =
      Set.of("intercept", "interceptFrom", "interceptSendToEndpoint", "onCompletion");

  private static final Set<String> TOPS =
      Set.of(
          "from",
          "intercept",
          "interceptFrom",
          "interceptSendToEndpoint",
          "onCompletion",
          "route",
          "routeConfiguration");

  /** Each of them is built. */
  private static final int MOST_VARIANTS = 40;

  static final String NO_STEPS = "has no steps";

  /** A value that only the start knows decides the rest. */
  private static final class UnknownValue extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  /**
   * @param field that is left out
   * @param rest the content without it
   */
  private record Variant(String name, YamlNode field, YamlNode rest) {
    Variant in(YamlNode outer) {
      return new Variant(name, field, outer);
    }
  }

  private final CamelParts parts;
  private final Set<String> languages;
  private final ThrowawayCamel camel;
  private final ObjectMapper json = new ObjectMapper();
  private final Map<String, String> refusals = new HashMap<>();

  /**
   * @param languages the fields that hold an expression
   */
  EipConstruction(CamelParts parts, Set<String> languages, ThrowawayCamel camel) {
    this.camel = camel;
    this.parts = parts;
    this.languages = languages;
  }

  /** Checks the parts of a file in which nothing else is wrong. */
  void check(CheckedFile file) {
    Set<Integer> faulty =
        file.faults().found().stream().map(RouteFaults.Line::number).collect(Collectors.toSet());
    for (YamlNode item : file.root().asList()) {
      item.asMap()
          .forEach(
              (name, content) -> {
                if (TOPS.contains(name) && content.isMap()) {
                  check(name, content, file.faults(), faulty);
                }
              });
      visit(item, file.faults(), faulty);
    }
  }

  private void visit(YamlNode node, RouteFaults faults, Set<Integer> faulty) {
    node.asList().forEach(item -> visit(item, faults, faulty));
    node.asMap()
        .forEach(
            (name, value) -> {
              if (name.equals("steps")) {
                for (YamlNode item : value.asList()) {
                  if (item.asMap().size() == 1) { // else its indentation is wrong
                    item.asMap().forEach((step, content) -> check(step, content, faults, faulty));
                  }
                }
              }
              visit(value, faults, faulty);
            });
  }

  private void check(String name, YamlNode content, RouteFaults faults, Set<Integer> faulty) {
    List<String> expressions =
        content.asMap().keySet().stream()
            .filter(field -> isExpression(field, parts.model(name).path("properties")))
            .toList();
    if (expressions.size() > 1) {
      faults.add(
          content.get(expressions.get(1)).line(),
          name + " has two expressions, " + String.join(" and ", expressions) + "; delete one");
      return;
    }
    if (NOT_BUILT.contains(name) || content.isEmpty() || isFaulty(content, faulty)) {
      return;
    }
    String refusal = refusal(name, content);
    if (refusal.equals(NO_STEPS)) {
      faults.add(content.line(), name + " " + NO_STEPS + "; add one");
    } else if (!refusal.isEmpty()) {
      Variant cause = cause(name, content, refusal);
      faults.add(
          cause.field.line(),
          "Camel cannot build " + name + " (" + refusal + "); correct " + cause.name);
    }
  }

  private static boolean isFaulty(YamlNode node, Set<Integer> faulty) {
    return faulty.contains(node.line())
        || node.asList().stream().anyMatch(item -> isFaulty(item, faulty))
        || node.asMap().entrySet().stream()
            .anyMatch(
                field ->
                    faulty.contains(field.getValue().line())
                        || !field.getKey().equals("steps") && isFaulty(field.getValue(), faulty));
  }

  /** The field without which Camel builds the step: the one that its message names, if any. */
  private Variant cause(String name, YamlNode content, String refusal) {
    List<Variant> variants = variants(name, content);
    if (variants.size() > MOST_VARIANTS) {
      return new Variant(name, content, content);
    }
    List<Variant> causes =
        variants.stream().filter(variant -> refusal(name, variant.rest).isEmpty()).toList();
    return causes.stream()
        .filter(each -> isNamed(each, refusal.toLowerCase(Locale.ROOT)))
        .findFirst()
        .or(() -> causes.stream().findFirst())
        .orElse(new Variant(name, content, content));
  }

  private static boolean isNamed(Variant cause, String refusal) {
    String name = cause.name.toLowerCase(Locale.ROOT);
    return refusal.contains(name)
        || name.contains(refusal.replaceFirst(" .*", ""))
        || cause.field.isScalar() && refusal.contains("\"" + cause.field.text() + "\"");
  }

  /** The node without one of its innermost fields, for each of them. */
  private static List<Variant> variants(String name, YamlNode node) {
    List<Variant> all = new ArrayList<>();
    for (int i = 0; i < node.asList().size(); i++) {
      for (Variant inner : variants(name, node.items().get(i))) {
        List<YamlNode> items = new ArrayList<>(node.items());
        items.set(i, inner.rest);
        all.add(inner.in(new YamlNode(node.line(), null, false, items, null)));
      }
    }
    for (Map.Entry<String, YamlNode> field : node.asMap().entrySet()) {
      List<Variant> inside =
          field.getKey().equals("steps") ? List.of() : variants(field.getKey(), field.getValue());
      for (Variant inner : inside) {
        all.add(inner.in(with(node, field.getKey(), inner.rest)));
      }
      if (inside.isEmpty()) {
        all.add(new Variant(field.getKey(), field.getValue(), with(node, field.getKey(), null)));
      }
    }
    return all;
  }

  private static YamlNode with(YamlNode map, String field, YamlNode value) {
    Map<String, YamlNode> fields = new LinkedHashMap<>(map.fields());
    fields.compute(field, (name, old) -> value);
    return new YamlNode(map.line(), null, false, null, fields);
  }

  /**
   * @return why Camel does not build it; empty if it does, or if only the start knows
   */
  private String refusal(String name, YamlNode content) {
    try {
      return refusals.computeIfAbsent(
          file(name, value(name, content, json.missingNode())), camel::refusal);
    } catch (UnknownValue open) {
      return "";
    }
  }

  private String file(String name, JsonNode content) {
    ArrayNode file = json.createArrayNode();
    if (name.equals("route") || name.equals("from")) {
      file.addObject().set(name, content);
    } else if (GLOBALS.contains(name)) {
      ObjectNode configuration = file.addObject().putObject("routeConfiguration");
      configuration.put("id", "checked").putArray(name).addObject().set(name, content);
      user(file);
    } else if (name.equals("routeConfiguration")) {
      ((ObjectNode) content).put("id", "checked");
      file.addObject().set(name, content);
      user(file);
    } else {
      steps(file.addObject()).addObject().set(name, content);
    }
    return file.toString();
  }

  private static void user(ArrayNode file) {
    ObjectNode route = file.addObject().putObject("route");
    route.put("routeConfigurationId", "checked");
    steps(route).addObject().putObject("stop");
  }

  private static ArrayNode steps(ObjectNode route) {
    return route.putObject("from").put("uri", ThrowawayCamel.ENDPOINT).putArray("steps");
  }

  /** What replaces a field. */
  private JsonNode value(String name, YamlNode node, JsonNode model) {
    if (node.isScalar()) {
      return scalar(name, node, model);
    }
    if (node.isList()) {
      ArrayNode list = json.createArrayNode();
      for (YamlNode item : node.items()) {
        if (name.equals("steps")) {
          list.addObject().putObject("stop");
        } else {
          list.add(value(name, item, model));
        }
      }
      return list;
    }
    JsonNode models = parts.model(name).path("properties");
    ObjectNode map = json.createObjectNode();
    node.asMap()
        .forEach(
            (field, value) -> {
              boolean isExpression = !field.equals("expression") && isExpression(field, models);
              if (isExpression && Steps.isEndpoint(name)) {
                map.put("constant", ThrowawayCamel.ENDPOINT);
              } else if (isExpression && !(LITERAL.contains(field) && isLiteral(value))) {
                map.put("constant", "1");
              } else if (!OTHERS.contains(field)
                  && !(field.equals("circuitBreaker") && value.isScalar())) {
                map.set(field, value(field, value, models.path(field)));
              }
            });
    return map;
  }

  private boolean isExpression(String field, JsonNode models) {
    return languages.contains(field) && (field.equals("expression") || !models.has(field));
  }

  private JsonNode scalar(String name, YamlNode node, JsonNode model) {
    String text = SimpleSyntax.normal(node.text());
    if (text.contains("{{")) {
      throw new UnknownValue();
    }
    if (node.isEmpty()) {
      return json.nullNode();
    }
    if (text.isEmpty()) {
      return TextNode.valueOf(text);
    }
    boolean isBean =
        model.path("kind").asText().equals("attribute")
                && model.path("type").asText().equals("object")
            || name.endsWith("Ref")
            || name.equals("ref");
    if (isBean) {
      return TextNode.valueOf(
          camel.bean(model.path("javaType").asText()).orElseThrow(UnknownValue::new));
    }
    boolean isEndpoint = ENDPOINTS.contains(name);
    if (isEndpoint) {
      return TextNode.valueOf(ThrowawayCamel.ENDPOINT);
    }
    if (text.contains("${") || TEXTS.contains(name)) {
      return TextNode.valueOf("checked");
    }
    if (!Sandbox.isPlain(text)) {
      throw new UnknownValue();
    }
    return TextNode.valueOf(text);
  }

  private static boolean isLiteral(YamlNode node) {
    return node.isScalar()
        ? Sandbox.isPlain(node.text())
        : node.asMap().values().stream().allMatch(EipConstruction::isLiteral);
  }
}
