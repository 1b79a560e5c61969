package org.elastauth.config;

import java.util.Set;
import java.util.TreeSet;

/**
 * What the route files in use need: the operator's route may call the routes of Redis, for example,
 * whatever {@code cache.type} is.
 *
 * @param files the packaged files in use that need a server, a folder or settings, without {@code
 *     .camel.yaml}
 * @param beans of Redis that the operator's route files name
 */
public record LoadedRoutes(Set<String> files, Set<String> beans) {
  public static final LoadedRoutes NONE = new LoadedRoutes(Set.of(), Set.of());

  public LoadedRoutes {
    files = Set.copyOf(files);
    beans = Set.copyOf(beans);
  }

  public boolean has(String file) {
    return files.contains(file);
  }

  /** Whether the operator's files use Redis themselves. */
  public boolean ownUseRedis() {
    return !beans.isEmpty();
  }

  /** What these need and others do not. */
  public Set<String> beyond(LoadedRoutes others) {
    Set<String> more = new TreeSet<>(files);
    more.addAll(beans);
    more.removeAll(others.files);
    more.removeAll(others.beans);
    return more;
  }
}
