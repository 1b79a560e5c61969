package org.elastauth.routes;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.elastauth.config.NearestName;

/**
 * The fields and methods that a Simple expression reads of an exchange property, such as {@code
 * ${exchangeProperty.identity.groups[0]}}. Camel looks them up when a request arrives.
 */
record PropertyFields(RouteFaults faults) {
  /** The classes of the properties of {@link ContractProperty} that have fields. */
  static final Map<String, String> TYPES =
      Map.of(
          "credential", "org.elastauth.credential.Credential",
          "identity", "org.elastauth.identity.Identity",
          "request", "io.vertx.core.http.HttpServerRequest",
          "revocation", "org.elastauth.revocation.Revocation",
          "session", "org.elastauth.session.Session",
          "token", "org.elastauth.oidc.token.Token");

  private static final Pattern READ =
      Pattern.compile(
          "\\$\\{exchangeProperty(?:\\??\\.|:|\\[['\"]?)(\\w+)(?:['\"]?])?"
              + "((?:\\??\\.\\w+(?:\\([^()]*\\))?|\\[[^\\]]*])+)}");
  private static final Pattern PART = Pattern.compile("\\??\\.(\\w+)(\\()?|\\[");

  void check(YamlNode text) {
    Matcher read = READ.matcher(text.text());
    while (read.find()) {
      Type type = BeanCatalog.load(TYPES.getOrDefault(read.group(1), "")).orElse(null);
      Matcher part = PART.matcher(read.group(2));
      while (type != null && part.find()) {
        type =
            part.group(1) == null
                ? item(type)
                : result(type, part.group(1), text.line()).orElse(null);
      }
    }
  }

  /** The type of a list's items; null if it is not known. */
  private static Type item(Type type) {
    return type instanceof ParameterizedType list
            && list.getRawType() instanceof Class<?> raw
            && Collection.class.isAssignableFrom(raw)
        ? list.getActualTypeArguments()[0]
        : null;
  }

  private Optional<Type> result(Type type, String name, int line) {
    Type raw = type instanceof ParameterizedType generic ? generic.getRawType() : type;
    if (!(raw instanceof Class<?> owner)
        || Map.class.isAssignableFrom(owner)
        || owner == Object.class
        || owner.isPrimitive()) {
      return Optional.empty();
    }
    String suffix = Character.toUpperCase(name.charAt(0)) + name.substring(1);
    List<Method> methods =
        List.of(name, "get" + suffix, "is" + suffix).stream()
            .flatMap(each -> BeanCatalog.methods(owner, each).stream())
            .toList();
    if (methods.isEmpty() && !(name.equals("length") && owner.isArray())) {
      faults.add(
          line,
          owner.getSimpleName()
              + " has no field or method "
              + name
              + NearestName.hint(name, known(owner), "; correct the name"));
    }
    return methods.stream().findFirst().map(Method::getGenericReturnType);
  }

  /** What can be read without arguments. */
  private static Set<String> known(Class<?> owner) {
    Set<String> names = new TreeSet<>();
    Arrays.stream(owner.getMethods())
        .filter(method -> method.getParameterCount() == 0)
        .filter(method -> !Modifier.isStatic(method.getModifiers()))
        .filter(method -> method.getDeclaringClass() != Object.class)
        .forEach(method -> names.add(method.getName()));
    return names;
  }
}
