package org.elastauth.routes;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.camel.RoutesBuilder;
import org.apache.camel.Service;
import org.apache.camel.builder.ModelRoutesBuilder;
import org.apache.camel.model.ModelCamelContext;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.spi.Resource;
import org.apache.camel.spi.RoutesLoader;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.apache.camel.support.RouteWatcherReloadStrategy;
import org.elastauth.config.ConfigurationFaults;
import org.elastauth.config.RouteFailure;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reloads route files when they are saved. The files of the folder are one set: either all changes
 * apply, or none does, and the set is tried again after the next change. Camel's own reload removes
 * the routes of a broken file, and the routes of other files whose ids it repeats.
 */
public final class RoutesReload {
  private static final Logger LOG = LoggerFactory.getLogger(RoutesReload.class);
  private static final String FILES = "*.camel.yaml";
  private static final Pattern LIST = Pattern.compile("(?m)^\\s*[-\\[]");

  /** Editors empty a file before they write it, and some save several files. */
  private static final long SETTLE_MILLIS = 300;

  private final ModelCamelContext context;
  private final Path folder;
  private final Supplier<RouteSet> files;
  private final Hold requests;
  private final Consumer<Boolean> differs;
  private final ScheduledExecutorService worker;

  /** Lets requests wait during a change. */
  @FunctionalInterface
  public interface Hold {
    void holdDuring(Callable<Void> change) throws Exception;
  }

  /** The loaded files by name. */
  private Map<String, RouteFile> running = Map.of();

  /** The files that were refused last. */
  private Map<String, RouteFile> refused = Map.of();

  private ScheduledFuture<?> next;

  /**
   * @param files reads those that this configuration loads
   * @param differs receives whether the routes in use differ from the folder
   */
  public RoutesReload(
      ModelCamelContext context,
      Path folder,
      Supplier<RouteSet> files,
      Hold requests,
      Consumer<Boolean> differs) {
    this.context = context;
    this.folder = folder;
    this.files = files;
    this.requests = requests;
    this.differs = differs;
    this.worker =
        context.getExecutorServiceManager().newScheduledThreadPool(this, "routes-reload", 1);
  }

  public Service watcher() throws Exception {
    running = files.get().files();
    RouteWatcherReloadStrategy watcher = new RouteWatcherReloadStrategy(folder.toString());
    watcher.setPattern(FILES);
    watcher.setResourceReload((path, resource) -> changed());
    return watcher;
  }

  private synchronized void changed() {
    if (next != null) {
      next.cancel(false);
    }
    next = worker.schedule(this::reload, SETTLE_MILLIS, TimeUnit.MILLISECONDS);
  }

  private void reload() {
    Map<String, RouteFile> wanted = Map.of();
    Set<String> changed = Set.of();
    try {
      wanted = read();
      changed = difference(wanted);
      if (wanted.equals(refused)) {
        return; // logged already
      }
      if (!changed.isEmpty()) {
        check(wanted, changed);
        Map<String, RouteFile> texts = wanted;
        Set<String> names = changed;
        requests.holdDuring(() -> replace(texts, names));
        running = wanted;
        LOG.atInfo().addKeyValue("file", paths(changed)).log("Routes reloaded");
      } else if (!refused.isEmpty()) {
        LOG.info("The route files are those in use again");
      }
      refused = Map.of();
      differs.accept(false);
    } catch (Exception broken) {
      refused = wanted;
      differs.accept(true);
      LOG.atWarn()
          .addKeyValue("file", paths(changed))
          .addKeyValue("reason", RouteFailure.reason(broken))
          .log("An edited route file is invalid; its old routes stay in use");
    }
  }

  private Map<String, RouteFile> read() {
    RouteSet set = files.get();
    if (!set.faults().isEmpty()) {
      throw new ConfigurationFaults(set.faults());
    }
    return set.files();
  }

  private Set<String> difference(Map<String, RouteFile> wanted) {
    Set<String> names = new TreeSet<>(wanted.keySet());
    names.addAll(running.keySet());
    names.removeIf(name -> Objects.equals(wanted.get(name), running.get(name)));
    return names;
  }

  private String paths(Collection<String> names) {
    return names.stream()
        .map(name -> folder.resolve(name).toString())
        .collect(Collectors.joining(", "));
  }

  /** Parses the changed files, and checks their routes together with the unchanged ones. */
  private void check(Map<String, RouteFile> wanted, Set<String> changed) throws Exception {
    for (String name : changed) {
      if (wanted.containsKey(name) && !LIST.matcher(wanted.get(name).text()).find()) {
        throw new IOException(
            folder.resolve(name) + " contains no route; delete it, or begin it with - route:");
      }
    }
    List<RouteDefinition> routes = new ArrayList<>();
    for (RouteDefinition route : context.getRouteDefinitions()) {
      if (!changed.contains(fileOf(route))) {
        routes.add(route);
      }
    }
    for (RoutesBuilder builder : loader().findRoutesBuilders(resources(wanted, changed))) {
      ModelRoutesBuilder model = (ModelRoutesBuilder) builder;
      model.prepareModel(context);
      for (RouteDefinition route : model.getRoutes().getRoutes()) {
        if (route.getInput() == null) {
          throw new IOException(
              fileOf(route) + ": the route " + route.getRouteId() + " has no from");
        }
        routes.add(route);
      }
    }
    DuplicateRoutes.refuse(context, routes);
    new MissingEndpoints(folder.toString()).refuse(context, routes);
  }

  private Void replace(Map<String, RouteFile> wanted, Set<String> changed) throws Exception {
    try {
      load(wanted, changed);
      return null;
    } catch (Exception broken) {
      load(running, changed);
      throw broken;
    }
  }

  private void load(Map<String, RouteFile> texts, Set<String> changed) throws Exception {
    Set<String> loaded = loader().updateRoutes(resources(texts, changed));
    for (RouteDefinition route : List.copyOf(context.getRouteDefinitions())) {
      if (changed.contains(fileOf(route)) && !loaded.contains(route.getRouteId())) {
        context.removeRouteDefinition(route);
      }
    }
  }

  private RoutesLoader loader() {
    return PluginHelper.getRoutesLoader(context);
  }

  private static List<Resource> resources(Map<String, RouteFile> texts, Set<String> names) {
    return names.stream()
        .filter(texts::containsKey)
        .map(name -> ResourceHelper.fromString(name, texts.get(name).text()))
        .toList();
  }

  private static String fileOf(RouteDefinition route) {
    Resource resource = route.getResource();
    return resource == null ? "" : new File(resource.getLocation()).getName();
  }
}
