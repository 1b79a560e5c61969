package org.elastauth.routes;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.camel.Predicate;
import org.apache.camel.Processor;

/**
 * Finds the names in the steps of a file: beans and their methods, classes, endpoints, exchange
 * properties. Text without a meaning for Camel, such as a description, is not read.
 */
final class StepNames {
  private static final Set<String> TEXT =
      Set.of("description", "note", "constant", "id", "group", "logName", "marker");
  static final Set<String> PREDICATES =
      Set.of(
          "completionPredicate",
          "continued",
          "filter",
          "handled",
          "onWhen",
          "retryWhile",
          "validate",
          "when");
  private static final Set<String> WITHIN_PREDICATE = Set.of("expression", "simple");
  private static final Set<String> VALUES = Set.of("parameters", "properties", "constructors");

  /** The languages that may define classes themselves. */
  private static final Set<String> SCRIPTS =
      Set.of("script", "groovy", "java", "joor", "js", "python");

  private static final Set<String> CLASSES = Set.of("exception", "exceptionType", "beanType");

  private static final Pattern PROPERTY =
      Pattern.compile(
          "exchangeProperty(?:As\\(|OrElse\\(|\\.|\\?\\.|\\[\\s*['\"]?|:)\\s*([A-Za-z][\\w-]*)");

  /** Camel reads the method after it has filled in the value, which may be text of a client. */
  private static final Pattern NESTED_IN_BEAN = Pattern.compile("\\$\\{(bean|ref):[^}]*\\$\\{");

  private static final Pattern BEAN_IN_SIMPLE =
      Pattern.compile(
          "\\$\\{bean:(?!type:)([\\w-]+)(?:(?:\\.|::|\\?method=)(\\w+)(\\([^}]*\\))?)?");
  private static final Pattern BEAN_IN_SPEL = Pattern.compile("@([A-Za-z]\\w*)(?:\\.(\\w+)\\()?");
  private static final Pattern CLASS_IN_TEXT =
      Pattern.compile("(?:\\bT\\(\\s*|\\$\\{type:|\\bnew )((?:[a-z]\\w*\\.)+[A-Z]\\w*)");

  private final CheckedFile file;
  private final BeanNames beans;
  private final EndpointNames endpoints;
  private final EipFields eips;
  private final PropertyUses properties;
  private final Syntax syntax;

  StepNames(
      CheckedFile file,
      BeanNames beans,
      EndpointNames endpoints,
      EipFields eips,
      PropertyUses properties,
      Syntax syntax) {
    this.file = file;
    this.beans = beans;
    this.endpoints = endpoints;
    this.eips = eips;
    this.properties = properties;
    this.syntax = syntax;
  }

  void check() {
    for (YamlNode item : file.root().asList()) {
      visit("", item, false);
    }
  }

  /**
   * @param isPredicate whether the parent decides something
   */
  private void visit(String parent, YamlNode node, boolean isPredicate) {
    boolean decides =
        PREDICATES.contains(parent) || WITHIN_PREDICATE.contains(parent) && isPredicate;
    node.asList().forEach(item -> visit(parent, item, isPredicate));
    node.asMap().forEach((name, value) -> field(parent, name, value, node, decides));
  }

  /**
   * @param parent the field that contains this one
   */
  private void field(
      String parent, String name, YamlNode value, YamlNode siblings, boolean isPredicate) {
    if (TEXT.contains(name) && value.isScalar()) {
      return;
    }
    if (!VALUES.contains(parent)) {
      meaning(parent, name, value, siblings);
      (value.isList() ? value.items() : List.of(value)).forEach(each -> eips.check(name, each));
    } else if (value.isScalar()) {
      beans.registered(value);
    }
    if (value.isScalar()) {
      text(parent, name, value, isPredicate);
    } else {
      visit(name, value, isPredicate);
    }
  }

  /** What a field of an EIP means; in parameters it would be an option of a component. */
  private void meaning(String parent, String name, YamlNode value, YamlNode siblings) {
    switch (name) {
      case "beans" -> value.asList().forEach(beans::declaration);
      case "bean" -> beans.call(value);
      case "method" -> {
        if (value.isMap()) {
          beans.call(value);
        }
      }
      case "process" ->
          beans.reference(value.isScalar() ? value : value.get("ref"), Processor.class);
      case "ref" -> {
        boolean isDone =
            parent.equals("process") || parent.equals("bean") || parent.equals("method");
        if (!isDone) {
          beans.reference(
              value.isScalar() ? value : value.get("expression"),
              PREDICATES.contains(parent) ? Predicate.class : Object.class);
        }
      }
      case "circuitBreaker" -> {
        if (value.isScalar()) {
          beans.reference(value, Object.class);
        }
      }
      case "setProperty" -> properties.set(value.get("name"));
      case "removeProperty" -> properties.use(value.isScalar() ? value : value.get("name"));
      case "statusPropertyName" -> properties.set(value);
      case "exchangeProperty" ->
          properties.read(value.isScalar() ? value : value.get("expression"));
      case "uri", "deadLetterUri", "afterUri" -> {
        if (value.isScalar()) {
          endpoints.check(Endpoint.of(value, siblings.get("parameters")), parent);
        }
      }
      case "to", "toD", "wireTap" -> {
        if (value.isScalar()) {
          endpoints.check(Endpoint.of(value, YamlNode.map(value.line())), name);
        }
      }
      case "enrich", "pollEnrich", "recipientList", "routingSlip", "dynamicRouter" ->
          Steps.endpoints(name, value).forEach(endpoint -> endpoints.check(endpoint, name));
      case "kamelet" -> endpoints.check(new Endpoint(value.line(), name, name, Map.of()), name);
      case "routePolicy" ->
          Stream.of(value.asText().split(","))
              .forEach(
                  policy ->
                      beans.reference(YamlNode.scalar(value.line(), policy.strip()), Object.class));
      default -> {
        if (CLASSES.contains(name)) {
          beans.classes(name, value);
        }
      }
    }
  }

  private void text(String parent, String name, YamlNode value, boolean isPredicate) {
    String text = SimpleSyntax.normal(value.text());
    matches(PROPERTY, text)
        .forEach(found -> properties.read(YamlNode.scalar(value.line(), found.group(1))));
    new PropertyFields(file.faults()).check(value);
    if (NESTED_IN_BEAN.matcher(text).find()) {
      file.faults()
          .add(
              value.line(),
              "a value inside ${bean:…} could choose another method; call the bean in a step of its"
                  + " own, and write the value there");
      return;
    }
    matches(BEAN_IN_SIMPLE, text)
        .forEach(
            found ->
                beans.call(
                    YamlNode.scalar(value.line(), found.group(1)),
                    YamlNode.scalar(
                        value.line(),
                        found.group(2) == null
                            ? ""
                            : found.group(2) + (found.group(3) == null ? "" : found.group(3)))));
    if (!SCRIPTS.contains(name)) {
      matches(CLASS_IN_TEXT, text).forEach(found -> beans.load(found.group(1), value.line()));
    }
    String wrong = syntax.fault(parent, name, text, isPredicate);
    if (!wrong.isEmpty()) {
      file.faults().add(value.line(), wrong);
    }
    if (name.equals("spel") || parent.equals("spel")) {
      matches(BEAN_IN_SPEL, text)
          .forEach(
              found -> beans.reads(YamlNode.scalar(value.line(), found.group(1)), found.group(2)));
    }
  }

  private static List<MatchResult> matches(Pattern pattern, String text) {
    return pattern.matcher(text).results().toList();
  }
}
