package org.elastauth.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A real Keycloak, as unpacked by the build under target/keycloak, on a free loopback port, with a
 * realm made from src/test/keycloak. It names itself in tokens as it was asked for them: one asked
 * through another address issues tokens of that address.
 */
public final class KeycloakServer implements AutoCloseable {
  /** The confidential client that the gateway is, and whom every token of it names as audience. */
  public static final String CLIENT = "elastauth";

  public static final String CLIENT_SECRET = "elastauth-client-secret";

  /** A client without a secret, whose tokens are for nobody else. */
  public static final String PUBLIC_CLIENT = "public";

  /** In the groups platform-admins, developers and "sales, europe". */
  public static final User JOHN = new User("john.doe", "john-pw1");

  /** In the group developers. */
  public static final User JANE = new User("jane.roe", "jane-pw1");

  /** Test JVMs that share a Keycloak have a realm each. */
  private static final String REALM =
      System.getProperty("servers") == null
          ? "elastauth"
          : "elastauth-" + TestRun.FOLDER.getFileName();

  private static final String ADMIN = "admin";
  private static final String ADMIN_PASSWORD = "admin-pw1";
  private static final Path UNPACKED = Path.of("target", "keycloak").toAbsolutePath();
  private static final Path SHARED = TestRun.FOLDER.resolveSibling("keycloak");

  /** Open as long as this JVM lives. */
  private static RandomAccessFile pipe;

  private static final ObjectMapper JSON = new ObjectMapper();

  public record User(String name, String password) {}

  /** What a login yields, as JWTs. */
  public record Tokens(String access, String id, String refresh) {
    @Override
    public String toString() {
      return "Tokens";
    }
  }

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final Path home;
  private final int port;
  private ServerProcess process;

  private KeycloakServer(Path home, int port) {
    this.home = home;
    this.port = port;
  }

  /**
   * The one that all test JVMs share, each with a realm of its own. The first one starts it; it
   * ends when no JVM has its named pipe open any more.
   */
  static KeycloakServer shared() {
    try {
      Files.createDirectories(SHARED);
      Path portFile = SHARED.resolve("port");
      Path name = SHARED.resolve("pipe");
      try (FileChannel turn =
              FileChannel.open(
                  SHARED.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
          FileLock held = turn.lock()) {
        if (!Files.exists(name)) {
          makePipe(name);
        }
        pipe = new RandomAccessFile(name.toFile(), "rw");
        KeycloakServer server = null;
        if (Files.exists(portFile)) {
          server =
              new KeycloakServer(
                  SHARED.resolve("home"), Integer.parseInt(Files.readString(portFile)));
        }
        if (server == null || !server.answers()) {
          server =
              new KeycloakServer(copy(unpacked(), SHARED.resolve("home")), RedisServer.freePort());
          server.launch(ProcessBuilder.Redirect.from(name.toFile()));
          Files.writeString(portFile, Integer.toString(server.port));
        }
        server.createRealm();
        return server;
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void makePipe(Path name) throws IOException {
    try {
      if (new ProcessBuilder("mkfifo", name.toString()).inheritIO().start().waitFor() != 0) {
        throw new IOException("mkfifo failed: " + name);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  public static KeycloakServer start() {
    try {
      KeycloakServer server =
          new KeycloakServer(
              copy(unpacked(), TestRun.FOLDER.resolve("keycloak")), RedisServer.freePort());
      server.launch(ProcessBuilder.Redirect.PIPE);
      server.createRealm();
      return server;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** It writes into its own folder. */
  private static Path copy(Path unpacked, Path home) throws IOException {
    ElasticsearchServer.deleteRecursively(home);
    Files.createDirectories(home.getParent());
    try (Stream<Path> files = Files.walk(unpacked)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        Files.copy(file, home.resolve(unpacked.relativize(file)));
      }
    }
    ElasticsearchServer.deleteRecursively(home.resolve("data"));
    return home;
  }

  /** The realm of src/test/keycloak; one that a JVM before this one has left is replaced. */
  private void createRealm() throws IOException {
    if (answer(url() + "/realms/" + REALM) == 200) {
      admin("DELETE", "", null);
    }
    ObjectNode realm =
        (ObjectNode)
            JSON.readTree(Path.of("src", "test", "keycloak", "elastauth-realm.json").toFile());
    administrate("POST", "", realm.put("realm", REALM).toString());
    addScope("groups");
  }

  private static Path unpacked() throws IOException {
    try (Stream<Path> folders = Files.list(UNPACKED)) {
      return folders
          .filter(folder -> folder.getFileName().toString().startsWith("keycloak-"))
          .findFirst()
          .orElseThrow(() -> new IllegalStateException("no Keycloak is unpacked in " + UNPACKED));
    }
  }

  private void launch(ProcessBuilder.Redirect life) {
    process =
        ServerProcess.start(
            home,
            home.resolveSibling("keycloak.log"),
            KeycloakServer::prepare,
            List.of(
                "bash", "bin/kc.sh", "start-dev", "--http-host=127.0.0.1", "--http-port=" + port),
            life);
    process.await("Keycloak", Duration.ofMinutes(5), this::answers);
  }

  private static void prepare(Map<String, String> environment) {
    environment
        .keySet()
        .removeAll(Set.of("JAVA_OPTS", "JAVA_TOOL_OPTIONS", "_JAVA_OPTIONS", "DEBUG"));
    environment.keySet().removeIf(name -> name.startsWith("KC_"));
    environment.put("JAVA_HOME", System.getProperty("java.home"));
    environment.put("JAVA_OPTS_KC_HEAP", "-Xms256m -Xmx512m");
    environment.put("JAVA_OPTS_APPEND", "-XX:TieredStopAtLevel=1");
    environment.put("KC_BOOTSTRAP_ADMIN_USERNAME", ADMIN);
    environment.put("KC_BOOTSTRAP_ADMIN_PASSWORD", ADMIN_PASSWORD);
  }

  private boolean answers() {
    try {
      return answer(url() + "/realms/master") == 200;
    } catch (UncheckedIOException notYet) {
      return false;
    }
  }

  private int answer(String url) {
    return send(HttpRequest.newBuilder(URI.create(url))).statusCode();
  }

  public String url() {
    return "http://127.0.0.1:" + port;
  }

  public String address() {
    return "127.0.0.1:" + port;
  }

  /** As its tokens spell it that were asked for at {@link #url}. */
  public String issuer() {
    return issuer(url());
  }

  /**
   * @param url another address that leads here
   */
  public static String issuer(String url) {
    return url + "/realms/" + REALM;
  }

  /** A fresh access token for the gateway. */
  public String token(User user) {
    return tokens(user).access();
  }

  public Tokens tokens(User user) {
    return tokens(url(), CLIENT, user);
  }

  /**
   * The tokens of a login with a password.
   *
   * @param url whom they name as issuer
   */
  public Tokens tokens(String url, String client, User user) {
    JsonNode answer =
        ask(
            issuer(url) + "/protocol/openid-connect/token",
            Map.of(
                "grant_type",
                "password",
                "client_id",
                client,
                "client_secret",
                client.equals(CLIENT) ? CLIENT_SECRET : "",
                "username",
                user.name,
                "password",
                user.password,
                "scope",
                "openid"));
    return new Tokens(
        answer.path("access_token").asText(),
        answer.path("id_token").asText(),
        answer.path("refresh_token").asText());
  }

  /** Another one in the group developers, whose logins are no other test's. */
  public User addUser(String name) {
    User user = new User(name, "some-pw1");
    admin(
        "POST",
        "/users",
        """
        {"username":"%s","enabled":true,"email":"%s@example.org","firstName":"Some","lastName":"One",
         "groups":["/developers"],"credentials":[{"type":"password","value":"%s"}]}
        """
            .formatted(name, name, user.password));
    return user;
  }

  public void addToGroup(User user, String group) {
    JsonNode found = admin("GET", "/groups?exact=true&search=" + group, null);
    admin("PUT", path(user) + "/groups/" + found.get(0).path("id").asText(), "{}");
  }

  /** Ends all logins of a user. */
  public void logout(User user) {
    admin("POST", path(user) + "/logout", "{}");
  }

  private String path(User user) {
    JsonNode found = admin("GET", "/users?exact=true&username=" + user.name, null);
    return "/users/" + found.get(0).path("id").asText();
  }

  /** Ends the login that the refresh token belongs to; its tokens are withdrawn with it. */
  public void logout(Tokens tokens) {
    post(
        issuer() + "/protocol/openid-connect/logout",
        Map.of(
            "client_id", CLIENT,
            "client_secret", CLIENT_SECRET,
            "refresh_token", tokens.refresh));
  }

  /** How long access tokens live from now on. */
  public void setAccessTokenLife(Duration life) {
    update("", realm -> realm.put("accessTokenLifespan", life.toSeconds()));
  }

  /** Where the gateway hears of a logout. */
  public void setBackchannelLogout(String url) {
    update(
        "/clients/" + client(),
        settings -> ((ObjectNode) settings.get("attributes")).put("backchannel.logout.url", url));
  }

  /** Whether the gateway is given refresh tokens from now on. */
  public void setRefreshTokens(boolean given) {
    update(
        "/clients/" + client(),
        settings ->
            ((ObjectNode) settings.get("attributes"))
                .put("use.refresh.tokens", Boolean.toString(given)));
  }

  /** Whether a refresh token is good for one time only from now on. */
  public void setRefreshTokensGoodOnce(boolean once) {
    update("", realm -> realm.put("revokeRefreshToken", once).put("refreshTokenMaxReuse", 0));
  }

  /** One that logins may ask for; a Keycloak does not come with it. */
  private void addScope(String name) {
    admin(
        "POST",
        "/client-scopes",
        "{\"name\":\"%s\",\"protocol\":\"openid-connect\"}".formatted(name));
    for (JsonNode scope : admin("GET", "/client-scopes", null)) {
      if (scope.path("name").asText().equals(name)) {
        admin(
            "PUT",
            "/clients/%s/optional-client-scopes/%s".formatted(client(), scope.path("id").asText()),
            null);
      }
    }
  }

  private String client() {
    return admin("GET", "/clients?clientId=" + CLIENT, null).get(0).path("id").asText();
  }

  /** Signs with a new key from now on; the one before stays published. */
  public void rotateKeys(String algorithm) {
    long priority = System.nanoTime() / 1_000_000;
    boolean curve = algorithm.startsWith("ES");
    String config =
        curve
            ? "\"ecdsaEllipticCurveKey\":[\"P-" + algorithm.substring(2) + "\"]"
            : "\"algorithm\":[\"" + algorithm + "\"]";
    admin(
        "POST",
        "/components",
        """
        {"name":"%s-%d","providerId":"%s","providerType":"org.keycloak.keys.KeyProvider",
         "config":{"priority":["%d"],"enabled":["true"],"active":["true"],%s}}
        """
            .formatted(
                algorithm,
                priority,
                curve ? "ecdsa-generated" : "rsa-generated",
                priority,
                config));
    update("", realm -> realm.put("defaultSignatureAlgorithm", algorithm));
  }

  private void update(String path, java.util.function.Consumer<ObjectNode> change) {
    ObjectNode settings = (ObjectNode) admin("GET", path, null);
    change.accept(settings);
    admin("PUT", path, settings.toString());
  }

  /**
   * Asks the admin REST API.
   *
   * @param path below the realm
   * @param body JSON, or null
   */
  public JsonNode admin(String method, String path, String body) {
    return administrate(method, "/" + REALM + path, body);
  }

  private JsonNode administrate(String method, String path, String body) {
    String token =
        ask(
                url() + "/realms/master/protocol/openid-connect/token",
                Map.of(
                    "grant_type",
                    "password",
                    "client_id",
                    "admin-cli",
                    "username",
                    ADMIN,
                    "password",
                    ADMIN_PASSWORD))
            .path("access_token")
            .asText();
    return json(
        send(
            HttpRequest.newBuilder(URI.create(url() + "/admin/realms" + path))
                .header("Authorization", "Bearer " + token)
                .header("Content-Type", "application/json")
                .method(
                    method,
                    body == null
                        ? HttpRequest.BodyPublishers.noBody()
                        : HttpRequest.BodyPublishers.ofString(body))));
  }

  private JsonNode ask(String url, Map<String, String> form) {
    return json(post(url, form));
  }

  private HttpResponse<String> post(String url, Map<String, String> form) {
    String body =
        form.entrySet().stream()
            .map(e -> e.getKey() + "=" + URLEncoder.encode(e.getValue(), StandardCharsets.UTF_8))
            .collect(Collectors.joining("&"));
    return send(
        HttpRequest.newBuilder(URI.create(url))
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(HttpRequest.BodyPublishers.ofString(body)));
  }

  private HttpResponse<String> send(HttpRequest.Builder request) {
    try {
      return http.send(
          request.timeout(Duration.ofSeconds(60)).build(), HttpResponse.BodyHandlers.ofString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private static JsonNode json(HttpResponse<String> response) {
    if (response.statusCode() >= 300) {
      throw new IllegalStateException(
          response.uri() + ": " + response.statusCode() + " " + response.body());
    }
    try {
      return JSON.readTree(response.body());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    process.close();
  }
}
