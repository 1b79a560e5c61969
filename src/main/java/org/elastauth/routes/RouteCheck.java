package org.elastauth.routes;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.elastauth.config.Fault;

/**
 * Names all faults of the route files at once, each with file and line. Nothing is started: neither
 * Spring nor Camel, and no bean is created. What only Camel can find fails when Camel loads the
 * routes.
 */
public final class RouteCheck {
  private final List<CheckedFile> files;
  private final boolean isComplete;

  private RouteCheck(RouteSet set, Predicate<RouteFile> isChecked) {
    this.files =
        set.files().values().stream()
            .map(file -> file.read().checked(isChecked.test(file)))
            .toList();
    this.isComplete = set.faults().isEmpty() && files.stream().allMatch(CheckedFile::isRead);
  }

  /**
   * The faults of an operator's files, and those that they cause in packaged ones. Costs nothing
   * without files of an operator. Does not depend on settings: every adapter is checked.
   *
   * @param set all files, also those that the configuration does not use
   */
  public static List<Fault> of(RouteSet set) {
    return set.isPackaged() ? set.faults() : of(set, RouteFile::isOwn);
  }

  static List<Fault> of(RouteSet set, Predicate<RouteFile> isChecked) {
    RouteCheck check = new RouteCheck(set, isChecked);
    check.check();
    List<Fault> faults = new ArrayList<>(set.faults());
    check.files.forEach(file -> faults.addAll(file.faults().all()));
    if (check.isComplete) {
      faults.addAll(FrontDoor.faults(set.files().values()));
    }
    return faults;
  }

  private void check() {
    try (ThrowawayCamel camel = new ThrowawayCamel()) {
      check(camel);
    }
  }

  private void check(ThrowawayCamel camel) {
    CamelParts parts = new CamelParts();
    CamelSchema schema = CamelSchema.load();
    BeanCatalog beans = beans();
    PropertyUses properties = new PropertyUses();
    boolean hasCode = files.stream().anyMatch(file -> file.isChecked() && hasCode(file.root()));
    Syntax syntax = new Syntax(new SimpleSyntax(parts));
    EipConstruction eips = new EipConstruction(parts, schema.languages(), camel);
    for (CheckedFile file : files) {
      if (!file.isChecked()) {
        continue;
      }
      if (file.root().isList() && file.root().items().isEmpty() && file.faults().isEmpty()) {
        file.faults().add(1, "contains no route; delete the file, or begin it with - route:");
      } else if (!file.root().isList()) {
        file.faults().add(file.root().line(), "the file must be a list; begin it with - route:");
      }
      new SchemaCheck(schema, parts, file.faults()).check(file.root());
      BeanNames names = new BeanNames(file.faults(), beans, camel);
      new StepNames(
              file,
              names,
              new EndpointNames(file.faults(), names, parts),
              new EipFields(file.faults(), names, parts),
              properties.in(file),
              syntax)
          .check();
      new ErrorHandling(file).check();
      eips.check(file);
    }
    if (!hasCode) {
      properties.checkReads();
    }
    new Templates(files).check();
    new RouteConfigurations(files).check();
    new Duplicates(files).check();
    new Calls(files, scheme -> blocks(parts.component(scheme)), isComplete).check();
  }

  /** The beans of the gateway and those that files declare. */
  private BeanCatalog beans() {
    Map<String, String> declared = new TreeMap<>();
    for (CheckedFile file : files) {
      for (YamlNode item : file.root().asList()) {
        declare(item.get("beans"), declared);
        declare(item.get("routeTemplate").get("beans"), declared);
      }
    }
    Map<String, String> types = new TreeMap<>(BeanCatalog.scan().types());
    types.putAll(declared);
    return new BeanCatalog(types, declared.keySet());
  }

  private static void declare(YamlNode beans, Map<String, String> types) {
    for (YamlNode bean : beans.asList()) {
      boolean isMade =
          List.of("script", "factoryMethod", "factoryBean", "builderClass").stream()
              .anyMatch(field -> bean.get(field).isThere());
      String type = bean.get("type").asText().replaceFirst("^#?class:", "");
      types.put(bean.get("name").asText(), isMade ? "" : type.replaceFirst("[(#].*", ""));
    }
  }

  /** Whether code of an operator may set exchange properties. */
  private static boolean hasCode(YamlNode node) {
    return node.asList().stream().anyMatch(RouteCheck::hasCode)
        || node.asMap().entrySet().stream()
            .anyMatch(
                field ->
                    List.of("beans", "script", "beanType", "templatedRoute", "kamelet")
                            .contains(field.getKey())
                        || hasCode(field.getValue()))
        || node.asText().contains("#class:")
        || node.asText().contains("setProperty(");
  }

  /** Whether a producer of the component waits for another system. */
  private static boolean blocks(JsonNode component) {
    JsonNode about = component.path("component");
    return about.path("remote").asBoolean() && !about.path("async").asBoolean();
  }
}
