package org.elastauth.routes;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.commons.text.WordUtils;

/**
 * Draws the routes that a configuration loads as a flowchart in Mermaid. A box is a route, a frame
 * a file, an arrow a call; the numbers are the order of a route's calls. A dotted arrow is a call
 * that a step decides on, with the verb of its id, or of a copy, which a route does not wait for.
 * Parameters of other endpoints are not drawn, because they may be secrets.
 */
public final class RouteDrawing {
  /** Draws every route. */
  public static final String ALL = "all";

  /** Draws the way of a request to its answer. */
  public static final String FRONT_DOOR = "front-door";

  private static final String HTTP = "platform-http:";
  private static final String ADDRESS = "/elastauth";
  private static final Pattern PLACEHOLDER = Pattern.compile("\\{\\{\\??elastauth\\.([\\w.]+)}}");
  private static final Pattern DIRECT = Pattern.compile("direct:(?://)?([^?,'\")\\s]+)");
  private static final Pattern EQUALITY = Pattern.compile("'([^']*)' == '([^']*)'");
  private static final Pattern ADDRESS_OF_SERVER =
      Pattern.compile(
          "((?:vertx-)?https?:(?:https?:)?/*|(?!file:)[\\w.+-]+://)(?:[^/@]*@)?([^/?]+).*");
  private static final Set<String> ENDPOINTS = Set.of("to", "toD");

  /** Characters of a description; then it ends after a word. */
  private static final int DESCRIPTION = 90;

  /** Words of Mermaid, at which a name must not begin. */
  private static final Pattern WORDS =
      Pattern.compile("(call|class|end|flowchart|graph|href|linkStyle|style|subgraph)\\b.*");

  /**
   * @param from resolved, without parameters
   * @param calls the called endpoints in order, and what decides on the call; empty for nothing
   */
  private record Box(
      RouteFile file, String id, String from, String description, Map<String, String> calls) {
    void call(String endpoint, String decision) {
      calls.merge(endpoint, decision, (one, other) -> other.isEmpty() ? other : one);
    }
  }

  private final UnaryOperator<String> placeholders;
  private final Map<String, Box> boxes = new LinkedHashMap<>();

  /** By endpoint: the setting that chooses it, and its value. */
  private final Map<String, String> chosen = new HashMap<>();

  private RouteDrawing(UnaryOperator<String> placeholders) {
    this.placeholders = placeholders;
  }

  /**
   * @param set that the configuration loads
   * @param placeholders resolves {@code {{…}}}
   * @param start the id of the route to begin with, or {@link #ALL}
   * @throws IllegalArgumentException with a message for the user if there is no such route
   */
  public static String of(RouteSet set, UnaryOperator<String> placeholders, String start) {
    RouteDrawing drawing = new RouteDrawing(placeholders);
    set.files().values().forEach(drawing::read);
    return drawing.draw(drawing.reached(start));
  }

  private void read(RouteFile file) {
    CheckedFile read = file.read();
    if (!read.isRead() && !read.faults().isEmpty()) {
      throw new IllegalArgumentException(file.place() + " " + read.faults().found().first().mend());
    }
    for (CheckedRoute route : CheckedRoute.in(read)) {
      Box box =
          new Box(
              file,
              route.id(),
              withoutParameters(placeholders.apply(uri(route.from()))),
              route.node().get("description").asText(),
              new LinkedHashMap<>());
      walk("", route.from().get("steps"), box, "");
      boxes.put(box.from, box);
    }
  }

  /** An editor may write the name of a direct endpoint as a parameter. */
  private static String uri(YamlNode step) {
    String uri = step.get("uri").asText();
    YamlNode name = step.get("parameters").get("name");
    return uri.equals("direct") && name.isThere() ? "direct:" + name.asText() : uri;
  }

  private static String withoutParameters(String uri) {
    return uri.replaceFirst("[?].*", "");
  }

  /** The address of a server without a password, and without a path, which may be a secret. */
  private static String shown(String uri) {
    Matcher address = ADDRESS_OF_SERVER.matcher(withoutParameters(uri));
    return address.matches() ? address.replaceFirst("$1$2") : withoutParameters(uri);
  }

  /**
   * @param key of the node
   * @param decision what decides whether the node runs; empty for nothing
   */
  private void walk(String key, YamlNode node, Box box, String decision) {
    if (node.get("precondition").asText().equals("true")) {
      madeByCamel(node).forEach(branch -> walk("", branch, box, decision));
    } else if (node.isMap()) {
      String inner = decision(key, node, box, decision);
      node.asMap()
          .forEach(
              (name, value) -> {
                if (name.equals("uri")) {
                  target(uri(node), box, inner);
                } else {
                  walk(name, value, box, inner);
                }
              });
    } else if (node.isList()) {
      node.asList().forEach(item -> walk(key, item, box, decision));
    } else if (ENDPOINTS.contains(key) || node.asText().contains("direct:")) {
      target(node.asText(), box, decision);
    }
  }

  private void target(String uri, Box box, String decision) {
    if (uri.contains("direct:")) {
      call(uri, box, decision);
    } else {
      box.call(shown(placeholders.apply(uri)), decision);
    }
  }

  private void call(String text, Box box, String decision) {
    Matcher setting = PLACEHOLDER.matcher(text);
    Matcher direct = DIRECT.matcher(placeholders.apply(text));
    while (direct.find()) {
      String endpoint = "direct:" + direct.group(1);
      box.call(endpoint, decision);
      if (setting.find()) {
        chosen.put(endpoint, setting.group(1) + ": " + placeholders.apply(setting.group()));
      }
    }
  }

  private static String decision(String key, YamlNode step, Box box, String outer) {
    return switch (key) {
      case "doCatch" -> "on error";
      case "onFallback" -> "fallback";
      case "when", "filter" -> {
        String verb = step.get("id").asText().replaceFirst("^" + Pattern.quote(box.id + "-"), "");
        yield verb.isEmpty() ? "if" : verb.replace('-', ' ');
      }
      case "otherwise" -> "else";
      case "wireTap" -> copied(outer);
      default -> outer;
    };
  }

  /** A call that the route does not wait for. */
  private static String copied(String decision) {
    return decision.isEmpty() ? "copy" : decision + ", copy";
  }

  /** The branch that Camel makes of a choice at the start; all branches if that is not known. */
  private Collection<YamlNode> madeByCamel(YamlNode choice) {
    for (YamlNode when : choice.get("when").asList()) {
      Matcher equality = EQUALITY.matcher(placeholders.apply(when.get("simple").asText()));
      if (!equality.matches()) {
        return choice.asMap().values();
      }
      if (equality.group(1).equals(equality.group(2))) {
        return List.of(when.get("steps"));
      }
    }
    return List.of(choice.get("otherwise").get("steps"));
  }

  private Collection<Box> reached(String start) {
    List<Box> entries =
        boxes.values().stream()
            .filter(
                box ->
                    start.equals(ALL)
                        || box.id.equals(start)
                        || start.equals(FRONT_DOOR) && box.from.equals(HTTP + ADDRESS))
            .collect(Collectors.toList());
    if (entries.isEmpty() && start.equals(FRONT_DOOR)) {
      // the operator's front door
      boxes.values().stream().filter(box -> box.from.startsWith(HTTP)).forEach(entries::add);
    }
    if (entries.isEmpty()) {
      throw new IllegalArgumentException(
          "this configuration loads no route of that id; it loads "
              + boxes.values().stream().map(Box::id).sorted().collect(Collectors.joining(", ")));
    }
    Set<Box> reached = new LinkedHashSet<>(entries);
    Deque<Box> next = new ArrayDeque<>(entries);
    while (!next.isEmpty()) {
      next.remove().calls.keySet().stream()
          .map(boxes::get)
          .filter(Objects::nonNull)
          .filter(reached::add)
          .forEach(next::add);
    }
    return reached;
  }

  private String draw(Collection<Box> drawn) {
    StringBuilder chart = new StringBuilder("flowchart TB\n");
    Map<RouteFile, List<Box>> files =
        drawn.stream()
            .collect(Collectors.groupingBy(Box::file, LinkedHashMap::new, Collectors.toList()));
    files.forEach((file, routes) -> frame(file, routes, chart));
    Set<String> others = new LinkedHashSet<>();
    drawn.forEach(box -> arrows(box, others, chart));
    others.forEach(
        endpoint -> chart.append("    %s[(%s)]\n".formatted(name(endpoint), quoted(endpoint))));
    chart.append("    classDef entry fill:#e6f4ea,stroke:#2e7d32,color:#1f1f1f\n");
    chart.append("    classDef adapter fill:#e8f0fe,stroke:#1a56c4,color:#1f1f1f\n");
    chart.append("    classDef own fill:#fff1d6,stroke:#c26401,color:#1f1f1f\n");
    chart.append("    classDef file fill:none,stroke:#8a8a8a,stroke-dasharray:4\n");
    return chart.toString();
  }

  private void frame(RouteFile file, List<Box> routes, StringBuilder chart) {
    boolean isFrame = routes.size() > 1;
    if (isFrame) {
      String name = name(file.name());
      chart.append("    subgraph %s[%s]\n".formatted(name, quoted(file.name())));
    }
    for (Box box : routes) {
      chart.append(isFrame ? "        " : "    ").append(node(box, isFrame)).append('\n');
    }
    if (isFrame) {
      chart.append("    end\n    class %s file\n".formatted(name(file.name())));
    }
  }

  private String node(Box box, boolean isFramed) {
    List<String> lines = new ArrayList<>();
    lines.add("<b>" + escaped(box.id) + "</b>");
    if (box.from.startsWith(HTTP)) {
      lines.add(escaped(box.from.substring(HTTP.length())));
    } else if (chosen.containsKey(box.from)) {
      lines.add("<i>" + escaped(chosen.get(box.from)) + "</i>");
    }
    if (!box.description.isEmpty()) {
      String sentence = box.description.split("[.] ", 2)[0];
      lines.add(escaped(WordUtils.abbreviate(sentence, DESCRIPTION, -1, " …")));
    }
    if (!isFramed && !box.file.name().equals(box.id + RouteFile.SUFFIX)) {
      lines.add("<small>" + escaped(box.file.name()) + "</small>");
    }
    boolean isEntry = !box.from.startsWith("direct:");
    String kind =
        box.file.isOwn()
            ? ":::own"
            : isEntry ? ":::entry" : chosen.containsKey(box.from) ? ":::adapter" : "";
    return (isEntry ? "%s([\"%s\"])%s" : "%s[\"%s\"]%s")
        .formatted(name(box.id), String.join("<br>", lines), kind);
  }

  private void arrows(Box box, Set<String> others, StringBuilder chart) {
    int number = 0;
    for (Map.Entry<String, String> call : box.calls.entrySet()) {
      number++;
      Box called = boxes.get(call.getKey());
      if (called == null) {
        others.add(call.getKey());
      }
      String label =
          Stream.of(box.calls.size() > 1 ? Integer.toString(number) : "", call.getValue())
              .filter(part -> !part.isEmpty())
              .collect(Collectors.joining(": "));
      String arrow = call.getValue().isEmpty() ? "-->" : "-.->";
      chart.append(
          "    %s %s%s %s\n"
              .formatted(
                  name(box.id),
                  arrow,
                  label.isEmpty() ? "" : "|" + quoted(label) + "|",
                  name(called == null ? call.getKey() : called.id)));
    }
  }

  /** A name that Mermaid does not read as syntax. */
  private static String name(String text) {
    String name = text.replaceAll("[^A-Za-z0-9]+", "-");
    return WORDS.matcher(name).matches() ? "route-" + name : name;
  }

  private static String quoted(String text) {
    return '"' + escaped(text) + '"';
  }

  /** Mermaid's own escapes, which work in the labels of boxes and arrows. */
  private static String escaped(String text) {
    return text.replace("#", "#35;")
        .replace("\"", "#quot;")
        .replace("<", "#lt;")
        .replace(">", "#gt;");
  }
}
