package org.elastauth.routes;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.elastauth.config.NearestName;

/** The routes that files make from templates: the template, and the parameters that it needs. */
final class Templates {
  private final List<CheckedFile> files;
  private final Map<String, YamlNode> templates = new HashMap<>();

  Templates(List<CheckedFile> files) {
    this.files = files;
    for (CheckedFile file : files) {
      for (YamlNode item : file.root().asList()) {
        YamlNode template = item.get("routeTemplate");
        if (template.isThere()) {
          templates.put(template.get("id").asText(), template);
        }
      }
    }
  }

  void check() {
    for (CheckedFile file : files) {
      for (YamlNode item : file.root().asList()) {
        if (file.isChecked() && item.get("templatedRoute").isMap()) {
          check(file.faults(), item.get("templatedRoute"));
        }
      }
    }
  }

  private void check(RouteFaults faults, YamlNode route) {
    YamlNode reference = route.get("routeTemplateRef");
    String name = reference.asText();
    YamlNode template = templates.get(name);
    if (name.isEmpty() || Endpoint.isOpen(name)) {
      return;
    }
    if (template == null) {
      faults.add(
          reference.line(),
          "there is no route template "
              + name
              + NearestName.hint(name, templates.keySet(), "; add the file that defines it"));
      return;
    }
    Set<String> known = names(template);
    Set<String> given = names(route);
    for (YamlNode parameter : template.get("parameters").asList()) {
      String parameterName = parameter.get("name").asText();
      boolean isRequired =
          !parameter.get("defaultValue").isThere()
              && !parameter.get("required").asText().equals("false");
      if (isRequired && !given.contains(parameterName)) {
        faults.add(
            route.line(),
            "the route template " + name + " needs the parameter " + parameterName + "; add it");
      }
    }
    for (YamlNode parameter : route.get("parameters").asList()) {
      YamlNode parameterName = parameter.get("name");
      if (!known.contains(parameterName.asText())) {
        faults.add(
            parameterName.line(),
            "the route template "
                + name
                + " has no parameter "
                + parameterName.asText()
                + NearestName.hint(parameterName.asText(), known, "; correct or delete it"));
      }
    }
  }

  private static Set<String> names(YamlNode parent) {
    Set<String> names = new TreeSet<>();
    parent
        .get("parameters")
        .asList()
        .forEach(parameter -> names.add(parameter.get("name").asText()));
    return names;
  }
}
