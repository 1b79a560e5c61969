package org.elastauth.routes;

import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/**
 * Which {@code direct:} endpoints the files of a set serve and call.
 *
 * @param files by name
 * @param endpoints by name of the file
 */
public record RouteCalls(Map<String, RouteFile> files, Map<String, DirectEndpoints> endpoints) {

  private static final Pattern OPEN = Pattern.compile("\\{\\{[^}]*}}");

  /**
   * @param placeholders resolves {@code {{…}}}
   */
  public static RouteCalls of(Map<String, RouteFile> files, UnaryOperator<String> placeholders) {
    Map<String, DirectEndpoints> endpoints = new TreeMap<>();
    files.forEach((name, file) -> endpoints.put(name, DirectEndpoints.of(file, placeholders)));
    return new RouteCalls(files, endpoints);
  }

  /** The endpoints that these files call. */
  Set<String> called(Collection<String> names) {
    Set<String> called = new TreeSet<>();
    names.forEach(name -> called.addAll(endpoints.get(name).called()));
    return called;
  }

  boolean serves(String name, Set<String> called) {
    return endpoints.get(name).served().stream().anyMatch(called::contains);
  }

  /** All endpoints that files serve, each with its file. */
  public Map<String, RouteFile> served() {
    Map<String, RouteFile> served = new TreeMap<>();
    endpoints.forEach(
        (name, each) -> each.served().forEach(endpoint -> served.put(endpoint, files.get(name))));
    return served;
  }

  /** The endpoints that files call and no file serves. */
  public Set<String> missing() {
    Set<String> missing = called(endpoints.keySet());
    Set<String> served = served().keySet();
    missing.removeAll(served);
    // of a template, whose parameters are a part of the name
    served.stream()
        .filter(each -> each.contains("{{"))
        .map(each -> Pattern.compile(OPEN.matcher(Pattern.quote(each)).replaceAll("\\\\E.+\\\\Q")))
        .forEach(open -> missing.removeIf(each -> open.matcher(each).matches()));
    return missing;
  }

  /** Whether each file is YAML. What another file serves is unknown. */
  public boolean isComplete() {
    return endpoints.values().stream().allMatch(DirectEndpoints::isYaml);
  }
}
