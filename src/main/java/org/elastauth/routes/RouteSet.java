package org.elastauth.routes;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.elastauth.config.Fault;
import org.elastauth.config.FileRights;
import org.elastauth.config.ReadAccess;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.io.Resource;

/**
 * The route files inside the jar, and those of a folder. A file of the folder replaces the packaged
 * one of its name; others are added. A copy of a packaged file counts as packaged. So an upgrade
 * upgrades all files that are unchanged.
 *
 * @param folder null without one
 * @param faults of the folder and of files that cannot be used
 * @param ignored files of the folder that are not loaded, and the reason
 * @param copies names of files of the folder that equal the packaged ones
 */
public record RouteSet(
    Path folder,
    Map<String, RouteFile> files,
    List<Fault> faults,
    Map<String, String> ignored,
    Set<String> copies) {
  private static final Logger LOG = LoggerFactory.getLogger(RouteSet.class);
  private static final Map<String, RouteFile> PACKAGED = packaged();

  /**
   * @param folder with {@code *.camel.yaml} files; null without one
   */
  public static RouteSet read(Path folder) {
    RouteSet set =
        new RouteSet(
            folder, new TreeMap<>(PACKAGED), new ArrayList<>(), new TreeMap<>(), new TreeSet<>());
    if (folder != null) {
      set.readFolder();
    }
    return set;
  }

  private void readFolder() {
    if (ReadAccess.isDenied(folder)) {
      faults.add(fault(folder + " " + ReadAccess.reason(folder)));
    } else if (!Files.isDirectory(folder)) {
      faults.add(fault(folder + " is not a readable folder; create it, or correct its rights"));
    } else if (FileRights.of(folder) == FileRights.EVERYBODY) {
      faults.add(
          fault(
              folder
                  + " can be changed by every user of this system, itself or in a folder above it;"
                  + " restrict it (chmod o-w)"));
    } else {
      for (Path path : in(folder)) {
        String name = path.toFile().getName();
        if (name.endsWith(RouteFile.SUFFIX)) {
          add(path);
        } else if (name.endsWith(".yaml") || name.endsWith(".yml")) {
          ignored.put(
              path.toString(),
              "its name does not end with "
                  + RouteFile.SUFFIX
                  + "; rename it to "
                  + name.replaceFirst("(\\.camel)?\\.ya?ml$", RouteFile.SUFFIX));
        }
      }
    }
  }

  private void add(Path path) {
    try {
      RouteFile file = RouteFile.of(folder, path);
      RouteFile packaged = files.get(file.name());
      if (packaged != null && packaged.text().equals(file.text())) {
        copies.add(file.name());
      } else {
        files.put(file.name(), file);
      }
    } catch (NoSuchFileException deleted) {
      // since the folder was listed
    } catch (IOException unusable) {
      faults.add(fault(unusable.getMessage()));
    }
  }

  private static Fault fault(String mend) {
    return new Fault("routes", "", mend);
  }

  /** The files of a folder without the hidden ones, which editors and Kubernetes make. */
  public static List<Path> in(Path folder) {
    if (!Files.isReadable(folder) || !Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> paths = Files.list(folder)) {
      return paths.filter(path -> !path.toFile().getName().startsWith(".")).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * The files that a configuration loads: those that it uses, those of the operator, and those that
   * serve an endpoint which one of these calls.
   *
   * @param isUsed whether the configuration uses the packaged file of a name, called or not
   * @param isExcluded whether an operator excludes a file
   * @param placeholders resolves {@code {{…}}}
   */
  public RouteSet used(
      Predicate<String> isUsed,
      Predicate<RouteFile> isExcluded,
      UnaryOperator<String> placeholders) {
    Map<String, RouteFile> possible = new TreeMap<>(files);
    possible.values().removeIf(isExcluded);
    RouteCalls calls = RouteCalls.of(possible, placeholders);
    Map<String, RouteFile> used = new TreeMap<>(possible);
    used.keySet().removeIf(name -> PACKAGED.containsKey(name) && !isUsed.test(name));
    Collection<String> next = List.copyOf(used.keySet());
    while (!next.isEmpty()) {
      Set<String> called = calls.called(next);
      next =
          possible.keySet().stream()
              .filter(name -> !used.containsKey(name) && calls.serves(name, called))
              .toList();
      next.forEach(name -> used.put(name, possible.get(name)));
    }
    Map<String, String> notLoaded = new TreeMap<>(ignored);
    files.values().stream()
        .filter(file -> file.isOwn() && !used.containsKey(file.name()))
        .forEach(
            file ->
                notLoaded.put(
                    file.place(),
                    isExcluded.test(file)
                        ? "camel.main.routes-exclude-pattern excludes it"
                        : "it has the name of a packaged file that this configuration does not"
                            + " use; rename it, or change the configuration"));
    return new RouteSet(folder, used, faults, notLoaded, copies)
        .with(possible.size() < files.size() ? withoutFrontDoor(used) : List.of());
  }

  /** This one excluded with a pattern would leave a gateway that decides nothing. */
  private List<Fault> withoutFrontDoor(Map<String, RouteFile> used) {
    List<Fault> without = FrontDoor.faults(used.values());
    return without.isEmpty() || !FrontDoor.faults(files.values()).isEmpty()
        ? List.of()
        : List.of(
            fault(
                "camel.main.routes-exclude-pattern excludes the front door, so the gateway would"
                    + " decide nothing; correct the pattern"));
  }

  /** The same set with more faults. */
  public RouteSet with(Collection<Fault> more) {
    if (more.isEmpty()) {
      return this;
    }
    List<Fault> all = new ArrayList<>(faults);
    all.addAll(more);
    return new RouteSet(folder, files, all, ignored, copies);
  }

  /**
   * Names the files that are not loaded, once each.
   *
   * @param known those that are named already
   */
  public void logIgnored(Map<String, String> known) {
    ignored.forEach(
        (file, reason) -> {
          if (!reason.equals(known.get(file))) {
            LOG.atWarn()
                .addKeyValue("file", file)
                .addKeyValue("reason", reason)
                .log("A file in the folder of routes is not loaded");
          }
        });
  }

  public boolean isPackaged() {
    return own().isEmpty();
  }

  public List<RouteFile> own() {
    return files.values().stream().filter(RouteFile::isOwn).toList();
  }

  /** Whose files they are, in one line. */
  public String summary() {
    return isPackaged()
        ? "all are those in the jar"
        : own().stream().map(RouteFile::place).collect(Collectors.joining(", ", "yours: ", ""));
  }

  /** Of the operator's files, those that replace a packaged one. */
  public List<RouteFile> replacing() {
    return own().stream().filter(file -> PACKAGED.containsKey(file.name())).toList();
  }

  public List<RouteFile> added() {
    return own().stream().filter(file -> !PACKAGED.containsKey(file.name())).toList();
  }

  /** The packaged file of a name. */
  static RouteFile packaged(String name) {
    return PACKAGED.get(name);
  }

  private static Map<String, RouteFile> packaged() {
    try {
      Map<String, RouteFile> files = new TreeMap<>();
      for (Resource resource : RouteExport.packaged()) {
        RouteFile file = RouteFile.packaged(resource);
        files.put(file.name(), file);
      }
      return files;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
