package org.elastauth.routes;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.elastauth.config.NearestName;

/**
 * What routes call: endpoints that no route serves, cycles, adapters that lack an endpoint, steps
 * that block an event loop, and a set without a front door.
 */
final class Calls {
  /** The places whose steps run always. */
  private static final Set<String> ALWAYS = Set.of("doTry", "pipeline", "multicast", "step");

  private final List<CheckedFile> files;
  private final List<CheckedRoute> routes;
  private final RouteGraph graph;
  private final Predicate<String> blocks;
  private final boolean isComplete;
  private final Map<CheckedRoute, List<Steps.Call>> calls = new LinkedHashMap<>();

  /**
   * @param blocks whether an endpoint of a scheme blocks the calling thread
   * @param isComplete whether all files could be read, so that what is not there is missing
   */
  Calls(List<CheckedFile> files, Predicate<String> blocks, boolean isComplete) {
    this.files = files;
    this.routes = files.stream().flatMap(file -> CheckedRoute.in(file).stream()).toList();
    this.graph = RouteGraph.of(routes);
    this.blocks = blocks;
    this.isComplete = isComplete;
    for (CheckedRoute route : routes) {
      List<Steps.Call> made = new ArrayList<>();
      collect(route.from().get("steps"), made);
      calls.put(route, made);
    }
  }

  void check() {
    if (isComplete) {
      missing();
      ports();
    }
    List<String> names =
        calls.values().stream().flatMap(List::stream).map(Steps.Call::name).toList();
    for (RouteGraph variant : graph.variants(names)) {
      EventLoop loop = new EventLoop(variant, blocks);
      routes.stream().filter(CheckedRoute::isFrontDoor).forEach(loop::walk);
      routes.forEach(route -> cycle(variant, route, route, new HashSet<>()));
    }
  }

  private static void collect(YamlNode node, List<Steps.Call> made) {
    Steps.forEach(node, (name, step) -> made.addAll(Steps.calls(name, step)));
    node.asList().forEach(item -> collect(item, made));
    node.asMap().values().forEach(value -> collect(value, made));
  }

  private void missing() {
    calls.forEach((route, made) -> missing(route.file(), made));
    for (CheckedFile file : files) {
      for (YamlNode item : file.root().asList()) {
        List<Steps.Call> made = new ArrayList<>();
        collect(item.get("rest"), made);
        missing(file, made);
      }
    }
  }

  private void missing(CheckedFile file, List<Steps.Call> made) {
    for (Steps.Call call : made) {
      if (graph.find(call.name()).isEmpty()) {
        file.faults()
            .add(
                call.line(),
                "no route serves direct:"
                    + call.name()
                    + NearestName.of(call.name(), graph.served().keySet())
                        .map(near -> "; did you mean direct:" + near + "?")
                        .orElse("; correct the name, or add the file that serves it"));
      }
    }
  }

  private void ports() {
    for (CheckedRoute route : routes) {
      if (route.file().file().isOwn() && !isPackaged(route)) {
        for (String sibling : Port.siblings(route.direct())) {
          if (graph.find(sibling).isEmpty()) {
            route
                .file()
                .faults()
                .add(
                    route.endpoint().line(),
                    "an adapter that serves direct:"
                        + route.direct()
                        + " also serves direct:"
                        + sibling
                        + "; add that route");
          }
        }
      }
    }
  }

  /** The packaged session-hybrid shares endpoints of session-redis. */
  private static boolean isPackaged(CheckedRoute route) {
    RouteFile packaged = RouteSet.packaged(route.file().file().name());
    return packaged != null && packaged.text().contains("direct:" + route.direct());
  }

  /** A call that is always made, and that leads back, never ends. */
  private void cycle(
      RouteGraph variant, CheckedRoute start, CheckedRoute route, Set<CheckedRoute> seen) {
    if (!seen.add(route)) {
      return;
    }
    always(
        route.from().get("steps"),
        call -> {
          List<CheckedRoute> called = variant.find(call.name());
          if (called.size() == 1) {
            if (called.get(0).equals(start) && route.file().isChecked()) {
              route
                  .file()
                  .faults()
                  .add(
                      call.line(),
                      "direct:"
                          + call.name()
                          + " always leads back to here, so a request never ends; remove the call, or put"
                          + " it into a filter");
            } else {
              cycle(variant, start, called.get(0), seen);
            }
          }
        });
  }

  private static void always(YamlNode steps, java.util.function.Consumer<Steps.Call> each) {
    Steps.forEach(
        steps,
        (name, step) -> {
          Steps.calls(name, step).forEach(each);
          if (ALWAYS.contains(name)) {
            always(step.get("steps"), each);
          }
        });
  }
}
