package org.elastauth.routes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URL;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The components, languages and data formats on the class path, from the files in which they
 * describe themselves. No class is loaded.
 */
final class CamelParts {
  private static final String SERVICES = "META-INF/services/org/apache/camel/";
  private static final List<String> MODELS =
      List.of("", "language/", "dataformat/", "loadbalancer/", "errorhandler/", "config/", "rest/");

  private final ClassLoader loader = CamelParts.class.getClassLoader();
  private final ObjectMapper json = new ObjectMapper();
  private final Map<String, JsonNode> components = new HashMap<>();
  private final Map<String, JsonNode> models = new HashMap<>();

  /** The names of all parts of a kind: {@code component}, {@code language}, {@code dataformat}. */
  Set<String> names(String kind) {
    Set<String> names = new TreeSet<>();
    try {
      for (URL jar : Collections.list(loader.getResources(SERVICES + kind + ".properties"))) {
        try (InputStream file = jar.openStream()) {
          Properties properties = new Properties();
          properties.load(file);
          names.addAll(Set.of(names(properties, kind).trim().split("\\s+")));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    names.remove("");
    return names;
  }

  private static String names(Properties properties, String kind) {
    return properties.stringPropertyNames().stream()
        .filter(key -> key.equalsIgnoreCase(kind + "s"))
        .map(properties::getProperty)
        .collect(Collectors.joining(" "));
  }

  boolean has(String kind, String name) {
    return loader.getResource(SERVICES + kind + "/" + name) != null;
  }

  /** The description of a component; without content if it has none. */
  JsonNode component(String scheme) {
    return components.computeIfAbsent(scheme, this::read);
  }

  /** The description of an EIP, a language or a data format; without content if there is none. */
  JsonNode model(String name) {
    return models.computeIfAbsent(
        name,
        model ->
            MODELS.stream()
                .map(folder -> description("org/apache/camel/model/" + folder + model))
                .filter(found -> !found.isMissingNode())
                .findFirst()
                .orElse(json.missingNode()));
  }

  /** What a part says of itself. */
  JsonNode description(String path) {
    try (InputStream file = loader.getResourceAsStream("META-INF/" + path + ".json")) {
      return file == null ? json.missingNode() : json.readTree(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private JsonNode read(String scheme) {
    Properties service = new Properties();
    try (InputStream file = loader.getResourceAsStream(SERVICES + "component/" + scheme)) {
      if (file == null) {
        return json.missingNode();
      }
      service.load(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    String folder =
        service.getProperty("class", "").replaceFirst("\\.[^.]*$", "").replace('.', '/');
    return description(folder + "/" + scheme);
  }
}
