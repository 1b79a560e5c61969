package org.elastauth.routes;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Ids and endpoints that appear twice in the set of files: the second would replace the first. */
final class Duplicates {
  private static final List<String> OTHER_IDS =
      List.of("parameters", "properties", "constructors", "beans", "dataFormats", "rest");

  private record Place(CheckedFile file, int line) {

    @Override
    public String toString() {
      return file.file().place() + ":" + line;
    }
  }

  private final List<CheckedFile> files;
  private final Map<String, Place> ids = new HashMap<>();
  private final Map<String, Place> endpoints = new HashMap<>();

  Duplicates(List<CheckedFile> files) {
    this.files = files;
  }

  void check() {
    // the checked files last, so that a fault is in one of them
    check(false);
    check(true);
  }

  private void check(boolean isChecked) {
    for (CheckedFile file : files) {
      if (file.isChecked() != isChecked) {
        continue;
      }
      for (CheckedRoute route : CheckedRoute.in(file)) {
        endpoint(route);
      }
      file.root().asList().forEach(item -> visit(file, item));
    }
  }

  private void endpoint(CheckedRoute route) {
    Endpoint endpoint = route.endpoint();
    String key = endpoint.direct().isEmpty() ? "" : "direct:" + endpoint.direct();
    if (route.isFrontDoor()) {
      Map<String, String> options = new TreeMap<>();
      endpoint.options().forEach((name, value) -> options.put(name, value.asText()));
      key = "platform-http:" + endpoint.path() + " " + options;
    }
    if (!key.isEmpty() && !key.contains("{{")) {
      note(
          endpoints,
          key,
          new Place(route.file(), endpoint.line()),
          key.replaceFirst(" .*", "") + " is served twice");
    }
  }

  private void visit(CheckedFile file, YamlNode node) {
    node.asList().forEach(item -> visit(file, item));
    node.asMap()
        .forEach(
            (name, value) -> {
              if (name.equals("routeConfiguration")) {
                value
                    .asMap()
                    .values()
                    .forEach(part -> visit(file, part)); // its id has its own space
              } else if (name.equals("id") && value.isScalar() && !value.text().contains("{{")) {
                note(
                    ids,
                    value.text(),
                    new Place(file, value.line()),
                    "the id " + value.text() + " is used twice");
              } else if (!OTHER_IDS.contains(name)) {
                visit(file, value);
              }
            });
  }

  private static void note(Map<String, Place> seen, String key, Place place, String what) {
    Place first = seen.putIfAbsent(key, place);
    if (first != null && place.file.isChecked()) {
      place.file.faults().add(place.line, what + ", first in " + first + "; change one of them");
    }
  }
}
