package org.elastauth.routes;

import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.camel.Exchange;
import org.apache.camel.Expression;
import org.apache.camel.Predicate;
import org.elastauth.config.NearestName;
import org.springframework.context.annotation.Description;

/**
 * The beans, methods and classes that a file names.
 *
 * @param beans those that it can use
 */
record BeanNames(RouteFaults faults, BeanCatalog beans, ThrowawayCamel camel) {
  /** What Camel finds by its type. */
  private static final Map<String, String> FOUND =
      Map.of(
          "saga", "org.apache.camel.saga.CamelSagaService",
          "sql", "javax.sql.DataSource",
          "sql-stored", "javax.sql.DataSource",
          "transacted", "org.springframework.transaction.PlatformTransactionManager");

  private static final Pattern CALL = Pattern.compile("(?s)\\s*(\\w+)\\s*(?:\\((.*)\\))?\\s*");

  /**
   * A step or component that finds a bean by its type.
   *
   * @param isNamed whether the file names the bean
   */
  void needed(String user, boolean isNamed, int line) {
    String type = FOUND.getOrDefault(user, "");
    if (!type.isEmpty() && !isNamed && !beans.isDeclared(type)) {
      faults.add(
          line,
          user + " needs a bean of the type " + type + "; declare one in - beans:, and name it");
    }
  }

  /**
   * An option that needs a bean, unless Camel converts a text to it.
   *
   * @param type of the option
   */
  void value(String name, YamlNode value, String type) {
    BeanCatalog.load(type)
        .ifPresent(role -> new BeanValues(faults, beans, camel).value(name, value, List.of(role)));
  }

  /** A value that begins with {@code #} refers to a bean or a class. */
  void registered(YamlNode value) {
    String text = value.text();
    if (text.startsWith("#class:")) {
      load(text.substring("#class:".length()).replaceFirst("[(#].*", ""), value.line());
    } else if (text.startsWith("#type:")) {
      load(text.substring("#type:".length()), value.line());
    } else if (text.startsWith("#bean:")) {
      reference(YamlNode.scalar(value.line(), text.substring("#bean:".length())), Object.class);
    } else if (text.matches("#(?!autowired)[A-Za-z][\\w-]*")) {
      reference(YamlNode.scalar(value.line(), text.substring(1)), Object.class);
    }
  }

  /** A bean that the file declares. */
  void declaration(YamlNode bean) {
    YamlNode type = bean.get("type");
    String name = type.asText().replaceFirst("^#?class:", "").replaceFirst("[(#].*", "");
    script(bean);
    if (bean.get("script").isThere() || name.isEmpty()) {
      return;
    }
    for (String maker : List.of("factoryBean", "builderClass")) {
      YamlNode made = bean.get(maker);
      if (made.asText().matches("#class:.*|(?![#]).*[.].*")) {
        load(made.asText().replaceFirst("^#class:", ""), made.line());
      }
    }
    Optional<Class<?>> loaded = load(name, type.line());
    loaded.ifPresent(
        made -> {
          members(bean, made, name);
          new BeanValues(faults, beans, camel).check(bean, made);
        });
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

  private void script(YamlNode bean) {
    if (bean.get("script").isThere() != bean.get("scriptLanguage").isThere()) {
      faults.add(
          bean.line(), "a bean needs script and scriptLanguage together; add the missing field");
    }
    if (bean.get("type").isScalar() && bean.get("type").text().isBlank()) {
      faults.add(bean.get("type").line(), "type is empty; write a class");
    }
    if (bean.get("factoryBean").isThere() && !bean.get("factoryMethod").isThere()) {
      faults.add(bean.get("factoryBean").line(), "factoryBean needs factoryMethod; add it");
    }
  }

  /** What Camel calls of a new bean; a factory may return another class. */
  private void members(YamlNode bean, Class<?> type, String name) {
    if (bean.get("builderClass").isThere()) {
      return;
    }
    if (bean.get("factoryMethod").isThere()) {
      return;
    }
    event(type, name, bean.get("initMethod"));
    event(type, name, bean.get("destroyMethod"));
    Set<String> setters =
        Arrays.stream(type.getMethods())
            .map(Method::getName)
            .filter(each -> each.matches("set[A-Z].*"))
            .map(each -> Character.toLowerCase(each.charAt(3)) + each.substring(4))
            .collect(Collectors.toSet());
    bean.get("properties")
        .asMap()
        .forEach(
            (property, value) -> {
              String first = property.replaceFirst("[.\\[].*", "");
              boolean isNested = !first.equals(property) || !value.isScalar();
              if (!setters.contains(first) && !isNested && !Map.class.isAssignableFrom(type)) {
                faults.add(
                    value.line(),
                    name
                        + " has no property "
                        + first
                        + NearestName.hint(first, setters, "; correct or delete it"));
              }
            });
  }

  private void event(Class<?> type, String owner, YamlNode method) {
    method(type, owner, method);
    List<Method> named = BeanCatalog.methods(type, method.asText());
    if (!named.isEmpty() && named.stream().allMatch(each -> each.getParameterCount() > 0)) {
      faults.add(
          method.line(),
          method.asText() + " of " + owner + " has parameters; name a method without");
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
    if (step.isScalar()) {
      reference(step, Object.class);
    } else if (step.get("ref").isScalar()) {
      call(step.get("ref"), step.get("method"));
    } else if (step.get("beanType").isScalar()) {
      BeanCatalog.load(step.get("beanType").text())
          .ifPresent(type -> method(type, step.get("beanType").text(), step.get("method")));
    }
  }

  /** An endpoint that names a class. */
  void callOf(String type, int line, YamlNode method) {
    load(type, line).ifPresent(loaded -> method(loaded, type, method));
  }

  void call(YamlNode bean, YamlNode method) {
    reference(bean, Object.class);
    beans.type(bean.text()).ifPresent(type -> method(type, "the bean " + bean.text(), method));
  }

  private void method(Class<?> type, String owner, YamlNode method) {
    Matcher call = CALL.matcher(method.asText());
    if (call.matches()) { // no placeholder, and no chain of calls
      List<Method> methods = methods(type, owner, call.group(1), method.line());
      if (!methods.isEmpty()) {
        arguments(owner, call.group(1), methods, call.group(2), method.line());
      }
    }
  }

  /** A call in a language with arguments of its own. */
  void reads(YamlNode bean, String method) {
    reference(bean, Object.class);
    if (method != null) {
      beans
          .type(bean.text())
          .ifPresent(type -> methods(type, "the bean " + bean.text(), method, bean.line()));
    }
  }

  /** The methods of a name; a fault if there are none. */
  private List<Method> methods(Class<?> type, String owner, String name, int line) {
    List<Method> methods = BeanCatalog.methods(type, name);
    if (methods.isEmpty() && !name.equals("length")) {
      Set<String> known =
          Arrays.stream(type.getMethods()).map(Method::getName).collect(Collectors.toSet());
      faults.add(
          line,
          owner + " has no method " + name + NearestName.hint(name, known, "; correct the name"));
    }
    return methods;
  }

  /**
   * @param written the arguments; null for a method without brackets
   */
  private void arguments(
      String owner, String name, List<Method> methods, String written, int line) {
    List<String> given = Arguments.of(written == null ? "" : written);
    for (String argument : given) {
      if (!Arguments.isValue(argument)) {
        faults.add(
            line,
            "the argument "
                + argument
                + " of "
                + name
                + " is not a value; put text in quotes: '"
                + argument
                + "'");
      }
    }
    int most = methods.stream().mapToInt(Method::getParameterCount).max().orElse(given.size());
    if (written != null && given.size() > most) {
      faults.add(
          line,
          name
              + " of "
              + owner
              + " has "
              + most
              + " parameters, not "
              + given.size()
              + "; correct the call");
    } else if (given.isEmpty() && methods.stream().allMatch(BeanNames::needsArgument)) {
      faults.add(line, name + " of " + owner + " needs an argument; write " + name + "('…')");
    }
  }

  /** Without arguments, Camel would pass the message body. */
  private static boolean needsArgument(Method method) {
    return method.isAnnotationPresent(Description.class)
        && Arrays.stream(method.getParameters())
            .anyMatch(
                parameter ->
                    parameter.getAnnotations().length == 0
                        && parameter.getType() != Exchange.class);
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
