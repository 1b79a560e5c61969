package org.elastauth.routes;

import java.io.File;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.camel.RoutesBuilder;
import org.apache.camel.builder.RouteConfigurationBuilder;
import org.apache.camel.model.ModelCamelContext;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.spi.Resource;
import org.apache.camel.spi.ResourceAware;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.elastauth.config.ConfigurationFaults;

/**
 * Loads the texts of route files into Camel. Camel's own discovery reads the files again, and takes
 * their paths for patterns.
 */
public record RouteLoader(ModelCamelContext context) {
  private static final Pattern LIST = Pattern.compile("(?m)^\\s*[-\\[]");

  /**
   * @throws ConfigurationFaults of routes that cannot run together
   */
  public void load(RouteSet set) throws Exception {
    context.getCamelContextExtension().addInterceptStrategy(new StepFailures());
    List<RouteConfigurationBuilder> builders = parse(set, set.files().keySet());
    addConfigurations(builders);
    DuplicateRoutes.refuse(context, routes(builders));
    add(builders);
    MissingEndpoints.refuse(context, context.getRouteDefinitions(), set.folder());
  }

  /** Checks files together with those that stay. */
  void check(RouteSet set, Set<String> changed) throws Exception {
    List<RouteConfigurationBuilder> builders = parse(set, changed);
    List<RouteDefinition> routes = routes(builders);
    context.getRouteDefinitions().stream()
        .filter(route -> !changed.contains(fileOf(route)))
        .forEach(routes::add);
    DuplicateRoutes.refuse(context, routes);
    if (builders.stream()
        .allMatch(
            builder -> builder.getTemplatedRouteCollection().getTemplatedRoutes().isEmpty())) {
      MissingEndpoints.refuse(context, routes, set.folder());
    }
  }

  /** Replaces files. Camel's own update leaves removed routes and configurations in use. */
  void replace(RouteSet set, Set<String> changed) throws Exception {
    List<RouteConfigurationBuilder> builders = parse(set, changed);
    for (RouteDefinition route : List.copyOf(context.getRouteDefinitions())) {
      if (changed.contains(fileOf(route))) {
        context.removeRouteDefinition(route);
      }
    }
    context.getRouteConfigurationDefinitions().removeIf(part -> changed.contains(fileOf(part)));
    context.getRouteTemplateDefinitions().removeIf(part -> changed.contains(fileOf(part)));
    addConfigurations(builders);
    add(builders);
    MissingEndpoints.refuse(context, context.getRouteDefinitions(), set.folder());
  }

  /** Creates the beans of the files, too. */
  List<RouteConfigurationBuilder> parse(RouteSet set, Set<String> names) throws Exception {
    List<Resource> resources = new ArrayList<>();
    for (String name : names) {
      RouteFile file = set.files().get(name);
      if (file == null) {
        continue;
      }
      if (!LIST.matcher(file.text()).find()) {
        throw new IOException(
            file.place() + " contains no route; delete it, or begin it with - route:");
      }
      resources.add(ResourceHelper.fromString(file.location(), file.text()));
    }
    List<RouteConfigurationBuilder> builders = new ArrayList<>();
    for (RoutesBuilder builder :
        PluginHelper.getRoutesLoader(context).findRoutesBuilders(resources)) {
      builders.add((RouteConfigurationBuilder) builder);
    }
    return builders;
  }

  private List<RouteDefinition> routes(List<RouteConfigurationBuilder> builders) throws Exception {
    List<RouteDefinition> routes = new ArrayList<>();
    for (RouteConfigurationBuilder builder : builders) {
      for (RouteDefinition route : builder.configureRoutes(context).getRoutes()) {
        route.setResource(builder.getResource());
        if (route.getInput() == null) {
          throw new IOException(
              builder.getResource().getLocation()
                  + ": the route "
                  + route.getRouteId()
                  + " has no from");
        }
        routes.add(route);
      }
    }
    return routes;
  }

  /** Before any route is read, because they apply to the routes of all files. */
  private void addConfigurations(List<RouteConfigurationBuilder> builders) throws Exception {
    for (RouteConfigurationBuilder builder : builders) {
      context.addRoutesConfigurations(builder);
      builder
          .getRouteConfigurationCollection()
          .getRouteConfigurations()
          .forEach(part -> part.setResource(builder.getResource()));
    }
  }

  /** Camel does not keep the file of a configuration, a template and a route from a template. */
  private void add(List<RouteConfigurationBuilder> builders) throws Exception {
    for (RouteConfigurationBuilder builder : builders) {
      context.addRoutes(builder);
      builder
          .getRouteTemplateCollection()
          .getRouteTemplates()
          .forEach(part -> part.setResource(builder.getResource()));
    }
    for (RouteConfigurationBuilder builder : builders) {
      Set<RouteDefinition> others = new HashSet<>(context.getRouteDefinitions());
      context.addTemplatedRoutes(builder);
      context.getRouteDefinitions().stream()
          .filter(route -> !others.contains(route))
          .forEach(route -> route.setResource(builder.getResource()));
    }
  }

  private static String fileOf(ResourceAware part) {
    Resource resource = part.getResource();
    return resource == null ? "" : new File(resource.getLocation()).getName();
  }
}
