package org.elastauth.routes;

import java.io.IOException;
import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.springframework.beans.factory.annotation.AnnotatedGenericBeanDefinition;
import org.springframework.beans.factory.support.SimpleBeanDefinitionRegistry;
import org.springframework.context.annotation.AnnotationBeanNameGenerator;
import org.springframework.context.annotation.Bean;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.stereotype.Component;

/**
 * The Spring beans that the main classes declare, by name. Nothing is started, so that beans of
 * every configuration are there.
 */
final class BeanSources {
  private static final String ROOM = "org.elastauth";

  record Declared(Class<?> type, JavaText text) {
    List<Method> methods(String name) {
      return Stream.concat(Stream.of(type.getDeclaredMethods()), Stream.of(type.getMethods()))
          .filter(method -> method.getName().equals(name))
          .filter(method -> !Modifier.isPrivate(method.getModifiers()))
          .distinct()
          .toList();
    }

    /** The properties that Camel binds to the parameters of these methods. */
    Set<String> bound(String method) {
      Set<String> bound = new HashSet<>();
      for (Method candidate : methods(method)) {
        for (Annotation[] annotations : candidate.getParameterAnnotations()) {
          for (Annotation annotation : annotations) {
            if (annotation instanceof ExchangeProperty property) {
              bound.add(property.value());
            }
          }
        }
      }
      return bound;
    }

    boolean takesExchange(String method) {
      return methods(method).stream()
          .anyMatch(candidate -> List.of(candidate.getParameterTypes()).contains(Exchange.class));
    }
  }

  private final Map<String, Declared> beans = new TreeMap<>();
  private final Map<String, JavaText> texts = new TreeMap<>();

  /** The beans of the project. */
  static BeanSources read(Path classes, Path sources) throws IOException {
    BeanSources catalog = new BeanSources();
    try (Stream<Path> files = Files.walk(classes.resolve(ROOM.replace('.', '/')))) {
      for (Path file : files.filter(path -> path.toString().endsWith(".class")).toList()) {
        String name = classes.relativize(file).toString().replace('/', '.');
        catalog.add(load(name.substring(0, name.length() - ".class".length())), sources);
      }
    }
    return catalog;
  }

  /** One more bean, whose source is given. */
  BeanSources with(String name, Class<?> type, String source) {
    JavaText text = new JavaText(source);
    texts.put(type.getName(), text);
    beans.put(name, new Declared(type, text));
    return this;
  }

  Declared find(String name) {
    return beans.get(name);
  }

  /**
   * @param pattern a regular expression
   */
  List<String> names(String pattern) {
    return beans.keySet().stream().filter(name -> name.matches(pattern)).toList();
  }

  /** The properties that a method sets in the exchange, itself or by what it passes that to. */
  Set<String> written(JavaText text, String method) {
    Set<String> written = new HashSet<>();
    write(text, method, written, new HashSet<>());
    return written;
  }

  private void write(JavaText text, String method, Set<String> written, Set<String> seen) {
    written.addAll(text.written(method));
    for (String passed : text.passed(method)) {
      if (seen.add(passed)) {
        String type = "." + passed.substring(0, passed.indexOf('.'));
        texts.entrySet().stream()
            .filter(other -> other.getKey().endsWith(type))
            .forEach(
                other ->
                    write(
                        other.getValue(),
                        passed.substring(passed.indexOf('.') + 1),
                        written,
                        seen));
      }
    }
  }

  /** The sources of all classes, by the name of the class. */
  Map<String, JavaText> texts() {
    return texts;
  }

  static Class<?> load(String name) {
    try {
      return Class.forName(name, false, BeanSources.class.getClassLoader());
    } catch (ClassNotFoundException missing) {
      return null;
    }
  }

  private void add(Class<?> type, Path sources) throws IOException {
    text(type, sources);
    if (AnnotatedElementUtils.hasAnnotation(type, Component.class)) {
      String name =
          AnnotationBeanNameGenerator.INSTANCE.generateBeanName(
              new AnnotatedGenericBeanDefinition(type), new SimpleBeanDefinitionRegistry());
      beans.put(name, new Declared(type, text(type, sources)));
    }
    for (Method method : type.getDeclaredMethods()) {
      Bean bean = method.getAnnotation(Bean.class);
      if (bean != null) {
        String name = bean.value().length == 0 ? method.getName() : bean.value()[0];
        Class<?> made = method.getReturnType();
        beans.put(name, new Declared(made, text(made, sources)));
      }
    }
  }

  private JavaText text(Class<?> type, Path sources) throws IOException {
    String outer = type.getName().replaceFirst("\\$.*", "");
    JavaText known = texts.get(outer);
    if (known == null) {
      Path file = sources.resolve(outer.replace('.', '/') + ".java");
      known = new JavaText(Files.exists(file) ? Files.readString(file) : "");
      texts.put(outer, known);
    }
    return known;
  }
}
