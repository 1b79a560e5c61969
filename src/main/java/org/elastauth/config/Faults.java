package org.elastauth.config;

import java.util.List;
import java.util.Map;

/** Collects the faults of one record of settings. */
public final class Faults {
  private final String parent;
  private final Map<String, Setting> settings;
  private final Map<String, List<String>> written;
  private final List<Fault> found;

  /**
   * @param parent path of the record, with its last dot
   * @param written the values by path, as configured; several for a list
   */
  Faults(
      String parent,
      Map<String, Setting> settings,
      Map<String, List<String>> written,
      List<Fault> found) {
    this.parent = parent;
    this.settings = settings;
    this.written = written;
    this.found = found;
  }

  /** The value of a setting of this record, as configured, if messages may show it. */
  public String written(String name) {
    return shown(path(name), String.join(",", written.getOrDefault(path(name), List.of())));
  }

  /** Path of a setting of this record. */
  public String path(String name) {
    return parent + name;
  }

  /** Adds a fault with the value as configured. */
  public void add(String name, String mend) {
    found.add(new Fault(path(name), written(name), mend));
  }

  public void when(boolean wrong, String name, String mend) {
    if (wrong) {
      add(name, mend);
    }
  }

  public void when(boolean wrong, String name, String value, String mend) {
    if (wrong) {
      add(name, value, mend);
    }
  }

  /** Adds a fault of one value; that of a list is named by its index. */
  public void add(String name, String value, String mend) {
    List<String> items = written.getOrDefault(path(name), List.of());
    String place = items.size() > 1 ? "[" + items.indexOf(value) + "]" : "";
    found.add(new Fault(path(name) + place, shown(path(name), value), mend));
  }

  private String shown(String path, String value) {
    return settings.containsKey(path) ? settings.get(path).shown(value) : Setting.hidden(value);
  }
}
