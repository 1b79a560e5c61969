package org.elastauth.routes;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Finds the steps that block an event loop: all requests of that loop wait for such a step. An HTTP
 * request begins on an event loop, and a {@code threads} step leaves it.
 *
 * @param blocks whether an endpoint of a scheme blocks the calling thread
 * @param leaves whether a route leaves the event loop, by the name of its endpoint
 */
record EventLoop(RouteGraph graph, Predicate<String> blocks, Map<CheckedRoute, Boolean> leaves) {
  /** The beans that wait for a disk, a database or Elasticsearch. */
  private static final Set<String> BLOCKING_BEANS =
      Set.of(
          "cacheRevalidation",
          "databaseCache",
          "fileCache",
          "tokenVerifier",
          "userReconciler",
          "userRevoker");

  /** The beans that run a route on threads of their own. */
  private static final Set<String> HAVE_THREADS = Set.of("singleFlight");

  /** The EIPs whose steps run on other threads. */
  private static final Set<String> ELSEWHERE = Set.of("aggregate", "resequence", "wireTap");

  private static final String MEND =
      " blocks the event loop; put a threads step before it, as in cache-database.camel.yaml";

  EventLoop(RouteGraph graph, Predicate<String> blocks) {
    this(graph, blocks, new HashMap<>());
  }

  /** Walks a route that begins on an event loop, and those that it calls. */
  void walk(CheckedRoute route) {
    if (leaves.putIfAbsent(route, false) == null) {
      leaves.put(route, !stays(route, route.from().get("steps"), true));
    }
  }

  /**
   * @return whether the event loop may run what follows
   */
  private boolean stays(CheckedRoute route, YamlNode steps, boolean before) {
    boolean[] stays = {before};
    Steps.forEach(steps, (name, step) -> stays[0] = step(route, name, step, stays[0]));
    return stays[0];
  }

  private boolean step(CheckedRoute route, String name, YamlNode step, boolean before) {
    if (!before || step.get("disabled").asText().equals("true")) {
      return before;
    }
    if (route.file().isChecked()) {
      block(route, name, step);
    }
    boolean stays = before;
    boolean elsewhere =
        ELSEWHERE.contains(name)
            || HAVE_THREADS.contains(step.get("ref").asText())
            || step.get("parallelProcessing").asText().equals("true");
    if (!elsewhere) {
      for (Steps.Call call : Steps.calls(name, step)) {
        boolean anyStays = false;
        for (CheckedRoute called : graph.find(call.name())) {
          walk(called);
          anyStays |= !leaves.get(called);
        }
        stays &= anyStays;
      }
      stays = inside(route, name, step, stays);
    }
    return stays && !name.equals("threads") && !name.equals("delay");
  }

  private boolean inside(CheckedRoute route, String name, YamlNode step, boolean before) {
    return switch (name) {
      case "choice" -> {
        // without otherwise, a request may take no branch
        boolean stays = stays(route, step.get("otherwise").get("steps"), before);
        for (YamlNode when : step.get("when").asList()) {
          stays |= stays(route, when.get("steps"), before);
        }
        yield stays;
      }
      case "doTry" -> {
        boolean stays = stays(route, step.get("steps"), before);
        // what fails is rarely the step that leaves the event loop
        boolean caughtHere =
            stays || step.get("steps").items().size() > 1 && !leavesFirst(step.get("steps"));
        for (YamlNode caught : step.get("doCatch").asList()) {
          stays |= stays(route, caught.get("steps"), caughtHere);
        }
        yield stays(route, step.get("doFinally").get("steps"), stays);
      }
      case "circuitBreaker" -> {
        boolean stays = stays(route, step.get("steps"), before);
        if (step.get("onFallback").isThere()) {
          stays |= stays(route, step.get("onFallback").get("steps"), before);
        }
        yield stays;
      }
      case "filter" -> {
        stays(route, step.get("steps"), before);
        yield before;
      }
      default -> stays(route, step.get("steps"), before);
    };
  }

  private static boolean leavesFirst(YamlNode steps) {
    return !steps.asList().isEmpty() && steps.items().get(0).get("threads").isThere();
  }

  private void block(CheckedRoute route, String name, YamlNode step) {
    RouteFaults faults = route.file().faults();
    if (name.equals("poll") || name.equals("pollEnrich")) {
      faults.add(step.line(), name + MEND);
    } else if (name.equals("delay") && step.get("asyncDelayed").asText().equals("false")) {
      faults.add(step.line(), "a delay with asyncDelayed=false" + MEND);
    } else if (name.equals("bean") && BLOCKING_BEANS.contains(step.get("ref").asText())) {
      faults.add(step.line(), "the bean " + step.get("ref").asText() + MEND);
    } else {
      for (Endpoint endpoint : Steps.endpoints(name, step)) {
        if (!name.equals("wireTap") && blocks.test(endpoint.scheme())) {
          faults.add(endpoint.line(), "an endpoint " + endpoint.scheme() + ":" + MEND);
        }
      }
    }
  }
}
