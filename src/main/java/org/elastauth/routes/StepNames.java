package org.elastauth.routes;

import com.fasterxml.jackson.databind.JsonNode;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.camel.Expression;
import org.apache.camel.Predicate;
import org.apache.camel.Processor;
import org.elastauth.config.NearestName;

/**
 * The names in the steps of a file: beans and their methods, classes, components and their options,
 * exchange properties. Text without a meaning for Camel, such as a description, is not read.
 */
final class StepNames {
  private static final Set<String> TEXT =
      Set.of("description", "note", "constant", "id", "group", "logName", "marker");
  private static final Set<String> PREDICATES =
      Set.of(
          "completionPredicate",
          "continued",
          "filter",
          "handled",
          "onWhen",
          "retryWhile",
          "validate",
          "when");
  private static final Set<String> WITHIN_PREDICATE = Set.of("expression", "simple");
  private static final Set<String> VALUES = Set.of("parameters", "properties", "constructors");
  private static final Set<String> CLASSES = Set.of("exception", "exceptionType", "beanType");

  private static final Pattern PROPERTY =
      Pattern.compile(
          "exchangeProperty(?:As\\(|OrElse\\(|\\.|\\?\\.|\\[\\s*['\"]?|:)\\s*([A-Za-z][\\w-]*)");
  private static final Pattern BEAN_IN_SIMPLE =
      Pattern.compile(
          "\\$\\{bean:(?!type:)([\\w-]+)(?:(?:\\.|::|\\?method=)(\\w+)(\\([^}]*\\))?)?");
  private static final Pattern BEAN_IN_SPEL = Pattern.compile("@([A-Za-z]\\w*)(?:\\.(\\w+)\\()?");
  private static final Pattern CLASS_IN_TEXT =
      Pattern.compile("\\b(?:T\\(\\s*|\\$\\{type:|new )((?:[a-z]\\w*\\.)+[A-Z]\\w*)");
  private static final Pattern CALL = Pattern.compile("(?s)\\s*(\\w+)\\s*(?:\\((.*)\\))?\\s*");

  private final CheckedFile file;
  private final BeanCatalog beans;
  private final CamelParts parts;
  private final PropertyUses properties;
  private final SimpleSyntax simple;

  StepNames(
      CheckedFile file,
      BeanCatalog beans,
      CamelParts parts,
      PropertyUses properties,
      SimpleSyntax simple) {
    this.file = file;
    this.simple = simple;
    this.beans = beans;
    this.parts = parts;
    this.properties = properties;
  }

  void check() {
    for (YamlNode item : file.root().asList()) {
      visit("", item, false);
    }
  }

  /**
   * @param isPredicate whether the parent decides something
   */
  private void visit(String parent, YamlNode node, boolean isPredicate) {
    boolean decides =
        PREDICATES.contains(parent) || WITHIN_PREDICATE.contains(parent) && isPredicate;
    node.asList().forEach(item -> visit(parent, item, isPredicate));
    node.asMap().forEach((name, value) -> field(parent, name, value, node, decides));
  }

  /**
   * @param parent the field that contains this one
   */
  private void field(
      String parent, String name, YamlNode value, YamlNode siblings, boolean isPredicate) {
    if (TEXT.contains(name) && value.isScalar()) {
      return;
    }
    switch (name) {
      case "beans" -> value.asList().forEach(this::bean);
      case "bean" -> call(value);
      case "method" -> {
        if (value.isMap()) {
          call(value);
        }
      }
      case "process" -> reference(value.isScalar() ? value : value.get("ref"), Processor.class);
      case "ref" -> {
        boolean isDone =
            parent.equals("process") || parent.equals("bean") || parent.equals("method");
        if (!isDone) {
          reference(
              value.isScalar() ? value : value.get("expression"),
              PREDICATES.contains(parent) ? Predicate.class : Object.class);
        }
      }
      case "circuitBreaker" -> {
        if (value.isScalar()) {
          reference(value, Object.class);
        }
      }
      case "setProperty" -> properties.set(value.get("name"));
      case "removeProperty" -> properties.use(value.isScalar() ? value : value.get("name"));
      case "statusPropertyName" -> properties.set(value);
      case "exchangeProperty" ->
          properties.read(value.isScalar() ? value : value.get("expression"));
      case "uri", "deadLetterUri" -> {
        if (value.isScalar()) {
          endpoint(Endpoint.of(value, siblings.get("parameters")), parent);
        }
      }
      case "to", "toD", "wireTap" -> {
        if (value.isScalar()) {
          endpoint(Endpoint.of(value, YamlNode.map(value.line())), name);
        }
      }
      default -> {
        if (CLASSES.contains(name)) {
          classes(name, value);
        }
      }
    }
    if (value.isScalar()) {
      text(parent, name, value, isPredicate);
    } else if (!name.equals("beans")) {
      visit(name, value, isPredicate);
    }
  }

  private void text(String parent, String name, YamlNode value, boolean isPredicate) {
    String text = value.text();
    if (VALUES.contains(parent)) {
      registered(value);
    }
    matches(PROPERTY, text).forEach(found -> properties.read(scalar(value.line(), found.group(1))));
    matches(BEAN_IN_SIMPLE, text)
        .forEach(
            found ->
                call(
                    scalar(value.line(), found.group(1)),
                    scalar(
                        value.line(),
                        found.group(2) == null
                            ? ""
                            : found.group(2) + (found.group(3) == null ? "" : found.group(3)))));
    matches(CLASS_IN_TEXT, text).forEach(found -> load(found.group(1), value.line()));
    if (name.equals("simple")
        || parent.equals("simple") && name.equals("expression")
        || name.equals("log")
        || parent.equals("log") && name.equals("message")) {
      String wrong = simple.fault(text, isPredicate);
      if (!wrong.isEmpty()) {
        fault(value.line(), "is not an expression of the Simple language: " + wrong);
      }
    }
    if (name.equals("spel") || parent.equals("spel")) {
      matches(BEAN_IN_SPEL, text)
          .forEach(
              found ->
                  call(
                      scalar(value.line(), found.group(1)),
                      scalar(value.line(), found.group(2) == null ? "" : found.group(2))));
    }
  }

  private static List<java.util.regex.MatchResult> matches(Pattern pattern, String text) {
    return pattern.matcher(text).results().toList();
  }

  private static YamlNode scalar(int line, String text) {
    return new YamlNode(line, text, false, null, null);
  }

  /** A value that begins with {@code #} refers to a bean or a class. */
  private void registered(YamlNode value) {
    String text = value.text();
    if (text.startsWith("#class:")) {
      load(text.substring("#class:".length()).replaceFirst("[(#].*", ""), value.line());
    } else if (text.startsWith("#type:")) {
      load(text.substring("#type:".length()), value.line());
    } else if (text.startsWith("#bean:")) {
      reference(scalar(value.line(), text.substring("#bean:".length())), Object.class);
    } else if (text.matches("#[A-Za-z][\\w-]*")) {
      reference(scalar(value.line(), text.substring(1)), Object.class);
    }
  }

  /** A bean that the file declares. */
  private void bean(YamlNode bean) {
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
        fault(
            type.line(), name + " has no public constructor without parameters; set constructors");
      }
    }
    bean.get("properties").asMap().forEach((key, value) -> nested("properties", value));
    bean.get("constructors").asMap().forEach((key, value) -> nested("constructors", value));
  }

  private void nested(String parent, YamlNode value) {
    if (value.isScalar()) {
      registered(value);
    } else {
      visit(parent, value, false);
    }
  }

  private void classes(String field, YamlNode value) {
    Collection<YamlNode> names = value.isList() ? value.items() : List.of(value);
    for (YamlNode name : names) {
      if (name.isScalar() && !name.isEmpty()) {
        Optional<Class<?>> loaded = load(name.text(), name.line());
        if (!field.equals("beanType")
            && loaded.isPresent()
            && !Throwable.class.isAssignableFrom(loaded.get())) {
          fault(name.line(), name.text() + " is not an exception; name a subclass of Throwable");
        }
      }
    }
  }

  private Optional<Class<?>> load(String name, int line) {
    if (isOpen(name)) {
      return Optional.empty();
    }
    Optional<Class<?>> loaded = BeanCatalog.load(name);
    if (loaded.isEmpty()) {
      fault(
          line,
          "there is no class " + name + "; correct the name, or add its jar to the folder lib");
    }
    return loaded;
  }

  /** A step or a language that calls a method. */
  private void call(YamlNode step) {
    if (step.get("ref").isScalar()) {
      call(step.get("ref"), step.get("method"));
    } else if (step.get("beanType").isScalar()) {
      BeanCatalog.load(step.get("beanType").text())
          .ifPresent(type -> method(type, step.get("beanType").text(), step.get("method")));
    }
  }

  private void call(YamlNode bean, YamlNode method) {
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
      fault(
          method.line(),
          owner + " has no method " + name + near(name, known, "; correct the name"));
    } else if (call.group(2) != null) {
      int given = Arguments.count(call.group(2));
      int most = methods.stream().mapToInt(Method::getParameterCount).max().orElse(given);
      if (given > most) {
        fault(
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

  private void reference(YamlNode bean, Class<?> role) {
    String name = bean.asText();
    if (name.startsWith("#class:") || name.startsWith("#type:")) {
      registered(bean);
      return;
    }
    name = name.replaceFirst("^#(bean:)?", "");
    if (name.isEmpty() || isOpen(name)) {
      return;
    }
    if (!beans.has(name)) {
      if (name.contains(".") && BeanCatalog.load(name).isPresent()) {
        return;
      }
      fault(
          bean.line(),
          "there is no bean "
              + name
              + near(name, beans.names(), "; correct the name, or declare it in - beans:"));
      return;
    }
    Optional<Class<?>> type = beans.type(name);
    if (type.isPresent() && !fits(type.get(), role)) {
      fault(
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

  private void endpoint(Endpoint endpoint, String parent) {
    String scheme = endpoint.scheme();
    if (isOpen(scheme) || scheme.isEmpty() || !scheme.matches("[a-zA-Z][\\w.+-]*")) {
      return;
    }
    if (!parts.has("component", scheme)) {
      boolean isBean = beans.has(scheme);
      if (!isBean) {
        fault(
            endpoint.line(),
            "there is no component "
                + scheme
                + near(
                    scheme,
                    parts.names("component"),
                    "; add its jar to the folder lib, or correct the name"));
      }
      return;
    }
    JsonNode component = parts.component(scheme);
    boolean isConsumer = parent.equals("from");
    if (component.path("component").path(isConsumer ? "producerOnly" : "consumerOnly").asBoolean()
        && !parent.contains("poll")) {
      fault(
          endpoint.line(),
          scheme
              + " can only be used in "
              + (isConsumer ? "to" : "from")
              + "; choose another component");
    }
    if (scheme.equals("bean") && endpoint.path().matches("[\\w-]+")) {
      YamlNode method = endpoint.options().get("method");
      call(
          scalar(endpoint.line(), endpoint.path()),
          method == null ? scalar(endpoint.line(), "") : method);
    }
    if (!component.isMissingNode()
        && !component.path("component").path("lenientProperties").asBoolean()
        && component.path("apis").isMissingNode()) {
      endpoint.options().forEach((name, value) -> option(scheme, component, name, value));
    }
  }

  private void option(String scheme, JsonNode component, String name, YamlNode value) {
    JsonNode options = component.path("properties");
    String plain = name.replaceFirst("^(consumer|producer)\\.", "");
    JsonNode option = options.path(plain);
    if (option.isMissingNode()) {
      boolean isPrefixed =
          options.properties().stream()
              .map(each -> each.getValue().path("prefix").asText())
              .anyMatch(prefix -> !prefix.isEmpty() && plain.startsWith(prefix));
      if (!isPrefixed && !isOpen(name) && !plain.startsWith("scheduler.")) {
        Set<String> known = new TreeSet<>();
        options.fieldNames().forEachRemaining(known::add);
        fault(
            value.line(),
            scheme + " has no option " + name + near(name, known, "; correct or delete it"));
      }
      return;
    }
    String text = value.asText();
    if (value.isScalar() && !isOpen(text) && !text.startsWith("#") && !text.startsWith("RAW(")) {
      Set<String> allowed = new TreeSet<>();
      option.path("enum").forEach(each -> allowed.add(each.asText()));
      boolean isAllowed = allowed.isEmpty() || allowed.stream().anyMatch(each -> same(each, text));
      String type = option.path("type").asText();
      if (!isAllowed) {
        fault(value.line(), name + "=" + text + " is not one of " + String.join(", ", allowed));
      } else if (type.equals("boolean") && !text.matches("(?i)true|false")) {
        fault(value.line(), name + "=" + text + " is not a boolean; write true or false");
      } else if (type.equals("integer") && !text.matches("-?\\d+")) {
        fault(value.line(), name + "=" + text + " is not a whole number; correct it");
      } else if (type.equals("duration") && !text.matches("-?\\d+|(\\d+(ms|[dhms])\\s*)+|P.*")) {
        fault(value.line(), name + "=" + text + " is not a duration; write for example 5s");
      }
    }
  }

  private static boolean same(String one, String other) {
    return fold(one).equals(fold(other));
  }

  private static String fold(String text) {
    return text.toLowerCase(Locale.ROOT).replaceAll("[-_]", "");
  }

  private static boolean isOpen(String text) {
    return text.contains("{{") || text.contains("${");
  }

  private static String near(String name, Collection<String> known, String otherwise) {
    return NearestName.of(name, known)
        .map(other -> "; did you mean " + other + "?")
        .orElse(otherwise);
  }

  private void fault(int line, String mend) {
    file.faults().add(line, mend);
  }
}
