package org.elastauth.routes;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.camel.CamelContext;
import org.apache.camel.Predicate;
import org.apache.camel.model.ChoiceDefinition;
import org.apache.camel.model.ProcessDefinition;
import org.apache.camel.model.ProcessorDefinition;
import org.apache.camel.model.ProcessorDefinitionHelper;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.model.ToDefinition;
import org.apache.camel.model.ToDynamicDefinition;
import org.apache.camel.model.WhenDefinition;
import org.apache.camel.support.DefaultExchange;
import org.elastauth.config.ConfigurationFaults;
import org.elastauth.config.Fault;

/**
 * Fails the start or reload if a route calls a {@code direct:} endpoint that no route consumes.
 * Otherwise its first request would fail. If a bean calls a route, the description of its step
 * names the endpoint.
 */
final class MissingEndpoints {
  private static final Pattern DIRECT = Pattern.compile("direct:(?://)?([^?,'\")\\s]+)");

  private MissingEndpoints() {}

  /**
   * @param folder of the operator's files; null without one
   * @throws ConfigurationFaults with all missing endpoints
   */
  static void refuse(CamelContext context, Collection<RouteDefinition> routes, Path folder) {
    Set<String> served = new TreeSet<>();
    Set<String> called = new TreeSet<>();
    for (RouteDefinition route : routes) {
      collect(context, route.getInput().getEndpointUri(), served);
      called.addAll(called(context, route.getOutputs()));
    }
    called.removeAll(served);
    if (!called.isEmpty()) {
      String missing =
          called.stream().map(name -> "direct:" + name).collect(Collectors.joining(", "));
      throw new ConfigurationFaults(
          List.of(
              new Fault(
                  "routes",
                  folder == null ? "" : folder.toString(),
                  "no route serves "
                      + missing
                      + ", which other routes call; add the file that does, or correct the name in the call")));
    }
  }

  private static Set<String> called(CamelContext context, List<ProcessorDefinition<?>> steps) {
    List<String> calls = calls(steps);
    for (ChoiceDefinition choice :
        ProcessorDefinitionHelper.filterTypeInOutputs(steps, ChoiceDefinition.class)) {
      if ("true".equals(choice.getPrecondition())) {
        branchesNotTaken(context, choice).forEach(branch -> calls(branch).forEach(calls::remove));
      }
    }
    Set<String> called = new TreeSet<>();
    calls.forEach(call -> collect(context, call, called));
    return called;
  }

  /** With repetitions, so that calls in branches not taken can be removed singly. */
  private static List<String> calls(List<ProcessorDefinition<?>> steps) {
    List<String> calls = new ArrayList<>();
    ProcessorDefinitionHelper.filterTypeInOutputs(steps, ToDefinition.class)
        .forEach(to -> calls.add(to.getUri()));
    ProcessorDefinitionHelper.filterTypeInOutputs(steps, ToDynamicDefinition.class).stream()
        .map(ToDynamicDefinition::getUri)
        .filter(uri -> !uri.contains("${"))
        .forEach(calls::add);
    ProcessorDefinitionHelper.filterTypeInOutputs(steps, ProcessDefinition.class).stream()
        .map(ProcessDefinition::getDescription)
        .filter(Objects::nonNull)
        .forEach(calls::add);
    return calls;
  }

  /** The branches that a choice with precondition does not take. */
  private static List<List<ProcessorDefinition<?>>> branchesNotTaken(
      CamelContext context, ChoiceDefinition choice) {
    List<List<ProcessorDefinition<?>>> branches = new ArrayList<>();
    boolean taken = false;
    for (WhenDefinition when : choice.getWhenClauses()) {
      if (!taken && matches(context, when)) {
        taken = true;
      } else {
        branches.add(when.getOutputs());
      }
    }
    if (taken && choice.getOtherwise() != null) {
      branches.add(choice.getOtherwise().getOutputs());
    }
    return branches;
  }

  private static boolean matches(CamelContext context, WhenDefinition when) {
    Predicate predicate =
        context
            .resolveLanguage(when.getExpression().getLanguage())
            .createPredicate(
                context.resolvePropertyPlaceholders(when.getExpression().getExpression()));
    predicate.init(context);
    return predicate.matches(new DefaultExchange(context));
  }

  private static void collect(CamelContext context, String text, Set<String> into) {
    if (text != null) {
      Matcher direct = DIRECT.matcher(context.resolvePropertyPlaceholders(text));
      while (direct.find()) {
        into.add(direct.group(1));
      }
    }
  }
}
