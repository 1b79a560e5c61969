package org.elastauth.routes;

import java.lang.reflect.InvocationTargetException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.elastauth.config.Fault;

/**
 * Creates the beans of the operator's own files once, as a check: a constructor that throws stops
 * the start. Beans with arguments or a factory are not created. Only for files that a start would
 * use: a constructor may do anything.
 */
public final class BeanConstruction {
  private BeanConstruction() {}

  /** The beans whose constructors throw. */
  public static List<Fault> faults(RouteSet set) {
    List<Fault> faults = new ArrayList<>();
    for (RouteFile file : set.own()) {
      RouteFaults found = new RouteFaults(file.place());
      for (YamlNode item : file.read().root().asList()) {
        item.get("beans").asList().forEach(bean -> create(bean, found));
      }
      faults.addAll(found.all());
    }
    return faults;
  }

  private static void create(YamlNode bean, RouteFaults faults) {
    YamlNode type = bean.get("type");
    Optional<Class<?>> loaded = BeanCatalog.load(type.asText().replaceFirst("^#?class:", ""));
    boolean isMade =
        List.of("factoryMethod", "factoryBean", "builderClass", "constructors", "script").stream()
            .anyMatch(field -> bean.get(field).isThere());
    if (loaded.isEmpty() || isMade) {
      return;
    }
    try {
      loaded.get().getConstructor().newInstance();
    } catch (InvocationTargetException | LinkageError failed) {
      Throwable cause = failed instanceof InvocationTargetException ? failed.getCause() : failed;
      faults.add(
          type.line(),
          "the constructor of "
              + loaded.get().getName()
              + " throws "
              + cause.getClass().getSimpleName()
              + (cause.getMessage() == null ? "" : " (" + cause.getMessage() + ")")
              + "; correct the class, or what it needs");
    } catch (ReflectiveOperationException notConstructible) {
      // RouteCheck names it
    }
  }
}
