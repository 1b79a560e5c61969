package org.elastauth.routes;

import java.io.IOException;
import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
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

/** The sources of the beans, which say what a method reads and sets in the exchange. */
final class BeanSources {
  record Declared(Class<?> type, JavaText text) {
    private List<Method> methods(String name) {
      return BeanCatalog.methods(type, name);
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

  /** The beans of the project, and the sources of all its classes. */
  static BeanSources read(Path sources) throws IOException {
    BeanSources all = new BeanSources();
    try (Stream<Path> files = Files.walk(sources)) {
      for (Path file : files.filter(path -> path.toString().endsWith(".java")).toList()) {
        String name = sources.relativize(file).toString().replace('/', '.');
        all.texts.put(
            name.substring(0, name.length() - ".java".length()),
            new JavaText(Files.readString(file)));
      }
    }
    BeanCatalog catalog = BeanCatalog.scan();
    for (String name : catalog.names()) {
      catalog.type(name).ifPresent(type -> all.beans.put(name, new Declared(type, all.text(type))));
    }
    return all;
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

  private JavaText text(Class<?> type) {
    return texts.getOrDefault(type.getName().replaceFirst("\\$.*", ""), new JavaText(""));
  }
}
