package org.elastauth.routes;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.apache.camel.Service;
import org.apache.camel.model.ModelCamelContext;
import org.elastauth.config.ConfigurationFaults;
import org.elastauth.config.Fault;
import org.elastauth.config.RouteFailure;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reloads route files when they are saved. The files are one set: either all changes apply, or none
 * does, and the set is tried again after the next change. Camel's own reload removes the routes of
 * a broken file, and the routes of other files whose ids it repeats.
 *
 * <p>The folder is read again and again, because file events do not show that a link above a file
 * changes, as with a ConfigMap, nor that a folder is made again, nor changes over a network.
 */
public final class RoutesReload implements Service {
  private static final Logger LOG = LoggerFactory.getLogger(RoutesReload.class);

  /** Twice the same content is no longer being written. */
  private static final long POLL_MILLIS = 300;

  private final ModelCamelContext context;
  private final RouteLoader loader;
  private final Path folder;
  private final UnaryOperator<RouteSet> used;
  private final Hold requests;
  private final Consumer<Boolean> differs;
  private final Counter applied;
  private final Counter refused;
  private ScheduledExecutorService worker;

  /** The loaded files. */
  private RouteSet running;

  /** What the folder held when it was read last. */
  private RouteSet seen;

  /** The content that was loaded or refused last. */
  private RouteSet decided;

  /** Files that are not loaded and that the log has named. */
  private final Map<String, String> ignored;

  private boolean isRefused;

  /** Lets requests wait during a change. */
  @FunctionalInterface
  public interface Hold {
    void holdDuring(Callable<Void> change) throws Exception;
  }

  /**
   * @param running the loaded files
   * @param used selects those that this configuration loads
   * @param differs receives whether the routes in use differ from the folder
   */
  public RoutesReload(
      ModelCamelContext context,
      RouteSet running,
      UnaryOperator<RouteSet> used,
      Hold requests,
      Consumer<Boolean> differs,
      MeterRegistry meters) {
    this.applied = reloads(meters, "applied");
    this.refused = reloads(meters, "refused");
    this.context = context;
    this.loader = new RouteLoader(context);
    this.folder = running.folder();
    this.running = running;
    this.ignored = new HashMap<>(running.ignored());
    this.used = used;
    this.requests = requests;
    this.differs = differs;
  }

  private static Counter reloads(MeterRegistry meters, String outcome) {
    return Counter.builder("elastauth.routes.reloads")
        .description("Changes of route files that were applied or refused")
        .tag("outcome", outcome)
        .register(meters);
  }

  @Override
  public void start() {
    worker = context.getExecutorServiceManager().newScheduledThreadPool(this, "routes-reload", 1);
    worker.scheduleWithFixedDelay(this::poll, 0, POLL_MILLIS, TimeUnit.MILLISECONDS);
  }

  @Override
  public void stop() {
    context.getExecutorServiceManager().shutdownNow(worker);
  }

  private void poll() {
    try {
      RouteSet now = RouteSet.read(folder);
      boolean isComplete = now.equals(seen);
      seen = now;
      if (isComplete && !now.equals(decided)) {
        decided = now;
        reload(now, used.apply(now));
      }
    } catch (UncheckedIOException changing) {
      LOG.debug("The folder of routes changes while it is read", changing);
    } catch (RuntimeException | Error unexpected) {
      LOG.error("The routes were not reloaded; please report this", unexpected);
    }
  }

  /**
   * @param all files of the folder and the jar
   * @param wanted those that this configuration loads
   */
  private void reload(RouteSet all, RouteSet wanted) {
    wanted.logIgnored(ignored);
    ignored.putAll(wanted.ignored());
    Set<String> changed = difference(wanted);
    boolean wasRefused = isRefused;
    try {
      Set<Fault> faults = new LinkedHashSet<>(RouteCheck.of(all));
      faults.addAll(wanted.faults());
      if (!faults.isEmpty()) {
        throw new ConfigurationFaults(List.copyOf(faults));
      }
      if (!changed.isEmpty()) {
        Set<String> affected = affected(wanted, changed);
        check(wanted, affected);
        requests.holdDuring(() -> replace(wanted, affected));
      }
    } catch (Exception broken) {
      report(true);
      refused.increment();
      LOG.atWarn()
          .addKeyValue("file", places(wanted, changed))
          .addKeyValue("reason", RouteFailure.reason(broken))
          .log("An edited route file is invalid; its old routes stay in use");
      return;
    }
    report(false);
    if (!changed.isEmpty()) {
      applied.increment();
      LOG.atInfo().addKeyValue("file", places(wanted, changed)).log("Routes reloaded");
      running = wanted;
    } else if (wasRefused) {
      LOG.info("The route files are those in use again");
    }
  }

  private void report(boolean isDifferent) {
    isRefused = isDifferent;
    differs.accept(isDifferent);
  }

  private Set<String> difference(RouteSet wanted) {
    Set<String> names = new TreeSet<>(wanted.files().keySet());
    names.addAll(running.files().keySet());
    names.removeIf(name -> Objects.equals(wanted.files().get(name), running.files().get(name)));
    return names;
  }

  /** All files, if a changed one defines what routes of other files hold a copy of. */
  private Set<String> affected(RouteSet wanted, Set<String> changed) {
    for (RouteSet set : Set.of(wanted, running)) {
      for (String name : changed) {
        if (set.files().containsKey(name) && set.files().get(name).concernsOthers()) {
          Set<String> all = new HashSet<>(wanted.files().keySet());
          all.addAll(running.files().keySet());
          return all;
        }
      }
    }
    return changed;
  }

  private void check(RouteSet wanted, Set<String> changed) throws Exception {
    try {
      loader.check(wanted, changed);
    } catch (Exception broken) {
      loader.parse(running, changed); // binds the beans in use again
      throw broken;
    }
  }

  private Void replace(RouteSet wanted, Set<String> changed) throws Exception {
    try {
      loader.replace(wanted, changed);
      return null;
    } catch (Exception broken) {
      try {
        loader.replace(running, changed);
      } catch (Exception worse) {
        broken.addSuppressed(worse);
        // so that the next change loads all files
        running = new RouteSet(folder, Map.of(), List.of(), Map.of(), Set.of());
      }
      throw broken;
    }
  }

  private String places(RouteSet wanted, Set<String> changed) {
    return changed.stream()
        .map(
            name ->
                wanted.files().containsKey(name)
                    ? wanted.files().get(name).place()
                    : running.files().get(name).place() + " (removed)")
        .collect(Collectors.joining(", "));
  }
}
