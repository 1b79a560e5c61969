package org.elastauth.routes;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.elastauth.config.NearestName;

/**
 * The exchange properties that files set and read. A misspelled name is no error for Camel: a cache
 * that reads {@code tll} stores nothing.
 */
final class PropertyUses {
  private static final Pattern OF_CAMEL = Pattern.compile("Camel.*");
  private static final Pattern NAME = Pattern.compile("[A-Za-z][\\w.-]*");

  private record Use(CheckedFile file, YamlNode name) {}

  private final Set<String> set = new HashSet<>();
  private final List<Use> read = new ArrayList<>();
  private CheckedFile file;

  /** The file whose uses follow. */
  PropertyUses in(CheckedFile next) {
    file = next;
    return this;
  }

  void set(YamlNode name) {
    if (use(name)) {
      set.add(name.text());
    }
  }

  void read(YamlNode name) {
    if (use(name)) {
      read.add(new Use(file, name));
    }
  }

  /**
   * @return whether it is one of an operator
   */
  boolean use(YamlNode property) {
    String name = property.asText();
    if (!NAME.matcher(name).matches() || OF_CAMEL.matcher(name).matches()) {
      return false;
    }
    boolean isOwn = name.startsWith(ContractProperty.OWN);
    if (!isOwn && !ContractProperty.names().contains(name)) {
      file.faults()
          .add(
              property.line(),
              "the gateway has no exchange property "
                  + name
                  + NearestName.hint(
                      name,
                      ContractProperty.names(),
                      "; begin the name of your own with " + ContractProperty.OWN));
    }
    return isOwn;
  }

  /** Names the properties that are read and that no file sets. */
  void checkReads() {
    for (Use use : read) {
      String name = use.name.text();
      if (!set.contains(name)) {
        use.file
            .faults()
            .add(
                use.name.line(),
                "no step sets the exchange property "
                    + name
                    + NearestName.hint(name, set, "; set it before, or correct the name"));
      }
    }
  }
}
