package org.elastauth.routes;

/**
 * A route file that was read.
 *
 * @param isChecked whether its own faults are reported
 */
record CheckedFile(RouteFile file, YamlNode root, RouteFaults faults, boolean isChecked) {

  static CheckedFile of(RouteFile file, boolean isChecked) {
    RouteFaults faults = new RouteFaults(file.place());
    YamlNode root = YamlReader.read(file.text(), faults);
    // the form of Camel K, which Camel reads, too
    if (root.get("kind").asText().equals("Integration")) {
      root = root.get("spec").get("flows");
    }
    return new CheckedFile(file, root, faults, isChecked);
  }

  /** The same content, for a check. */
  CheckedFile checked(boolean reported) {
    RouteFaults copy = new RouteFaults(faults.place());
    copy.found().addAll(faults.found());
    return new CheckedFile(file, root, copy, reported);
  }

  /** Whether it is YAML, so that what it serves is known. */
  boolean isRead() {
    return !root.asList().isEmpty();
  }
}
