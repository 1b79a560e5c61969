package org.elastauth.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SpecVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.elastauth.http.ShutdownSettings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

/** docker/kubernetes against the schemas of Kubernetes, Gateway API, Traefik and Prometheus. */
class KubernetesFilesTest {
  private static final Path FOLDER = Kustomize.FOLDER;
  private static final Path PROXIES = Path.of("docker", "proxies");
  private static final String KUSTOMIZATION = "kustomization.yaml";

  private static List<Path> files() throws IOException {
    try (Stream<Path> files = Files.walk(FOLDER)) {
      return files.filter(Files::isRegularFile).map(Path::normalize).toList();
    }
  }

  private static Set<Path> patches() throws IOException {
    Set<Path> patches = new HashSet<>();
    for (Path file : files()) {
      if (file.endsWith(KUSTOMIZATION)) {
        for (JsonNode patch : Manifest.of(file).get(0).json().path("patches")) {
          patches.add(file.resolveSibling(patch.path("path").asText()).normalize());
        }
      }
    }
    return patches;
  }

  /** A file that no kustomization names would never be applied. */
  @Test
  void everyFileIsNamedByAKustomization() throws IOException {
    Set<Path> named = new TreeSet<>(patches());
    for (Path file : files()) {
      if (file.endsWith(KUSTOMIZATION)) {
        JsonNode kustomization = Manifest.of(file).get(0).json();
        named.add(file);
        for (String list : List.of("resources", "components")) {
          kustomization
              .path(list)
              .forEach(path -> named.add(file.resolveSibling(path.asText()).normalize()));
        }
        for (JsonNode generator : kustomization.path("configMapGenerator")) {
          generator
              .path("files")
              .forEach(path -> named.add(file.resolveSibling(path.asText()).normalize()));
        }
      }
    }
    assertThat(named).allMatch(Files::exists);
    named.removeIf(Files::isDirectory);
    assertThat(files()).containsExactlyInAnyOrderElementsOf(named);
  }

  @Test
  void everyPlainFileMatchesTheSchemaOfItsKind() throws IOException {
    Set<Path> patches = patches();
    List<String> faults = new ArrayList<>();
    int checked = 0;
    for (Path file : files()) {
      boolean isPlain =
          file.toString().endsWith(".yaml")
              && !file.endsWith(KUSTOMIZATION)
              && !patches.contains(file);
      if (isPlain) {
        for (Manifest object : Manifest.of(file)) {
          object.faults().forEach(fault -> faults.add(file + ": " + fault));
          checked++;
        }
      }
    }
    assertThat(faults).isEmpty();
    assertThat(checked).isGreaterThan(20);
  }

  @Test
  void theSchemasFindWhatTheApiServerRefuses() {
    String port =
        """
        apiVersion: v1
        kind: Service
        metadata: {name: elastauth}
        spec: {ports: [{%s}]}
        """;
    assertThat(Manifest.in(port.formatted("port: 5000")).get(0).faults()).isEmpty();
    assertThat(Manifest.in(port.formatted("port: http")).get(0).faults()).hasSize(1);
    assertThat(Manifest.in(port.formatted("targetPort: http")).get(0).faults()).hasSize(1);
    assertThat(Manifest.in(port.formatted("port: 5000, target: http")).get(0).faults()).hasSize(1);
    assertThat(Manifest.in(port.formatted("port: 5000").replace("v1", "v2")).get(0).faults())
        .hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"base", "overlays/redis", "overlays/production", "overlays/site"})
  void everyBuiltFolderMatchesTheSchemas(String folder) throws Exception {
    assertThat(Kustomize.build(FOLDER.resolve(folder)))
        .hasSizeGreaterThan(2)
        .flatExtracting(Manifest::faults)
        .isEmpty();
  }

  @Test
  void everyComponentFitsTheProduction() throws Exception {
    List<Manifest> most =
        Kustomize.build(
            "production",
            List.of(
                "envoy-gateway",
                "traefik-oidc",
                "ingress-nginx",
                "monitoring",
                "routes",
                "certificates"));
    List<Manifest> headers = Kustomize.build("production", List.of("traefik-headers"));
    assertThat(most).flatExtracting(Manifest::faults).isEmpty();
    assertThat(headers).flatExtracting(Manifest::faults).isEmpty();
    assertThat(variables(most))
        .contains("ELASTAUTH_ROUTES", "ELASTAUTH_OIDC_TLS_CA_CERT", "ELASTAUTH_SECRET_KEYS_FILE");
    assertThat(variables(headers))
        .contains("ELASTAUTH_AUTH_PROVIDER", "ELASTAUTH_REDIS_PASSWORD_FILE")
        .doesNotContain("ELASTAUTH_OIDC_CLIENT_SECRET_FILE");
  }

  private static List<String> variables(List<Manifest> objects) {
    JsonNode deployment = Manifest.byName(objects.stream()).get("Deployment elastauth");
    return deployment.at("/spec/template/spec/containers/0/env").findValuesAsText("name");
  }

  /** Everybody can read the repository. */
  @Test
  void noSecretIsShipped() throws IOException {
    for (Path file : files()) {
      assertThat(Files.readString(file))
          .as(file.toString())
          .doesNotContain("kind: Secret\n", "stringData", "secretGenerator");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"base", "overlays/redis", "overlays/production", "overlays/site"})
  void everyConfigurationMatchesItsSchema(String folder) throws IOException {
    JsonNode configuration =
        Manifest.of(FOLDER.resolve(folder).resolve("config.yml")).get(0).json();
    Path schema = Path.of("src/docs/reference/config.schema.json");
    assertThat(
            JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V7)
                .getSchema(SchemaLocation.of(schema.toUri().toString()))
                .validate(configuration))
        .isEmpty();
  }

  @Test
  void aPodLivesLongerThanItsDrain() throws IOException {
    Duration drain =
        new Binder(new MapConfigurationPropertySource(Map.of()))
            .bindOrCreate("", ShutdownSettings.class)
            .drain();
    JsonNode pod = deployment("base/deployment.yaml");
    assertThat(pod.path("terminationGracePeriodSeconds").asLong()).isGreaterThan(drain.toSeconds());
  }

  @ParameterizedTest
  @ValueSource(strings = {"base/deployment.yaml", "overlays/redis/redis.yaml"})
  void everyPodHasTheStrictestProfile(String file) throws IOException {
    JsonNode pod = deployment(file);
    JsonNode container = pod.path("containers").path(0).path("securityContext");
    assertThat(pod.path("automountServiceAccountToken").asBoolean(true)).isFalse();
    assertThat(pod.at("/securityContext/runAsNonRoot").asBoolean()).isTrue();
    assertThat(pod.at("/securityContext/seccompProfile/type").asText()).isEqualTo("RuntimeDefault");
    assertThat(container.path("readOnlyRootFilesystem").asBoolean()).isTrue();
    assertThat(container.path("allowPrivilegeEscalation").asBoolean(true)).isFalse();
    assertThat(container.at("/capabilities/drop/0").asText()).isEqualTo("ALL");
  }

  private static JsonNode deployment(String file) throws IOException {
    return Manifest.of(FOLDER.resolve(file)).get(0).json().at("/spec/template/spec");
  }

  /** Kustomize reads no file outside its folder. */
  @ParameterizedTest
  @ValueSource(strings = {"sessions.conf", "start"})
  void aCopyOfRedisIsCurrent(String name) throws IOException {
    String original = Files.readString(Path.of("docker", "redis", name));
    assertThat(Files.readString(FOLDER.resolve("overlays/redis/redis").resolve(name)))
        .isEqualTo(original);
    assertThat(Files.readString(Path.of("docker/helm/elastauth/redis").resolve(name)))
        .isEqualTo(original);
  }

  @Test
  void theAlertRulesAreThoseOfPrometheus() throws IOException {
    JsonNode rules = Manifest.of(FOLDER.resolve("components/monitoring/rules.yaml")).get(0).json();
    assertThat(rules.path("spec"))
        .isEqualTo(Manifest.of(Path.of("docker/monitoring/alerts.yaml")).get(0).json());
  }

  /** The files in docker/proxies, which are applied by hand, ask the gateway in the same way. */
  @ParameterizedTest
  @CsvSource({
    "gateway-api,   envoy-gateway/policies.yaml",
    "gateway-api,   gateway-api/routes.yaml",
    "ingress-nginx, ingress-nginx/ingress.yaml"
  })
  void aComponentIsThatOfItsProxy(String proxy, String component) throws IOException {
    Map<String, JsonNode> others =
        Manifest.byName(Manifest.of(PROXIES.resolve(proxy).resolve("oidc.yaml")).stream());
    for (Manifest object : Manifest.of(FOLDER.resolve("components").resolve(component))) {
      JsonNode other = others.get(object.kind() + " " + object.name());
      for (String part : List.of("/spec", "/data", "/metadata/annotations")) {
        assertThat(
                object
                    .json()
                    .at(part)
                    .toString()
                    .replace("elastauth.elastauth.", "elastauth.default.")
                    .replace("elastauth/no-identity", "default/no-identity"))
            .as(object.kind() + " " + object.name())
            .isEqualTo(other.at(part).toString());
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"headers", "oidc"})
  void theMiddlewaresAreThoseOfTraefiksFile(String mode) throws IOException {
    JsonNode middlewares =
        Manifest.of(PROXIES.resolve("traefik").resolve(mode + ".yaml"))
            .get(0)
            .json()
            .at("/http/middlewares");
    int compared = 0;
    for (Manifest object :
        Manifest.of(FOLDER.resolve("components/traefik-" + mode + "/traefik.yaml"))) {
      if (object.kind().equals("Middleware")) {
        assertThat(withoutAddress(object.json().path("spec")))
            .isEqualTo(withoutAddress(middlewares.path(object.name())));
        compared++;
      }
    }
    assertThat(compared).isEqualTo(middlewares.size());
  }

  private static String withoutAddress(JsonNode middleware) {
    return middleware.toString().replaceAll("http://[^/]+", "");
  }
}
