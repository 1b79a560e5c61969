package org.elastauth.routes;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The steps of a route, and the routes that a step calls. */
final class Steps {
  private static final Set<String> SENDING = Set.of("to", "toD", "wireTap", "poll");
  private static final Set<String> BY_EXPRESSION =
      Set.of("enrich", "pollEnrich", "recipientList", "routingSlip", "dynamicRouter");
  private static final Pattern DIRECT = Pattern.compile("direct:(?://)?([^?,'\")\\s]+)");

  /**
   * A call of a {@code direct:} endpoint.
   *
   * @param name may contain placeholders
   */
  record Call(String name, int line) {}

  private Steps() {}

  /**
   * @param steps the list of steps
   * @param each receives the name and the content of a step
   */
  static void forEach(YamlNode steps, BiConsumer<String, YamlNode> each) {
    for (YamlNode item : steps.asList()) {
      for (Map.Entry<String, YamlNode> step : item.asMap().entrySet()) {
        each.accept(step.getKey(), step.getValue());
      }
    }
  }

  /** Whether the expression of a step is an endpoint. */
  static boolean isEndpoint(String step) {
    return BY_EXPRESSION.contains(step);
  }

  /** The endpoints to which one step sends. */
  static List<Endpoint> endpoints(String step, YamlNode content) {
    List<Endpoint> endpoints = new ArrayList<>();
    if (SENDING.contains(step)) {
      YamlNode uri = content.isScalar() ? content : content.get("uri");
      if (uri.isScalar()) {
        endpoints.add(Endpoint.of(uri, content.get("parameters")));
      }
    } else if (BY_EXPRESSION.contains(step)) {
      YamlNode expression = content.get("expression").isMap() ? content.get("expression") : content;
      for (String language : List.of("constant", "simple")) {
        YamlNode text = expression.get(language);
        YamlNode uris = text.isScalar() ? text : text.get("expression");
        if (uris.isScalar() && !uris.text().contains("${")) {
          String delimiter = step.equals("recipientList") ? "," : "\n";
          for (String uri : uris.text().split(delimiter)) {
            endpoints.add(Endpoint.of(YamlNode.scalar(uris.line(), uri), content.get("none")));
          }
        }
      }
    }
    return endpoints;
  }

  /** The routes that one step calls itself; a bean names them in the description of its step. */
  static List<Call> calls(String step, YamlNode content) {
    List<Call> calls = new ArrayList<>();
    for (Endpoint endpoint : endpoints(step, content)) {
      if (!endpoint.direct().isEmpty()) {
        calls.add(new Call(endpoint.direct(), endpoint.line()));
      }
    }
    if (step.equals("process")) {
      YamlNode description = content.get("description");
      Matcher direct = DIRECT.matcher(description.asText());
      while (direct.find()) {
        calls.add(new Call(direct.group(1), description.line()));
      }
    }
    return calls;
  }
}
