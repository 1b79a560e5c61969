package org.elastauth.config;

import java.util.List;
import java.util.Map;

/** Collects the faults of one record of settings. */
public final class Faults {
  static final String HIDDEN = "***";

  private final String parent;
  private final Map<String, String> written;
  private final List<Fault> found;

  /**
   * @param parent path of the record, with its last dot
   * @param written the values by path, as configured, without secrets
   */
  Faults(String parent, Map<String, String> written, List<Fault> found) {
    this.parent = parent;
    this.written = written;
    this.found = found;
  }

  /** The value of a setting of this record, as configured; {@code ***} for a secret. */
  public String written(String name) {
    return written.getOrDefault(parent + name, "");
  }

  /** Path of a setting of this record. */
  public String path(String name) {
    return parent + name;
  }

  /** Adds a fault with the value as configured. */
  public void add(String name, String mend) {
    add(name, written(name), mend);
  }

  public void when(boolean wrong, String name, String mend) {
    when(wrong, name, written(name), mend);
  }

  public void when(boolean wrong, String name, String value, String mend) {
    if (wrong) {
      add(name, value, mend);
    }
  }

  /** Adds a fault. Hides a value with an @, because a password may precede it. */
  public void add(String name, String value, String mend) {
    found.add(new Fault(parent + name, value.contains("@") ? HIDDEN : value, mend));
  }
}
