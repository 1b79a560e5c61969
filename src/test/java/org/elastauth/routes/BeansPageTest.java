package org.elastauth.routes;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Method;
import java.lang.reflect.Parameter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.camel.Exchange;
import org.elastauth.Application;
import org.elastauth.credential.Credential;
import org.elastauth.session.Session;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ClassPathScanningCandidateComponentProvider;
import org.springframework.context.annotation.Description;
import org.springframework.core.type.filter.AnnotationTypeFilter;
import org.springframework.stereotype.Component;
import org.springframework.util.ClassUtils;

/** The page of the beans is made from the descriptions in the code. */
class BeansPageTest {
  private static final Path PAGE = Path.of("src/docs/routes/beans.md");
  private static final Path MADE = Path.of("target/beans.md");

  private static final Map<Class<?>, String> RESULTS =
      Map.of(
          void.class, "–",
          String.class, "text",
          List.class, "list of texts",
          boolean.class, "true or false",
          Credential.class, "`Credential`",
          Session.class, "session");

  @Test
  void thePageSaysWhatTheCodeSays() throws IOException {
    String made = page();
    Files.writeString(MADE, made);
    assertThat(Files.readString(PAGE)).as("copy %s to %s", MADE, PAGE).isEqualTo(made);
  }

  private static String page() {
    return """
        # Which beans may my routes call?

        These beans are made for routes of your own, and keep their names. All other beans may change with each release.

        | To | Write |
        |---|---|
        | call a bean | `- bean: {ref: roles, method: add('editor')}` |
        | keep what it returns | `- setProperty: {name: myTenant, method: {ref: request, method: header('X-Tenant')}}` |
        | decide by it | `- filter: {method: {ref: roles, method: has('editor')}, steps: […]}` |
        | use it within an expression | `simple: "${bean:request?method=path} startsWith '/app'"` |

        A refusal of a bean, such as 403, is the answer to the request, wherever the route is called.
        %s"""
        .formatted(
            beans().entrySet().stream()
                .map(bean -> section(bean.getKey(), bean.getValue()))
                .collect(Collectors.joining()));
  }

  /** Classes, and methods that make beans, by the name of the bean. */
  private static Map<String, AnnotatedElement> beans() {
    ClassPathScanningCandidateComponentProvider scanner =
        new ClassPathScanningCandidateComponentProvider(false);
    scanner.addIncludeFilter(new AnnotationTypeFilter(Component.class));
    Map<String, AnnotatedElement> beans = new TreeMap<>();
    for (BeanDefinition found :
        scanner.findCandidateComponents(Application.class.getPackageName())) {
      Class<?> type = ClassUtils.resolveClassName(found.getBeanClassName(), null);
      if (type.isAnnotationPresent(Description.class)) {
        beans.put(type.getAnnotation(Component.class).value(), type);
      }
      Stream.of(type.getDeclaredMethods())
          .filter(method -> method.isAnnotationPresent(Bean.class))
          .filter(method -> method.isAnnotationPresent(Description.class))
          .forEach(method -> beans.put(method.getName(), method));
    }
    return beans;
  }

  private static String section(String name, AnnotatedElement bean) {
    String text = "\n## `" + name + "`\n\n" + description(bean) + "\n";
    if (bean instanceof Class<?> type) {
      String rows =
          Stream.of(type.getDeclaredMethods())
              .filter(method -> method.isAnnotationPresent(Description.class))
              .sorted(Comparator.comparing(Method::getName))
              .map(BeansPageTest::row)
              .collect(Collectors.joining());
      return text + "\n| Method | Result | What it does |\n|---|---|---|\n" + rows;
    }
    return text;
  }

  private static String row(Method method) {
    List<String> parameters = new ArrayList<>();
    for (Parameter parameter : method.getParameters()) {
      // Camel binds those with an annotation
      if (parameter.getAnnotations().length == 0 && parameter.getType() != Exchange.class) {
        assertThat(parameter.isNamePresent()).isTrue();
        parameters.add(parameter.getName());
      }
    }
    String call =
        method.getName() + (parameters.isEmpty() ? "" : "(" + String.join(", ", parameters) + ")");
    assertThat(RESULTS).as("the result of %s", method).containsKey(method.getReturnType());
    return "| `%s` | %s | %s |\n"
        .formatted(call, RESULTS.get(method.getReturnType()), description(method));
  }

  private static String description(AnnotatedElement element) {
    return element.getAnnotation(Description.class).value().replace("|", "\\|");
  }
}
