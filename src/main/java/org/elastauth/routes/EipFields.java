package org.elastauth.routes;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.apache.camel.AggregationStrategy;
import org.apache.camel.util.ObjectHelper;

/**
 * The fields of EIPs, languages and data formats, by what Camel says of them: beans of a role,
 * durations, classes, and what must be there. Camel's schema calls all of these a text.
 */
record EipFields(RouteFaults faults, BeanNames beans, CamelParts parts) {
  /** The element that a step consists of, under one of several names. */
  private static final Map<String, String> ELEMENTS =
      Map.of("dataFormatType", "data format", "loadBalancerType", "load balancer");

  /** Of these fields Camel demands one, without a word in its descriptions. */
  private static final Map<String, List<String>> ONE_OF =
      Map.ofEntries(
          Map.entry("bean", List.of("ref", "beanType")),
          Map.entry("choice", List.of("when")),
          Map.entry("delete", List.of("to")),
          Map.entry("doCatch", List.of("exception")),
          Map.entry("doTry", List.of("doCatch", "doFinally")),
          Map.entry("get", List.of("to")),
          Map.entry("head", List.of("to")),
          Map.entry("method", List.of("ref", "beanType")),
          Map.entry("patch", List.of("to")),
          Map.entry("post", List.of("to")),
          Map.entry("put", List.of("to")),
          Map.entry("routeTemplate", List.of("from", "route")),
          Map.entry("throwException", List.of("exceptionType", "ref")));

  private static final Set<String> BEANS = Set.of("moduleRefs", "objectMapper");
  private static final Set<String> CLASSES =
      Set.of("collectionType", "jsonView", "resultType", "unmarshalType");
  private static final Set<String> CONVERSIONS =
      Set.of("convertBodyTo", "convertHeaderTo", "convertVariableTo");

  /** What is written in them is a name. */
  private static final Set<String> NAMES =
      Set.of(
          "bean",
          "exchangeProperty",
          "header",
          "method",
          "ref",
          "removeHeader",
          "removeProperty",
          "removeVariable",
          "spel",
          "to",
          "toD",
          "tokenize",
          "uri",
          "variable");

  /** The EIPs whose expression is a number. */
  private static final Set<String> NUMBERS = Set.of("delay", "loop", "throttle");

  /**
   * @param name of a field
   */
  void check(String name, YamlNode content) {
    if (NAMES.contains(name) && content.asText().isBlank() && isWritten(content)) {
      faults.add(content.line(), name + " is empty; write what it names, or delete it");
    }
    if (CONVERSIONS.contains(name) && content.isScalar() && !Endpoint.isOpen(content.text())) {
      type(content);
    }
    JsonNode model = parts.model(name);
    if (!content.isMap() || model.isMissingNode()) {
      return;
    }
    for (Map.Entry<String, JsonNode> each : model.path("properties").properties()) {
      if (content.get(each.getKey()).isScalar()) {
        value(name, each.getKey(), each.getValue(), content.get(each.getKey()));
      } else if (each.getValue().path("required").asBoolean()) {
        required(name, each.getKey(), each.getValue(), content);
      }
    }
    List<String> oneOf = ONE_OF.getOrDefault(name, List.of());
    if (!oneOf.isEmpty() && oneOf.stream().allMatch(field -> isEmpty(content.get(field)))) {
      missing(content, name, String.join(" or ", oneOf));
    }
    beans.needed(
        name, content.get("ref").isThere() || content.get("sagaService").isThere(), content.line());
    if (name.equals("resilience4jConfiguration") && content.get("circuitBreaker").isThere()) {
      for (String field : List.of("bulkheadEnabled", "timeoutEnabled")) {
        if (content.get(field).asText().equalsIgnoreCase("true")) {
          faults.add(
              content.get(field).line(),
              field + " is not supported with a named circuitBreaker; delete one of them");
        }
      }
    }
    if (name.equals("doTry") && isEmpty(content.get("steps"))) {
      missing(content, name, "steps");
    }
    if (name.equals("aggregate")
        && content.asMap().entrySet().stream().noneMatch(EipFields::completes)) {
      missing(content, name, "completionSize, completionTimeout or another completion");
    }
    if (NUMBERS.contains(name) && !content.get("doWhile").isThere()) {
      number(name, content);
    }
  }

  private static boolean completes(Map.Entry<String, YamlNode> field) {
    return (field.getKey().startsWith("completion") || field.getKey().endsWith("Controller"))
        && !field.getValue().asText().matches("-\\d+|0");
  }

  private static boolean isWritten(YamlNode field) {
    return field.isScalar() && !field.isEmpty();
  }

  private static boolean isEmpty(YamlNode field) {
    return !field.isThere() || field.isList() && field.items().isEmpty() || field.isEmpty();
  }

  private void missing(YamlNode content, String name, String field) {
    faults.add(content.line(), name + " has no " + field + "; add it");
  }

  /** The schema demands a field only if it has a single name. */
  private void required(String name, String field, JsonNode about, YamlNode content) {
    List<String> names = new ArrayList<>(List.of(field));
    about.path("oneOf").forEach(each -> names.add(each.asText()));
    boolean isExpression = about.path("kind").asText().equals("expression");
    boolean isThere =
        isExpression && !field.equals("expression")
            ? content.get(field).isThere()
            : names.stream().anyMatch(each -> content.get(each).isThere());
    if (isThere || name.equals("sort")) {
      return; // Camel sorts the body
    }
    if (isExpression) {
      faults.add(
          content.line(),
          name
              + " has no "
              + field
              + "; add "
              + (field.equals("expression") ? "one, such as simple" : "it"));
    } else if (ELEMENTS.containsKey(field)) {
      missing(content, name, ELEMENTS.get(field));
    }
  }

  private void value(String name, String field, JsonNode about, YamlNode value) {
    String text = value.text();
    if (Endpoint.isOpen(text) || value.isEmpty()) {
      return;
    }
    String type = about.path("type").asText();
    boolean isName =
        about.path("required").asBoolean() && !about.path("kind").asText().equals("value");
    boolean isNamed = NAMES.contains(name) && about.path("kind").asText().equals("value");
    if (text.isBlank() && (isName || isNamed || type.equals("object") || NAMES.contains(field))) {
      faults.add(value.line(), field + " is empty; write what it names, or delete it");
      return;
    }
    boolean isReference = field.endsWith("Ref") && !field.equals("routeTemplateRef");
    if (about.path("kind").asText().equals("attribute") && type.equals("object") || isReference) {
      beans.reference(value, role(about.path("javaType").asText()));
    } else if (name.equals("circuitBreaker") && field.equals("configuration")) {
      beans.reference(value, Object.class);
    } else if (BEANS.contains(field)) {
      List.of(text.split(","))
          .forEach(each -> beans.reference(YamlNode.scalar(value.line(), each), Object.class));
    } else if (field.equals("moduleClassNames")) {
      List.of(text.split(",")).forEach(each -> beans.load(each.strip(), value.line()));
    } else if (!Values.fault(about, text).isEmpty()) {
      faults.add(value.line(), field + "=" + text + " " + Values.fault(about, text));
    } else if (CLASSES.contains(field) || CONVERSIONS.contains(name) && field.equals("type")) {
      type(value);
    }
  }

  /** Camel makes a strategy of any bean. */
  private static Class<?> role(String type) {
    return BeanCatalog.load(type)
        .<Class<?>>map(role -> role)
        .filter(role -> role != AggregationStrategy.class && role != String.class)
        .orElse(Object.class);
  }

  /** Camel knows the usual types without their package. */
  private void type(YamlNode value) {
    if (ObjectHelper.loadClass(value.text(), EipFields.class.getClassLoader()) == null) {
      beans.load(value.text(), value.line());
    }
  }

  private void number(String name, YamlNode content) {
    YamlNode expression = content.get("expression").isMap() ? content.get("expression") : content;
    UnaryOperator<YamlNode> text = each -> each.isMap() ? each.get("expression") : each;
    for (String language : List.of("constant", "simple")) {
      YamlNode value = text.apply(expression.get(language));
      if (value.isScalar()
          && !Endpoint.isOpen(value.text())
          && !value.text().strip().matches("\\d+")) {
        faults.add(value.line(), name + "=" + value.text() + " is not a whole number; correct it");
      }
    }
  }
}
