package org.elastauth.routes;

import java.lang.reflect.Executable;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.camel.util.StringQuoteHelper;
import org.elastauth.config.NearestName;

/**
 * The arguments and properties of the beans that a file declares. Camel finds the constructor,
 * factory method or setter when it creates the bean; here nothing is created.
 *
 * @param beans those that a value can name
 */
record BeanValues(RouteFaults faults, BeanCatalog beans, ThrowawayCamel camel) {

  void check(YamlNode bean, Class<?> type) {
    YamlNode builder = bean.get("builderClass");
    if (builder.isThere()) {
      BeanCatalog.load(builder.asText().replaceFirst("^#class:", ""))
          .ifPresent(made -> builder(bean, made));
      return;
    }
    creation(bean, type);
    if (!bean.get("factoryMethod").isThere()) {
      properties(bean.get("properties"), type, false);
    }
  }

  private void builder(YamlNode bean, Class<?> builder) {
    String name =
        bean.get("builderMethod").isThere() ? bean.get("builderMethod").asText() : "build";
    if (!Endpoint.isOpen(name) && BeanCatalog.methods(builder, name).isEmpty()) {
      faults.add(
          bean.get(bean.get("builderMethod").isThere() ? "builderMethod" : "builderClass").line(),
          builder.getName() + " has no method " + name + "; set builderMethod");
    }
    properties(bean.get("properties"), builder, true);
  }

  private void creation(YamlNode bean, Class<?> type) {
    YamlNode method = bean.get("factoryMethod");
    YamlNode place =
        bean.get("constructors").isThere() ? bean.get("constructors") : bean.get("type");
    List<YamlNode> arguments = arguments(bean);
    List<Executable> candidates = new ArrayList<>();
    if (method.isThere()) {
      place = method;
      Class<?> owner = owner(bean, type);
      if (owner == null || Endpoint.isOpen(method.asText())) {
        return;
      }
      Stream.of(owner.getMethods())
          .filter(each -> each.getName().equals(method.asText()))
          .filter(each -> Modifier.isStatic(each.getModifiers()))
          .filter(each -> each.getReturnType() != void.class)
          .forEach(candidates::add);
      type = owner;
    } else {
      candidates.addAll(List.of(type.getConstructors()));
      if (arguments.isEmpty()) {
        return; // the declaration is checked elsewhere
      }
    }
    String what = method.isThere() ? "static method " + method.asText() : "public constructor";
    List<Executable> sized =
        candidates.stream().filter(each -> each.getParameterCount() == arguments.size()).toList();
    if (sized.isEmpty()) {
      faults.add(
          place.line(),
          type.getName()
              + " has no "
              + what
              + " with "
              + arguments.size()
              + " parameters"
              + known(candidates)
              + "; correct constructors");
    } else if (arguments.stream().noneMatch(each -> Endpoint.isOpen(each.asText()))) {
      choose(type.getName(), what, sized, arguments, place.line());
    }
  }

  private static String known(List<Executable> candidates) {
    return candidates.isEmpty()
        ? ""
        : ", but one with "
            + candidates.stream()
                .map(BeanValues::parameters)
                .sorted()
                .collect(Collectors.joining(" or "));
  }

  private static String parameters(Executable candidate) {
    return Arrays.stream(candidate.getParameterTypes())
        .map(Class::getSimpleName)
        .collect(Collectors.joining(", ", "(", ")"));
  }

  /** Camel takes the only one whose parameters fit, or one with a parameter of any type. */
  private void choose(
      String owner, String what, List<Executable> sized, List<YamlNode> arguments, int line) {
    boolean isUnknown = arguments.stream().anyMatch(each -> each.asText().startsWith("#"));
    List<Executable> fitting = new ArrayList<>();
    for (Executable candidate : sized) {
      boolean fits = true;
      for (int i = 0; i < arguments.size(); i++) {
        fits &= fits(arguments.get(i).asText(), candidate.getParameterTypes()[i]);
      }
      if (fits) {
        fitting.add(candidate);
      }
    }
    if (fitting.size() == 1) {
      for (int i = 0; i < arguments.size(); i++) {
        value("argument " + i, arguments.get(i), List.of(fitting.get(0).getParameterTypes()[i]));
      }
    } else if (!isUnknown
        && sized.stream()
            .noneMatch(each -> List.of(each.getParameterTypes()).contains(Object.class))) {
      faults.add(
          line,
          "no "
              + what
              + " of "
              + owner
              + " can be chosen for "
              + arguments.stream().map(YamlNode::asText).collect(Collectors.joining(", ", "(", ")"))
              + known(sized)
              + "; correct constructors");
    }
  }

  /** What Camel knows of an argument before it chooses. */
  private static boolean fits(String argument, Class<?> parameter) {
    if (argument.matches("\\d+")) {
      return Stream.of(int.class, long.class, Integer.class, Long.class, Number.class)
          .anyMatch(each -> each == parameter);
    }
    if (argument.matches("true|false")) {
      return parameter == boolean.class || parameter == Boolean.class;
    }
    return true;
  }

  /** The class whose static method creates the bean. */
  private Class<?> owner(YamlNode bean, Class<?> type) {
    YamlNode factory = bean.get("factoryBean");
    if (!factory.isThere()) {
      return type;
    }
    String name = factory.asText();
    if (beans.has(name)) {
      return beans.type(name).orElse(null);
    }
    if (name.startsWith("#")) {
      faults.add(
          factory.line(), "factoryBean=" + name + " is not a class; write it without #class:");
      return null;
    }
    Optional<Class<?>> loaded = BeanCatalog.load(name);
    if (loaded.isEmpty() && !name.contains(".") && !Endpoint.isOpen(name)) {
      faults.add(
          factory.line(),
          "there is no bean "
              + name
              + NearestName.hint(name, beans.names(), "; correct the name, or write a class"));
    }
    return loaded.orElse(null);
  }

  private List<YamlNode> arguments(YamlNode bean) {
    String type = bean.get("type").asText();
    int begin = type.indexOf('(');
    if (begin > 0 && type.endsWith(")")) {
      String inline = type.substring(begin + 1, type.length() - 1);
      return Stream.of(StringQuoteHelper.splitSafeQuote(inline, ','))
          .map(argument -> YamlNode.scalar(bean.get("type").line(), argument))
          .toList();
    }
    Map<Integer, YamlNode> sorted = new TreeMap<>();
    bean.get("constructors")
        .asMap()
        .forEach(
            (index, argument) -> {
              if (index.matches("\\d{1,9}")) {
                sorted.put(Integer.valueOf(index), argument);
              } else {
                faults.add(
                    argument.line(),
                    "the key " + index + " of constructors is not a number; begin with 0");
              }
            });
    return List.copyOf(sorted.values());
  }

  private void properties(YamlNode properties, Class<?> type, boolean isFluent) {
    properties.asMap().forEach((name, value) -> property(name, value, type, isFluent));
  }

  private void property(String name, YamlNode value, Class<?> type, boolean isFluent) {
    if (value.isList()) {
      faults.add(
          value.line(), name + " must not be a list; write " + name + "[0], " + name + "[1]");
      return;
    }
    int dot = name.indexOf('.');
    if (Map.class.isAssignableFrom(type) || name.contains("[")) {
      return;
    }
    if (dot > 0 || value.isMap()) {
      String first = dot > 0 ? name.substring(0, dot) : name;
      getter(type, first)
          .ifPresent(inner -> nested(inner, name.substring(dot + 1), value, dot > 0));
      return;
    }
    List<Method> setters = setters(type, name, isFluent);
    if (!setters.isEmpty()) {
      value(
          name,
          value,
          setters.stream().<Class<?>>map(each -> each.getParameterTypes()[0]).toList());
    } else if (isFluent) {
      faults.add(
          value.line(), type.getName() + " has no method " + name + "; correct or delete it");
    }
  }

  private void nested(Class<?> inner, String name, YamlNode value, boolean isDotted) {
    if (inner == Object.class || inner.isInterface() || Map.class.isAssignableFrom(inner)) {
      return;
    }
    Map<String, YamlNode> fields = isDotted ? Map.of(name, value) : value.asMap();
    fields.forEach(
        (field, text) -> {
          if (text.isScalar() && field.matches("\\w+") && setters(inner, field, false).isEmpty()) {
            faults.add(
                text.line(),
                inner.getName() + " has no property " + field + "; correct or delete it");
          } else {
            property(field, text, inner, false);
          }
        });
  }

  private static Optional<Class<?>> getter(Class<?> type, String name) {
    return BeanCatalog.methods(type, "get" + capital(name)).stream()
        .filter(each -> each.getParameterCount() == 0)
        .<Class<?>>map(Method::getReturnType)
        .findFirst();
  }

  private static List<Method> setters(Class<?> type, String name, boolean isFluent) {
    List<String> names =
        isFluent
            ? List.of("set" + capital(name), "with" + capital(name), name)
            : List.of("set" + capital(name));
    return Stream.of(type.getMethods())
        .filter(each -> each.getParameterCount() == 1 && names.contains(each.getName()))
        .toList();
  }

  private static String capital(String name) {
    return Character.toUpperCase(name.charAt(0)) + name.substring(1);
  }

  /**
   * @param types of which one must fit
   */
  void value(String name, YamlNode value, List<Class<?>> types) {
    String text = value.asText();
    if (Endpoint.isOpen(text) || value.isEmpty()) {
      return;
    }
    Class<?> type = types.get(0);
    if (!text.startsWith("#")) {
      if (types.stream().noneMatch(each -> camel.converts(each, text))) {
        faults.add(value.line(), name + "=" + text + " is no " + expected(type));
      }
      return;
    }
    Optional<Class<?>> given =
        text.matches("#(class|type):.*")
            ? BeanCatalog.load(text.replaceFirst("^#\\w+:", "").replaceFirst("[(#].*", ""))
            : beans.type(text.replaceFirst("^#(bean:)?", ""));
    if (given.isPresent()
        && types.stream()
            .noneMatch(each -> each.isAssignableFrom(given.get()) || given.get().isInterface())) {
      faults.add(
          value.line(),
          name + "=" + text + " is no " + type.getSimpleName() + "; name another bean");
    }
  }

  private static String expected(Class<?> type) {
    String name = type.getSimpleName();
    if (type == boolean.class || type == Boolean.class) {
      return "boolean; write true or false";
    }
    return name
        + (type.isPrimitive() || type.isEnum() || type.getName().startsWith("java.lang.")
            ? "; correct it"
            : "; correct it, or name a bean: #name");
  }
}
