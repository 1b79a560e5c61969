package org.elastauth.routes;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.apache.camel.Service;
import org.apache.camel.model.ModelCamelContext;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.spi.Resource;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.apache.camel.support.RouteWatcherReloadStrategy;
import org.elastauth.config.RouteFailure;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reloads route files when they are saved. Camel watches the folder, but its own reload removes the
 * routes of a broken file. This class restores the last valid text instead.
 */
public final class RoutesReload {
  private static final Logger LOG = LoggerFactory.getLogger(RoutesReload.class);
  private static final String FILES = "*.camel.yaml";

  private final ModelCamelContext context;
  private final Path folder;
  private final Predicate<String> unused;
  private final Consumer<ModelCamelContext> check;

  /** The loaded texts by file name. */
  private final Map<String, String> running = new HashMap<>();

  /**
   * @param unused whether this configuration does not load a file of this name
   * @param check throws if the routes are inconsistent
   */
  public RoutesReload(
      ModelCamelContext context,
      Path folder,
      Predicate<String> unused,
      Consumer<ModelCamelContext> check) {
    this.context = context;
    this.folder = folder;
    this.unused = unused;
    this.check = check;
  }

  public Service watcher() throws Exception {
    try (var files = Files.newDirectoryStream(folder, FILES)) {
      for (Path file : files) {
        running.put(file.toFile().getName(), Files.readString(file));
      }
    }
    RouteWatcherReloadStrategy watcher = new RouteWatcherReloadStrategy(folder.toString());
    watcher.setPattern(FILES);
    watcher.setResourceReload(this::reload);
    return watcher;
  }

  private void reload(String path, Resource changed) throws Exception {
    String name = new File(path).getName();
    Path file = folder.resolve(name);
    if (unused.test(name)) {
      LOG.atInfo()
          .addKeyValue("file", file)
          .log("An edited route file is not loaded, because this configuration does not use it");
      return;
    }
    String before = running.get(name);
    String now = Files.exists(file) ? Files.readString(file) : null;
    if (now == null ? before == null : now.equals(before) || now.isBlank()) {
      return; // editors often empty a file before they write it
    }
    try {
      replace(name, now);
      check.accept(context);
    } catch (Exception broken) {
      replace(name, before);
      LOG.atWarn()
          .addKeyValue("file", file)
          .addKeyValue("reason", RouteFailure.reason(broken))
          .log("An edited route file is invalid; its old routes stay in use");
      return;
    }
    running.put(name, now);
    LOG.atInfo().addKeyValue("file", file).log("Routes reloaded");
  }

  /**
   * @param text null for a deleted file
   */
  private void replace(String name, String text) throws Exception {
    Set<String> fresh =
        text == null
            ? Set.of()
            : PluginHelper.getRoutesLoader(context)
                .updateRoutes(ResourceHelper.fromString(name, text));
    for (RouteDefinition route : List.copyOf(context.getRouteDefinitions())) {
      if (route.getResource() != null
          && name.equals(new File(route.getResource().getLocation()).getName())
          && !fresh.contains(route.getRouteId())) {
        context.removeRouteDefinition(route);
      }
    }
  }
}
