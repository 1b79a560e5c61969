package org.elastauth.routes;

import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.camel.Expression;
import org.apache.camel.Predicate;
import org.elastauth.config.NearestName;

/**
 * The beans, methods and classes that a file names.
 *
 * @param beans those that it can use
 */
record BeanNames(RouteFaults faults, BeanCatalog beans) {
  private static final Pattern CALL = Pattern.compile("(?s)\\s*(\\w+)\\s*(?:\\((.*)\\))?\\s*");

  /** A value that begins with {@code #} refers to a bean or a class. */
  void registered(YamlNode value) {
    String text = value.text();
    if (text.startsWith("#class:")) {
      load(text.substring("#class:".length()).replaceFirst("[(#].*", ""), value.line());
    } else if (text.startsWith("#type:")) {
      load(text.substring("#type:".length()), value.line());
    } else if (text.startsWith("#bean:")) {
      reference(YamlNode.scalar(value.line(), text.substring("#bean:".length())), Object.class);
    } else if (text.matches("#[A-Za-z][\\w-]*")) {
      reference(YamlNode.scalar(value.line(), text.substring(1)), Object.class);
    }
  }

  /** A bean that the file declares. */
  void declaration(YamlNode bean) {
    YamlNode type = bean.get("type");
    String name = type.asText().replaceFirst("^#?class:", "").replaceFirst("[(#].*", "");
    if (bean.get("script").isThere() || name.isEmpty()) {
      return;
    }
    Optional<Class<?>> loaded = load(name, type.line());
    boolean isMade =
        List.of("factoryMethod", "factoryBean", "builderClass", "constructors").stream()
            .anyMatch(field -> bean.get(field).isThere());
    if (loaded.isPresent() && !isMade && type.asText().indexOf('(') < 0) {
      boolean isConstructible =
          Arrays.stream(loaded.get().getConstructors())
              .anyMatch(constructor -> constructor.getParameterCount() == 0);
      if (!isConstructible) {
        faults.add(
            type.line(), name + " has no public constructor without parameters; set constructors");
      }
    }
  }

  void classes(String field, YamlNode value) {
    Collection<YamlNode> names = value.isList() ? value.items() : List.of(value);
    for (YamlNode name : names) {
      if (name.isScalar() && !name.isEmpty()) {
        Optional<Class<?>> loaded = load(name.text(), name.line());
        if (!field.equals("beanType")
            && loaded.isPresent()
            && !Throwable.class.isAssignableFrom(loaded.get())) {
          faults.add(
              name.line(), name.text() + " is not an exception; name a subclass of Throwable");
        }
      }
    }
  }

  Optional<Class<?>> load(String name, int line) {
    if (Endpoint.isOpen(name)) {
      return Optional.empty();
    }
    Optional<Class<?>> loaded = BeanCatalog.load(name);
    if (loaded.isEmpty()) {
      faults.add(
          line,
          "there is no class " + name + "; correct the name, or add its jar to the folder lib");
    }
    return loaded;
  }

  /** A step or a language that calls a method. */
  void call(YamlNode step) {
    if (step.get("ref").isScalar()) {
      call(step.get("ref"), step.get("method"));
    } else if (step.get("beanType").isScalar()) {
      BeanCatalog.load(step.get("beanType").text())
          .ifPresent(type -> method(type, step.get("beanType").text(), step.get("method")));
    }
  }

  void call(YamlNode bean, YamlNode method) {
    reference(bean, Object.class);
    beans.type(bean.text()).ifPresent(type -> method(type, "the bean " + bean.text(), method));
  }

  private void method(Class<?> type, String owner, YamlNode method) {
    Matcher call = CALL.matcher(method.asText());
    if (!call.matches()) {
      return; // a placeholder, or a chain of calls
    }
    String name = call.group(1);
    List<Method> methods = BeanCatalog.methods(type, name);
    if (methods.isEmpty() && !name.equals("length")) {
      Set<String> known =
          Arrays.stream(type.getMethods()).map(Method::getName).collect(Collectors.toSet());
      faults.add(
          method.line(),
          owner + " has no method " + name + NearestName.hint(name, known, "; correct the name"));
    } else if (call.group(2) != null) {
      int given = Arguments.count(call.group(2));
      int most = methods.stream().mapToInt(Method::getParameterCount).max().orElse(given);
      if (given > most) {
        faults.add(
            method.line(),
            name
                + " of "
                + owner
                + " has "
                + most
                + " parameters, not "
                + given
                + "; correct the call");
      }
    }
  }

  void reference(YamlNode bean, Class<?> role) {
    String name = bean.asText();
    if (name.startsWith("#class:") || name.startsWith("#type:")) {
      registered(bean);
      return;
    }
    name = name.replaceFirst("^#(bean:)?", "");
    if (name.isEmpty() || Endpoint.isOpen(name)) {
      return;
    }
    if (!beans.has(name)) {
      if (name.contains(".") && BeanCatalog.load(name).isPresent()) {
        return;
      }
      faults.add(
          bean.line(),
          "there is no bean "
              + name
              + NearestName.hint(
                  name, beans.names(), "; correct the name, or declare it in - beans:"));
      return;
    }
    Optional<Class<?>> type = beans.type(name);
    if (type.isPresent() && !fits(type.get(), role)) {
      faults.add(
          bean.line(),
          "the bean "
              + name
              + " is no "
              + role.getSimpleName()
              + "; call a method of it with bean or method");
    }
  }

  private static boolean fits(Class<?> type, Class<?> role) {
    return role.isAssignableFrom(type)
        || role == Predicate.class && Expression.class.isAssignableFrom(type)
        || type.isInterface();
  }
}
