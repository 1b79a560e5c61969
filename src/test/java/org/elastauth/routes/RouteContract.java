package org.elastauth.routes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.camel.Predicate;
import org.elastauth.routes.RouteYaml.Route;

/**
 * What the route files promise each other and the Java beans, as far as it needs the sources: each
 * property is used and set before it is read, each route is called, and a reader can hold it all.
 * {@link RouteCheck} has the other rules.
 *
 * <p>"Set before" is an approximation: a property counts as set if some path sets it, and nothing
 * unsets it. Route after route is walked until no route learns of another property.
 */
final class RouteContract {
  /** The contract's numbers. */
  record Limits(int properties, int routes, int lines, int depth, int singleBeanRoutes) {}

  /** The routes that may consist of one bean: the ports, in addition to timers. */
  private static final Pattern PORT =
      Pattern.compile(
          "identity-\\w+|rate-limit|cache-\\w+-(get|put|renew|delete)|user-store-[\\w-]+"
              + "|session-\\w+-(get|put|delete|delete-all)|respond");

  private static final Pattern PROPERTY =
      Pattern.compile("exchangeProperty(?:\\.|\\[|:\\s*)(\\w+)");
  private static final Pattern DIRECT =
      Pattern.compile("direct:((?:\\{\\{[^}]*}}|\\$\\{[^}]*}|[\\w-])+)");
  private static final Set<String> BLOCKS =
      Set.of("steps", "when", "otherwise", "doCatch", "doFinally", "onFallback", "onException");
  private static final Set<String> BEAN_STEPS = Set.of("bean", "process", "script");

  private final List<RouteYaml> files;
  private final List<String> table;
  private final BeanSources beans;
  private final Limits limits;
  private final Set<String> atFrontDoor;
  private final Map<String, Route> endpoints = new HashMap<>();
  private final Map<String, Set<String>> entries = new HashMap<>();
  private final Map<String, Set<String>> exits = new HashMap<>();
  private final Set<String> called = new HashSet<>();
  private final Set<String> used = new TreeSet<>();
  private final Set<String> faults = new TreeSet<>();

  /** The route that is walked. */
  private Route route;

  /**
   * @param table the documented exchange properties
   * @param atFrontDoor the properties that every HTTP request brings
   */
  RouteContract(
      List<RouteYaml> files,
      List<String> table,
      BeanSources beans,
      Set<String> atFrontDoor,
      Limits limits) {
    this.files = files;
    this.table = table;
    this.beans = beans;
    this.atFrontDoor = atFrontDoor;
    this.limits = limits;
  }

  /** One line a breach, with the file, the route and the step. */
  List<String> faults() {
    List<Route> routes = files.stream().flatMap(file -> file.routes().stream()).toList();
    for (Route each : routes) {
      if (each.from().startsWith("direct:")) {
        endpoints.put(each.from().substring("direct:".length()), each);
      }
    }
    int before;
    do {
      before = known();
      faults.clear();
      routes.forEach(this::walk);
      files.stream().flatMap(file -> file.configurations().stream()).forEach(this::walkHandlers);
    } while (known() > before);
    checkCallers(routes);
    checkTable();
    checkSizes(routes);
    return List.copyOf(faults);
  }

  private int known() {
    return sizes(entries) + sizes(exits) + called.size();
  }

  private static int sizes(Map<String, Set<String>> sets) {
    return sets.values().stream().mapToInt(Set::size).sum();
  }

  private void walk(Route next) {
    route = next;
    Set<String> in = new HashSet<>(entries.getOrDefault(key(next), Set.of()));
    if (next.from().startsWith("platform-http:")) {
      in.addAll(atFrontDoor);
    }
    JsonNode from = next.content().path("from");
    check(from, "from", in);
    exits.computeIfAbsent(key(next), first -> new HashSet<>()).addAll(steps(from, in));
  }

  /** An exception handler runs after any step of the routes that name its configuration. */
  private void walkHandlers(Route configuration) {
    Set<String> in = new HashSet<>(atFrontDoor);
    for (RouteYaml file : files) {
      for (Route each : file.routes()) {
        if (configuration.id().equals(each.content().path("routeConfigurationId").asText())) {
          in.addAll(exits.getOrDefault(key(each), Set.of()));
        }
      }
    }
    route = configuration;
    for (JsonNode item : configuration.content().path("onException")) {
      check(item.path("onException"), "onException", in);
      steps(item.path("onException"), in);
    }
  }

  /**
   * @return the properties that may be set afterwards
   */
  private Set<String> steps(JsonNode parent, Set<String> in) {
    Set<String> set = new HashSet<>(in);
    for (JsonNode step : parent.path("steps")) {
      step.properties().forEach(entry -> step(entry.getKey(), entry.getValue(), set));
    }
    return set;
  }

  private void step(String type, JsonNode body, Set<String> set) {
    String name = name(type, body);
    if (type.equals("loop")) {
      set.addAll(steps(body, set)); // the condition and the second round know what the first set
    }
    if (body.isTextual()) {
      checkText(body.asText(), name, set); // to: direct:x
    } else if (BEAN_STEPS.contains(type)) {
      check(((ObjectNode) body).deepCopy().without("ref"), name, set);
    } else {
      check(body, name, set);
    }
    switch (type) {
      case "setProperty" -> set.add(use(body.path("name").asText()));
      case "removeProperty" -> use(body.path("name").asText());
      default -> set.addAll(steps(body, set));
    }
    Set<String> before = new HashSet<>(set);
    for (JsonNode when : body.path("when")) {
      check(when, name, set);
      set.addAll(steps(when, before));
    }
    set.addAll(steps(body.path("otherwise"), before));
    for (JsonNode caught : body.path("doCatch")) {
      check(caught, name(name, caught), before);
      set.addAll(steps(caught, before));
    }
    set.addAll(steps(body.path("onFallback"), before));
    set.addAll(steps(body.path("doFinally"), set));
    if (BEAN_STEPS.contains(type)) {
      call(body.path("ref").asText(), body.path("method").asText(), type, name, set);
    }
  }

  private static String name(String type, JsonNode body) {
    if (body.isTextual()) {
      return type + " " + body.asText();
    }
    for (String field : List.of("id", "ref", "uri", "name")) {
      if (body.path(field).isTextual()) {
        return type + " " + body.path(field).asText();
      }
    }
    return type;
  }

  /** The names in a step's own fields: not in the steps inside it. */
  private void check(JsonNode node, String step, Set<String> set) {
    node.properties()
        .forEach(
            field -> {
              String name = field.getKey();
              JsonNode value = field.getValue();
              if (BLOCKS.contains(name) || name.equals("description") || name.equals("id")) {
                return;
              }
              if (name.equals("method") && value.isObject()) {
                call(
                    value.path("ref").asText(), value.path("method").asText(), "method", step, set);
              } else if (name.equals("ref")) {
                String bean =
                    value.isTextual() ? value.asText() : value.path("expression").asText();
                call(bean, "", "ref", step, set);
              } else if (name.equals("exchangeProperty")) {
                read(
                    value.isTextual() ? value.asText() : value.path("expression").asText(),
                    step,
                    set);
              } else if (value.isContainerNode()) {
                check(value, step, set);
              } else {
                checkText(value.asText(), step, set);
              }
            });
    if (node.isArray()) {
      for (JsonNode element : node) {
        if (element.isContainerNode()) {
          check(element, step, set);
        } else {
          checkText(element.asText(), step, set);
        }
      }
    }
  }

  private void checkText(String text, String step, Set<String> set) {
    find(PROPERTY, text).forEach(name -> read(name, step, set));
    if (!step.equals("from")) {
      find(DIRECT, text).forEach(name -> send(name, step, set));
    }
  }

  private static List<String> find(Pattern pattern, String text) {
    List<String> found = new ArrayList<>();
    Matcher matcher = pattern.matcher(text);
    while (matcher.find()) {
      found.add(matcher.group(matcher.groupCount()));
    }
    return found;
  }

  private String use(String property) {
    if (isOurs(property)) {
      used.add(property);
      if (!table.contains(property)) {
        fault("", "the exchange property " + property + " is not in the table");
      }
    }
    return property;
  }

  private static boolean isOurs(String property) {
    return !property.startsWith("Camel");
  }

  private void read(String property, String step, Set<String> set) {
    use(property);
    if (isOurs(property) && !set.contains(property)) {
      fault(step, "no step before sets the exchange property " + property);
    }
  }

  private void call(String bean, String method, String how, String step, Set<String> set) {
    if (bean.contains("{{")) {
      List<String> meant = beans.names(bean.replaceAll("\\{\\{[^}]*}}", "\\\\w+"));
      meant.forEach(each -> call(each, method, how, step, set));
      return;
    }
    BeanSources.Declared declared = beans.find(bean);
    if (declared == null) {
      return;
    }
    String name = method.replaceFirst("\\(.*", "");
    if (name.isEmpty()) {
      boolean decides = how.equals("ref") && Predicate.class.isAssignableFrom(declared.type());
      name = decides ? "matches" : how.equals("ref") ? "evaluate" : "process";
    }
    JavaText text = declared.text();
    declared.bound(name).forEach(property -> read(property, step, set));
    if (method.isEmpty() || declared.takesExchange(name)) {
      Set<String> read = text.read(name);
      set.addAll(beans.written(text, name));
      text.sent(name).forEach(endpoint -> send(endpoint, step, set));
      read.forEach(property -> read(property, step, set));
    }
  }

  /** Walks into the routes behind an endpoint: with a placeholder, into each that it may mean. */
  private void send(String endpoint, String step, Set<String> set) {
    String pattern = endpoint.replaceAll("\\{\\{[^}]*}}|\\$\\{[^}]*}", "[\\\\w-]+");
    Set<String> before = new HashSet<>(set);
    for (Map.Entry<String, Route> served : endpoints.entrySet()) {
      if (served.getKey().matches(pattern)) {
        called.add(served.getKey());
        String key = key(served.getValue());
        entries.computeIfAbsent(key, first -> new HashSet<>()).addAll(before);
        set.addAll(exits.getOrDefault(key, Set.of()));
      }
    }
  }

  private void checkCallers(List<Route> routes) {
    for (Route each : routes) {
      String name = each.from().replaceFirst("direct:", "");
      if (endpoints.containsKey(name) && !called.contains(name)) {
        route = each;
        fault("from " + each.from(), "no route and no bean calls this route");
      }
    }
  }

  private void checkTable() {
    beans
        .texts()
        .forEach(
            (type, text) -> {
              route = new Route("Java", type, "", null);
              text.used().stream().filter(RouteContract::isOurs).forEach(this::use);
            });
    route = new Route("table", "Exchange properties", "", null);
    for (String property : table) {
      if (!used.contains(property)) {
        fault(property, "nothing uses this exchange property");
      }
    }
    atMost(limits.properties(), table.size(), "exchange properties");
  }

  private void checkSizes(List<Route> routes) {
    route = new Route("routes", "all", "", null);
    atMost(limits.routes(), routes.size(), "routes");
    atMost(limits.lines(), files.stream().mapToInt(RouteYaml::lines).sum(), "lines");
    List<String> single = new ArrayList<>();
    for (Route each : routes) {
      route = each;
      deepest(each.content().path("from"), "from", 0);
      boolean isPort = PORT.matcher(each.id()).matches() || each.from().startsWith("timer:");
      if (!isPort && isSingleBean(each)) {
        single.add(each.id());
      }
    }
    if (single.size() > limits.singleBeanRoutes()) {
      route = new Route("routes", "all", "", null);
      fault(
          "from",
          single.size()
              + " routes are no port and only call one bean: call it where they are called: "
              + String.join(", ", single));
    }
  }

  private static boolean isSingleBean(Route route) {
    JsonNode steps = route.content().path("from").path("steps");
    return steps.size() == 1 && BEAN_STEPS.contains(steps.get(0).fieldNames().next());
  }

  private void deepest(JsonNode node, String step, int depth) {
    node.properties()
        .forEach(
            field -> {
              boolean nested = field.getKey().equals("steps");
              if (nested && depth >= limits.depth()) {
                fault(step, "steps are nested more than " + limits.depth() + " deep");
              } else {
                deepest(
                    field.getValue(),
                    name(field.getKey(), field.getValue()),
                    nested ? depth + 1 : depth);
              }
            });
    if (node.isArray()) {
      node.forEach(element -> deepest(element, step, depth));
    }
  }

  private void atMost(int limit, int size, String what) {
    if (size > limit) {
      fault("", "there are " + size + " " + what + ", more than " + limit);
    }
  }

  private static String key(Route route) {
    return route.file() + ":" + route.id();
  }

  private void fault(String step, String what) {
    faults.add(
        route.file() + ": " + route.id() + ": " + (step.isEmpty() ? "" : step + ": ") + what);
  }
}
