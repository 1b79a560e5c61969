package org.elastauth.routes;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.springframework.beans.factory.support.SimpleBeanDefinitionRegistry;
import org.springframework.context.annotation.AnnotationBeanNameGenerator;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ScannedGenericBeanDefinition;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;
import org.springframework.core.type.AnnotationMetadata;
import org.springframework.core.type.MethodMetadata;
import org.springframework.core.type.classreading.MetadataReader;
import org.springframework.core.type.classreading.SimpleMetadataReaderFactory;
import org.springframework.stereotype.Component;

/**
 * The names and classes of the beans that a route can call. Nothing is started, so that beans of
 * every configuration are there.
 *
 * @param types the name of a class by the name of its bean; empty if it is not known
 * @param declared the beans of files
 */
record BeanCatalog(Map<String, String> types, Set<String> declared) {
  private static final String CLASSES = "classpath*:org/elastauth/**/*.class";

  /** The beans that Camel and Spring add to those of the gateway. */
  private static final Map<String, String> OF_FRAMEWORKS =
      Map.of(
          "camelContext", "org.apache.camel.CamelContext",
          "producerTemplate", "org.apache.camel.ProducerTemplate",
          "fluentProducerTemplate", "org.apache.camel.FluentProducerTemplate",
          "consumerTemplate", "org.apache.camel.ConsumerTemplate",
          "environment", "org.springframework.core.env.Environment");

  /** The beans that the gateway's classes declare, from the class files. */
  static BeanCatalog scan() {
    Map<String, String> types = new TreeMap<>(OF_FRAMEWORKS);
    SimpleMetadataReaderFactory classes = new SimpleMetadataReaderFactory();
    SimpleBeanDefinitionRegistry none = new SimpleBeanDefinitionRegistry();
    try {
      for (Resource file : new PathMatchingResourcePatternResolver().getResources(CLASSES)) {
        MetadataReader reader = classes.getMetadataReader(file);
        AnnotationMetadata type = reader.getAnnotationMetadata();
        if (type.isAnnotated(Component.class.getName())) {
          types.put(
              AnnotationBeanNameGenerator.INSTANCE.generateBeanName(
                  new ScannedGenericBeanDefinition(reader), none),
              type.getClassName());
          type.getAnnotatedMethods(Bean.class.getName())
              .forEach(method -> types.put(name(method), method.getReturnTypeName()));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new BeanCatalog(types, Set.of());
  }

  private static String name(MethodMetadata method) {
    String[] names = method.getAnnotations().get(Bean.class).getStringArray("name");
    return names.length > 0 ? names[0] : method.getMethodName();
  }

  boolean has(String name) {
    return types.containsKey(name);
  }

  Set<String> names() {
    return types.keySet();
  }

  /** The class of a bean, unless a script or a factory makes it. */
  Optional<Class<?>> type(String name) {
    return load(types.getOrDefault(name, ""));
  }

  /**
   * Whether a bean of a file has a type, or may have it because a script or a factory makes it.
   * Those of the gateway depend on settings.
   */
  boolean isDeclared(String type) {
    Class<?> wanted = load(type).orElse(Object.class);
    return declared.stream()
        .map(types::get)
        .anyMatch(
            each -> each.isEmpty() || load(each).filter(wanted::isAssignableFrom).isPresent());
  }

  /** The methods that a route can call. */
  static List<Method> methods(Class<?> type, String name) {
    return Stream.concat(Stream.of(type.getDeclaredMethods()), Stream.of(type.getMethods()))
        .filter(method -> method.getName().equals(name))
        .filter(method -> !Modifier.isPrivate(method.getModifiers()))
        .distinct()
        .toList();
  }

  /** Loads a class without initializing it. */
  static Optional<Class<?>> load(String name) {
    if (name.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(Class.forName(name, false, BeanCatalog.class.getClassLoader()));
    } catch (ClassNotFoundException | LinkageError missing) {
      return Optional.empty();
    }
  }
}
