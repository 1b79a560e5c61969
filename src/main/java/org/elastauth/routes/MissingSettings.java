package org.elastauth.routes;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.elastauth.config.Fault;
import org.elastauth.config.OwnSettings;

/**
 * Finds the placeholders of an operator's route files that no setting fills, and the expressions
 * that a setting breaks. Camel would stop at the first one, and name no line.
 */
public final class MissingSettings {
  /** What a placeholder becomes whose setting refers to something missing; the reason follows. */
  public static final String UNRESOLVED = "{{:";

  /** Any placeholder, also with a default. */
  private static final Pattern ANY = Pattern.compile("\\{\\{\\??\\s*([\\w.-]+)\\s*(?::[^}]*)?}}");

  /** Without a default, which a colon begins; a question mark lets a placeholder be empty. */
  private static final Pattern PLACEHOLDER = Pattern.compile("\\{\\{\\s*([\\w.-]+)\\s*}}");

  private static final Set<String> TEXT = Set.of("description", "note");
  private static final String OWN = "my.";

  private final UnaryOperator<String> placeholders;
  private final RouteFaults faults;
  private final SimpleSyntax simple = new SimpleSyntax(new CamelParts());

  private MissingSettings(UnaryOperator<String> placeholders, RouteFaults faults) {
    this.placeholders = placeholders;
    this.faults = faults;
  }

  /**
   * @param placeholders resolves {@code {{…}}}, and leaves those that have no value
   */
  public static List<Fault> in(RouteSet set, UnaryOperator<String> placeholders) {
    List<Fault> faults = new ArrayList<>();
    for (RouteFile file : set.own()) {
      CheckedFile read = file.read();
      MissingSettings missing = new MissingSettings(placeholders, new RouteFaults(file.place()));
      missing.visit("", read.root(), Set.of());
      faults.addAll(missing.faults.all());
    }
    return faults;
  }

  /**
   * @param parent the field that contains the node
   * @param parameters of the template around the node
   */
  private void visit(String parent, YamlNode node, Set<String> parameters) {
    node.asList().forEach(item -> visit(parent, item, parameters));
    for (Map.Entry<String, YamlNode> field : node.asMap().entrySet()) {
      if (field.getKey().equals("routeTemplate")) {
        visit("", field.getValue(), parameters(field.getValue()));
      } else if (field.getKey().equals("simple") && field.getValue().isScalar()) {
        filled(parent, field.getValue());
        missing(field.getValue(), parameters);
      } else if (!TEXT.contains(field.getKey())) {
        visit(field.getKey(), field.getValue(), parameters);
      }
    }
    missing(node, parameters);
  }

  private void missing(YamlNode node, Set<String> parameters) {
    Matcher any = ANY.matcher(node.asText());
    while (any.find()) {
      String value = placeholders.apply("{{" + any.group(1) + "}}");
      if (!parameters.contains(any.group(1)) && value.startsWith(UNRESOLVED)) {
        faults.add(
            node.line(),
            "the setting of {{"
                + any.group(1)
                + "}} "
                + value.substring(UNRESOLVED.length(), value.length() - "}}".length()));
      }
    }
    Matcher placeholder = PLACEHOLDER.matcher(node.asText());
    while (placeholder.find()) {
      String name = placeholder.group(1);
      String plain = "{{" + name + "}}";
      if (!parameters.contains(name) && placeholders.apply(plain).equals(plain)) {
        faults.add(node.line(), mend(name));
      }
    }
  }

  /** The check of routes leaves out what a setting decides. */
  private void filled(String parent, YamlNode expression) {
    String text = placeholders.apply(expression.text());
    if (!text.equals(expression.text()) && !text.contains(UNRESOLVED)) {
      String wrong = simple.fault(text, StepNames.PREDICATES.contains(parent));
      if (!wrong.isEmpty()) {
        boolean isSecret =
            ANY.matcher(expression.text())
                .results()
                .anyMatch(found -> OwnSettings.isSecret(found.group(1)));
        faults.add(
            expression.line(),
            (isSecret ? "is not an expression of the Simple language" : wrong)
                + "; correct a setting of "
                + expression.text());
      }
    }
  }

  private static Set<String> parameters(YamlNode template) {
    Set<String> names = new HashSet<>();
    for (String field : List.of("parameters", "beans")) {
      template.get(field).asList().forEach(each -> names.add(each.get("name").asText()));
    }
    return names;
  }

  private static String mend(String name) {
    String path = name.startsWith("elastauth.") ? name : "elastauth." + name;
    String reason = "the setting of {{" + name + "}} is missing";
    if (!path.startsWith("elastauth." + OWN)) {
      return reason
          + "; correct the name, begin the name of your own setting with "
          + OWN
          + ", or write a default: {{"
          + name
          + ":value}}";
    }
    return reason
        + "; set "
        + path
        + " in application.yaml or "
        + path.replaceAll("[.-]", "_").toUpperCase(Locale.ROOT)
        + " in the environment, or write a default: {{"
        + name
        + ":value}}";
  }
}
