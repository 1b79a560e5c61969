package org.elastauth.migrate;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.elastauth.config.ElastauthFile;
import org.elastauth.config.SettingsReader;
import org.elastauth.config.SettingsReader.Reading;
import org.elastauth.server.TestGateway;
import org.elastauth.startup.Settings;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.MutablePropertySources;
import org.springframework.core.env.StandardEnvironment;

/** Configurations with names of other programs. */
final class ForeignFiles {
  static final Path FOLDER = Path.of("src/test/resources/migrate");

  private ForeignFiles() {}

  static List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(FOLDER)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  /** The variables to which the files refer. */
  static Map<String, String> variables() {
    Map<String, String> variables = new HashMap<>();
    variables.put("SECRET_KEY", TestGateway.KEY);
    variables.put("REDIS_URL", "redis://redis:6379");
    variables.put("ES_URL", "https://elasticsearch:9200");
    variables.put("OIDC_ISSUER_URL", "https://auth.example.com");
    for (String name :
        List.of(
            "OIDC_CLIENT_ID",
            "OIDC_CLIENT_SECRET",
            "ES_ADMIN_USER",
            "ES_ADMIN_PASSWORD",
            "ES_PASSWORD",
            "REDIS_PASSWORD",
            "CACHE_REDIS_PASSWORD",
            "CACHE_ENCRYPTION_KEY",
            "ELASTICSEARCH_PASSWORD",
            "ELASTAUTH_REDIS_PASSWORD")) {
      variables.put(name, name.toLowerCase(java.util.Locale.ROOT));
    }
    return variables;
  }

  /** The lines of a file of variables. */
  static Map<String, String> lines(Path file) throws IOException {
    Map<String, String> lines = new LinkedHashMap<>();
    EnvironmentFile.read("", Files.readString(file), new ArrayList<>())
        .forEach(entry -> lines.put(entry.name(), entry.text()));
    return lines;
  }

  /** A file of settings, or of variables, as a start of the gateway reads it. */
  static Reading<Settings> read(Path file) throws IOException {
    return file.toString().endsWith(".env") ? read(null, lines(file)) : read(file, Map.of());
  }

  /**
   * @param file elastauth's own file; null without one
   */
  static Reading<Settings> read(Path file, Map<String, String> variables) {
    Map<String, Object> environment = new HashMap<>(variables);
    if (file != null) {
      environment.put("ELASTAUTH_CONFIG", file.toString());
    }
    StandardEnvironment spring =
        new StandardEnvironment() {
          @Override
          public Map<String, Object> getSystemEnvironment() {
            return environment;
          }

          @Override
          protected void customizePropertySources(MutablePropertySources sources) {
            sources.addLast(
                new MapPropertySource(SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME, environment));
          }
        };
    ElastauthFile.addTo(spring);
    return new SettingsReader<>(spring, Settings.class, Settings::addDefaults).read();
  }
}
