package org.elastauth.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A real Elasticsearch with its security, as unpacked by the build under target/elasticsearch, on a
 * free loopback port. Linux and macOS.
 */
public final class ElasticsearchServer implements AutoCloseable {
  /** A superuser of the file realm. */
  public static final String ADMIN = "admin";

  public static final String ADMIN_PASSWORD = "Boot-pw1";
  private static final String ADMIN_BCRYPT =
      "$2a$10$PlzF4VJH0MmuC2jTQldNi.S4ZvyPitm92YojuEcL7enb5wxlTk09a";

  /** The account for gateways: a role with manage_security and nothing else. */
  public static final String GATEWAY = "elastauth";

  public static final String GATEWAY_PASSWORD = "gateway-pw1";

  private static final Path WORK = TestRun.FOLDER.resolve("elasticsearch");
  private static final ObjectMapper JSON = new ObjectMapper();

  private static final AtomicInteger STARTED = new AtomicInteger();
  private static final Set<Path> WITH_PLUGIN = ConcurrentHashMap.newKeySet();

  private final HttpClient http;
  private final ElasticsearchRelease release;
  private final String url;
  private final Supplier<ServerProcess> launch;
  private ServerProcess process;

  private ElasticsearchServer(
      ElasticsearchRelease release,
      Certificates certificates,
      int port,
      Supplier<ServerProcess> launch) {
    this.http =
        certificates == null
            ? HttpClient.newHttpClient()
            : HttpClient.newBuilder().sslContext(certificates.context()).build();
    this.url = (certificates == null ? "http" : "https") + "://127.0.0.1:" + port;
    this.release = release;
    this.launch = launch;
  }

  public static ElasticsearchServer start() {
    return start(ElasticsearchRelease.EIGHT);
  }

  /** One in which only users of the file realm can log in; others can be stored nevertheless. */
  public static ElasticsearchServer startWithoutNativeRealm() {
    return start(
        ElasticsearchRelease.EIGHT,
        null,
        """
        xpack.security.authc.realms.native.native1.enabled: false
        xpack.security.authc.realms.native.native1.order: 0
        """);
  }

  /** Stock settings but for security, of whatever release. */
  public static ElasticsearchServer start(ElasticsearchRelease release) {
    return start(release, null, "");
  }

  /**
   * One that speaks TLS only, and only to clients with a certificate.
   *
   * @param certificates with {@code ca}, and {@code server} signed by it
   */
  public static ElasticsearchServer start(Certificates certificates) {
    return start(ElasticsearchRelease.EIGHT, certificates, "");
  }

  private static ElasticsearchServer start(
      ElasticsearchRelease release, Certificates certificates, String settings) {
    release
        .missing()
        .ifPresent(
            reason -> {
              throw new IllegalStateException(reason);
            });
    try {
      Path home = release.home().orElseThrow();
      Path java = release.java().orElseThrow();
      if (release.major() > 6 && WITH_PLUGIN.add(home)) {
        installPlugin(release, home, java);
      }
      Path work = WORK.resolve(Integer.toString(STARTED.incrementAndGet()));
      deleteRecursively(work);
      Path conf = Files.createDirectories(work.resolve("config"));
      Path tmp = Files.createDirectories(work.resolve("tmp"));
      int port = RedisServer.freePort();
      configure(release, home, conf, work, port);
      Files.writeString(conf.resolve("elasticsearch.yml"), settings, StandardOpenOption.APPEND);
      if (certificates != null) {
        encrypt(conf, certificates);
      }
      Path out = work.resolve("out.log");
      ElasticsearchServer server =
          new ElasticsearchServer(
              release,
              certificates,
              port,
              () ->
                  ServerProcess.start(
                      home,
                      out,
                      environment -> prepare(environment, java, conf, tmp),
                      List.of("bash", "bin/elasticsearch", "-q")));
      server.restart();
      server.createGatewayAccount();
      return server;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public void kill() {
    process.kill();
  }

  /** Starts it again, with what it held, on the same port. */
  public void restart() {
    process = launch.get();
    process.await(
        release + " (see also logs/ next to its output)",
        Duration.ofMinutes(3),
        // a licence (404 until it is generated), then the cluster with its .security index
        () ->
            answers("/_license")
                && answers("/_cluster/health/.security*?wait_for_status=yellow&timeout=30s"));
  }

  /** The cheapest password hash: the default one takes most of the time of a login. */
  private static void configure(
      ElasticsearchRelease release, Path home, Path conf, Path work, int port) throws IOException {
    Files.copy(home.resolve("config/log4j2.properties"), conf.resolve("log4j2.properties"));
    Files.writeString(
        conf.resolve("elasticsearch.yml"),
        """
        cluster.name: fixture
        node.name: n1
        discovery.type: single-node
        path.data: %s
        path.logs: %s
        http.host: 127.0.0.1
        http.port: %d
        transport.host: 127.0.0.1
        xpack.security.enabled: true
        xpack.license.self_generated.type: basic
        cluster.routing.allocation.disk.threshold_enabled: false
        xpack.security.authc.password_hashing.algorithm: bcrypt4
        """
                .formatted(work.resolve("data"), work.resolve("logs"), port)
            + (release.major() == 6
                ? """
                transport.tcp.port: 0
                xpack.ml.enabled: false
                """
                : """
                transport.port: 0
                xpack.security.autoconfiguration.enabled: false
                xpack.security.transport.ssl.enabled: false
                """));
    Files.writeString(
        conf.resolve("jvm.options"),
        """
        -Xms512m
        -Xmx512m
        -XX:+UseSerialGC
        -XX:TieredStopAtLevel=1
        -XX:-AlwaysPreTouch
        -Djava.io.tmpdir=${ES_TMPDIR}
        """
            + (release.major() == 6
                ? """
                -Djava.security.manager=allow
                -Djna.nosys=true
                """
                : ""));
    Files.writeString(conf.resolve("users"), ADMIN + ":" + ADMIN_BCRYPT + "\n");
    Files.writeString(conf.resolve("users_roles"), "superuser:" + ADMIN + "\n");
  }

  private static void encrypt(Path conf, Certificates certificates) throws IOException {
    Files.copy(certificates.certificate("ca"), conf.resolve("ca.crt"));
    Files.copy(certificates.certificate("server"), conf.resolve("server.crt"));
    Files.copy(certificates.key("server"), conf.resolve("server.key"));
    Files.writeString(
        conf.resolve("elasticsearch.yml"),
        """
        xpack.security.http.ssl.enabled: true
        xpack.security.http.ssl.client_authentication: required
        xpack.security.http.ssl.certificate_authorities: ca.crt
        xpack.security.http.ssl.certificate: server.crt
        xpack.security.http.ssl.key: server.key
        """,
        StandardOpenOption.APPEND);
  }

  private static void prepare(Map<String, String> environment, Path java, Path conf, Path tmp) {
    environment
        .keySet()
        .removeAll(
            Set.of("JAVA_HOME", "JAVA_OPTS", "JAVA_TOOL_OPTIONS", "_JAVA_OPTIONS", "ES_JAVA_OPTS"));
    environment.put("JAVA_HOME", java.toString());
    environment.put("ES_JAVA_HOME", java.toString());
    environment.put("ES_PATH_CONF", conf.toString());
    environment.put("ES_TMPDIR", tmp.toString());
    environment.put("CLI_JAVA_OPTS", "-XX:TieredStopAtLevel=1");
    if ("root".equals(System.getProperty("user.name"))) {
      // it refuses uid 0, and cannot look without its native libraries
      environment.put(
          "ES_JAVA_OPTS",
          "-Des.nativelibs.path=/nonexistent -Djna.nounpack=true -Djna.boot.library.path=/nonexistent");
    }
  }

  private boolean answers(String path) {
    try {
      return admin("GET", path, null).statusCode() == 200;
    } catch (UncheckedIOException notYet) {
      return false;
    }
  }

  private void createGatewayAccount() {
    admin("PUT", "/_security/role/elastauth_gateway", "{\"cluster\":[\"manage_security\"]}");
    admin(
        "PUT",
        "/_security/user/" + GATEWAY,
        "{\"password\":\"" + GATEWAY_PASSWORD + "\",\"roles\":[\"elastauth_gateway\"]}");
  }

  public String url() {
    return url;
  }

  public int major() {
    return release.major();
  }

  /** A request with the superuser's login. */
  public HttpResponse<String> admin(String method, String path, String body) {
    return request(method, path, basic(ADMIN, ADMIN_PASSWORD), body);
  }

  /**
   * @param authorization the Authorization header, as a gateway returned it
   */
  public HttpResponse<String> request(
      String method, String path, String authorization, String body) {
    try {
      return http.send(
          HttpRequest.newBuilder(URI.create(url + path))
              .header("Authorization", authorization)
              .header("Content-Type", "application/json")
              .timeout(Duration.ofSeconds(60))
              .method(
                  method,
                  body == null
                      ? HttpRequest.BodyPublishers.noBody()
                      : HttpRequest.BodyPublishers.ofString(body))
              .build(),
          HttpResponse.BodyHandlers.ofString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** A user as it is stored; a missing node if there is none. */
  public JsonNode user(String name) {
    return json(admin("GET", "/_security/user/" + name.replace("+", "%2B"), null)).path(name);
  }

  /**
   * How often the security index was written since it was made: a user's create or update is one
   * each.
   */
  public long version(String name) {
    String index = release.major() == 6 ? "/.security-6/doc/user-" : "/.security-7/_doc/user-";
    JsonNode hit = json(admin("GET", index + name, null));
    return hit.path("_version").asLong();
  }

  public static JsonNode json(HttpResponse<String> response) {
    try {
      return JSON.readTree(response.body());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public static String basic(String user, String password) {
    return "Basic "
        + Base64.getEncoder()
            .encodeToString((user + ":" + password).getBytes(StandardCharsets.UTF_8));
  }

  public void freeze() {
    process.freeze();
  }

  public void resume() {
    process.resume();
  }

  @Override
  public void close() {
    process.close();
  }

  /**
   * The plugin stands in for two stock modules that the integration-test distribution leaves out.
   */
  private static void installPlugin(ElasticsearchRelease release, Path home, Path java)
      throws IOException {
    // tests in another JVM start the same Elasticsearch at the same time
    try (FileChannel turn =
            FileChannel.open(
                home.resolveSibling("plugin.lock"),
                StandardOpenOption.CREATE,
                StandardOpenOption.WRITE);
        FileLock held = turn.lock()) {
      Path sources = Path.of("src", "test", "elasticsearch-plugin").toAbsolutePath();
      Path folder = home.resolve("plugins/fixture");
      Path descriptor = folder.resolve("plugin-descriptor.properties");
      if (!isNewer(descriptor, sources)) {
        makePlugin(release, home, java, sources, folder);
      }
    }
  }

  private static boolean isNewer(Path made, Path sources) throws IOException {
    if (!Files.exists(made)) {
      return false;
    }
    FileTime when = Files.getLastModifiedTime(made);
    try (Stream<Path> files = Files.walk(sources)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        if (Files.getLastModifiedTime(file).compareTo(when) > 0) {
          return false;
        }
      }
    }
    return true;
  }

  private static void makePlugin(
      ElasticsearchRelease release, Path home, Path java, Path sources, Path folder)
      throws IOException {
    boolean whole = release.major() == 8;
    deleteRecursively(folder);
    Files.createDirectories(folder);
    Path classes = Files.createTempDirectory("elasticsearch-plugin");
    try (Stream<Path> libraries = Files.list(home.resolve("lib"));
        Stream<Path> files = Files.walk(sources)) {
      String classpath =
          libraries
              .map(Path::toString)
              .filter(f -> f.endsWith(".jar"))
              .collect(Collectors.joining(File.pathSeparator));
      List<String> arguments =
          new ArrayList<>(
              List.of(
                  java.resolve("bin/javac").toString(),
                  "-proc:none",
                  "-nowarn",
                  "-d",
                  classes.toString(),
                  "-cp",
                  classpath));
      files
          .filter(f -> f.toString().endsWith(".java"))
          .filter(f -> whole || f.endsWith("SecurityIndexAnalysis.java"))
          .map(Path::toString)
          .forEach(arguments::add);
      compile(arguments);
    }
    try (JarOutputStream jar =
            new JarOutputStream(Files.newOutputStream(folder.resolve("fixture.jar")));
        Stream<Path> files = Files.walk(classes)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        jar.putNextEntry(new JarEntry(classes.relativize(file).toString().replace('\\', '/')));
        Files.copy(file, jar);
        jar.closeEntry();
      }
    }
    deleteRecursively(classes);
    String version = home.getFileName().toString().substring("elasticsearch-".length());
    Files.writeString(
        folder.resolve("plugin-descriptor.properties"),
        """
        name=fixture
        description=what the integration-test distribution lacks
        version=1
        elasticsearch.version=%s
        java.version=%d
        classname=org.elastauth.fixture.%s
        """
            .formatted(
                version, release.lowestJava(), whole ? "FixturePlugin" : "SecurityIndexAnalysis"));
  }

  /** By the javac of the JDK that will run it: an older one cannot read the server's classes. */
  private static void compile(List<String> command) throws IOException {
    Path log = Files.createTempFile("javac", ".log");
    try {
      Process javac =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .start();
      if (javac.waitFor() != 0) {
        throw new IllegalStateException(Files.readString(log));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    } finally {
      Files.delete(log);
    }
  }

  static void deleteRecursively(Path path) throws IOException {
    if (Files.exists(path)) {
      try (Stream<Path> files = Files.walk(path)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
  }
}
