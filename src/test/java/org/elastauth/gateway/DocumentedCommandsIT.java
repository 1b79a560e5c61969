package org.elastauth.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.elastauth.server.ElasticsearchServer;
import org.elastauth.server.PackagedJar;
import org.elastauth.server.RedisServer;
import org.elastauth.server.Servers;
import org.elastauth.server.TestGateway;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.util.FileSystemUtils;

/**
 * Runs the commands of README and src/docs as a reader would paste them. A start of the gateway is
 * replaced by a check of the same configuration. What cannot run here is listed with the reason.
 */
@ExtendWith(Servers.class)
@Timeout(240)
class DocumentedCommandsIT {
  private static final Set<String> RUN =
      Set.of(
          "alias",
          "base64",
          "cat",
          "cd",
          "chmod",
          "claims",
          "cp",
          "curl",
          "cut",
          "done",
          "echo",
          "elastauth",
          "export",
          "grep",
          "java",
          "login",
          "mkdir",
          "openssl",
          "printf",
          "sed",
          "set",
          "test",
          "tr",
          "umask");

  /** A command with one of these programs is not run. */
  private static final Map<String, String> PROGRAMS =
      Map.ofEntries(
          Map.entry("mvn", "this build runs it"),
          Map.entry("docker", "needs the network to build the image"),
          Map.entry("sudo", "changes the machine"),
          Map.entry("systemctl", "asks the machine's systemd"),
          Map.entry("aws", "asks the reader's cloud"),
          Map.entry("start", "ShippedRedisIT runs it"),
          Map.entry("redis-cli", "asks the reader's Redis"),
          Map.entry("caddy", "ReverseProxyIT starts it"),
          Map.entry("envoy", "is not installed everywhere"),
          Map.entry("nginx", "ReverseProxyIT starts it"),
          Map.entry("token", "asks Keycloak; LoginBrowserIT logs in there"),
          Map.entry("target/my-keycloak/bin/kc.sh", "KeycloakServer starts it"),
          Map.entry("src/test/bench/run", "takes minutes"));

  /** A command with one of these texts is not run. */
  private static final Map<String, String> TEXTS =
      Map.ofEntries(
          Map.entry("$ISSUER/", "the reader's provider"),
          Map.entry("login.microsoftonline.com", "the reader's provider"),
          Map.entry("https://elasticsearch:9200", "the reader's Elasticsearch"),
          Map.entry("create-cache-table", "the reader's database; DatabaseCacheIT makes the table"),
          Map.entry("target/keycloak/", "KeycloakServer unpacks it"),
          Map.entry("keycloak/data/import", "KeycloakServer imports a realm"),
          Map.entry("doctor --token", "DoctorIT gives it a token"),
          Map.entry("elastauth migrate", "the reader's file; MigrateIT runs the example"),
          Map.entry("./migrated.env", "the reader's file; MigrateIT runs the example"),
          Map.entry("./install", "needs a Kibana"),
          Map.entry("podman", "is not installed everywhere"),
          Map.entry("kubectl ", "asks the reader's cluster"),
          Map.entry("helm ", "asks the reader's cluster"),
          Map.entry("-Djarmode=tools", "UnpackedJar extracts it"),
          Map.entry("Cli.java", "needs the Camel CLI"),
          Map.entry("org.apache.camel.main.Main", "CamelMainIT starts it"));

  /** The machine of the tests is not for production, and there is no provider. */
  private static final Pattern MAY_FAIL =
      Pattern.compile("\\bdoctor\\b|Bearer \\$TOKEN|302 to the provider");

  private static final String REFUSED = "decision    403";
  private static final String ADMIN_CREDENTIAL = "documented-commands-credential-0123456789";
  private static final String GATEWAY_ACCOUNT = "login-gateway";
  private static final char END = '\u001e';

  private final ElasticsearchServer elasticsearch;
  @TempDir Path folder;

  DocumentedCommandsIT(ElasticsearchServer elasticsearch) {
    this.elasticsearch = elasticsearch;
  }

  static List<Path> pages() throws IOException {
    List<Path> pages = new ArrayList<>();
    for (Path page : DocumentedCommand.pages()) {
      if (commands(page).anyMatch(command -> reason(command).isEmpty())) {
        pages.add(page);
      }
    }
    return pages;
  }

  private static Stream<DocumentedCommand> commands(Path page) throws IOException {
    return DocumentedCommand.blocksOf(page).stream().flatMap(List::stream);
  }

  /** Why it is not run; empty if it is. */
  private static String reason(DocumentedCommand command) {
    return Stream.concat(
            command.programs().stream().filter(PROGRAMS::containsKey).map(PROGRAMS::get),
            TEXTS.keySet().stream().filter(command.text()::contains).map(TEXTS::get))
        .findFirst()
        .orElse("");
  }

  @Test
  void eachCommandIsRunOrListedAndNothingElseIs() throws Exception {
    Set<String> listed = new HashSet<>(PROGRAMS.keySet());
    listed.addAll(TEXTS.keySet());
    Map<String, Path> unknown = new TreeMap<>();
    for (Path page : DocumentedCommand.pages()) {
      commands(page)
          .forEach(
              command -> {
                listed.removeIf(
                    word -> command.programs().contains(word) || command.text().contains(word));
                if (reason(command).isEmpty()) {
                  command.programs().stream()
                      .filter(program -> !RUN.contains(program))
                      .forEach(program -> unknown.put(program + " in: " + command.text(), page));
                }
              });
    }
    assertThat(unknown).as("programs to run or to list").isEmpty();
    assertThat(listed).as("listed, but in no page").isEmpty();
  }

  @AfterEach
  void removeTheAccountThatGettingStartedCreates() {
    elasticsearch.admin("DELETE", "/_security/user/" + GATEWAY_ACCOUNT, null);
    elasticsearch.admin("DELETE", "/_security/role/" + GATEWAY_ACCOUNT, null);
  }

  @ParameterizedTest
  @MethodSource("pages")
  void thePagesCommandsWork(Path page) throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/bin/bash")), "bash is not installed here");
    String user = "docs." + page.toString().replaceAll("\\W", "-");
    elasticsearch.admin("DELETE", "/_security/user/" + user, null);
    prepareFolder();
    Set<String> faults = new TreeSet<>();
    try (TestGateway gateway =
        TestGateway.builder()
            .on(elasticsearch)
            .set("admin.enabled", true)
            .set("admin.credential", ADMIN_CREDENTIAL)
            .set("group_mappings.platform-admins", "superuser")
            .set("group_mappings.admins", "superuser")
            .borrow()) {
      gateway.login(user, "platform-admins");
      for (List<DocumentedCommand> block : DocumentedCommand.blocksOf(page)) {
        List<DocumentedCommand> run =
            block.stream()
                .filter(command -> reason(command).isEmpty())
                .map(command -> here(command, gateway, user))
                .toList();
        List<Result> results = run(run);
        for (int i = 0; i < run.size(); i++) {
          check(run.get(i), results.get(i), faults);
        }
      }
    }
    assertThat(faults).as("%s", page).isEmpty();
  }

  private void prepareFolder() throws IOException {
    // the commands write to it, to a key for example
    FileSystemUtils.copyRecursively(Path.of("docker"), folder.resolve("docker"));
    for (String name : List.of("src", "target")) {
      Files.createSymbolicLink(folder.resolve(name), Path.of(name).toAbsolutePath());
    }
    Files.createDirectories(folder.resolve("target/site"));
    Files.writeString(folder.resolve(".curlrc"), "silent\nshow-error\nfail-with-body\n");
    Path programs = Files.createDirectories(folder.resolve("bin"));
    Path java =
        Files.writeString(
            programs.resolve("java"),
            """
            #!/bin/bash
            while [ $# -gt 0 ]; do case $1 in -jar) shift 2; break ;; *) shift ;; esac; done
            case ${1:-} in '' | --elastauth.* | --config*) set -- check "$@" ;; esac
            exec %s "$@"
            """
                .formatted(String.join(" ", PackagedJar.quickCommand())));
    Path elastauth =
        Files.writeString(
            programs.resolve("elastauth"), "#!/bin/bash\nexec java -jar elastauth.jar \"$@\"\n");
    assertThat(java.toFile().setExecutable(true) && elastauth.toFile().setExecutable(true))
        .isTrue();
  }

  /** The command with this machine's addresses and secrets, and with a user of this page. */
  private DocumentedCommand here(DocumentedCommand command, TestGateway gateway, String user) {
    return new DocumentedCommand(
        here(command.text(), gateway, user),
        command.output().stream().map(line -> here(line, gateway, user)).toList());
  }

  private String here(String text, TestGateway gateway, String user) {
    return text.replaceAll("http://127\\.0\\.0\\.1:500[01]", "http://127.0.0.1:" + gateway.port())
        .replace("http://127.0.0.1:9200", elasticsearch.url())
        .replace("https://elasticsearch.example.org:9200", elasticsearch.url())
        .replace("-u elastic ", "-u \"$ADMIN\" ")
        .replaceAll("SECRET_KEY=…", "SECRET_KEY=" + TestGateway.KEY)
        .replaceAll("(PASSWORD|CLIENT_SECRET)=…", "$1=documented-password-1")
        .replaceAll("Basic \\S+…", "Basic …")
        .replaceAll("\\bjohn(\\.doe)?\\b", user);
  }

  private record Result(int status, String output) {}

  private List<Result> run(List<DocumentedCommand> commands) throws Exception {
    String script =
        commands.stream()
            .map(command -> command.text() + "\nprintf '\\036%s\\036' $?\n")
            .collect(Collectors.joining());
    Path output = folder.resolve("output");
    ProcessBuilder builder =
        new ProcessBuilder("/bin/bash", "-c", "set -o pipefail\n" + script)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectInput(Path.of("/dev/null").toFile())
            .redirectOutput(output.toFile());
    builder.environment().keySet().retainAll(Set.of("LANG", "LC_ALL"));
    builder.environment().putAll(environment());
    Process process = builder.start();
    try {
      assertThat(process.waitFor(2, TimeUnit.MINUTES)).as("ends: %s", script).isTrue();
    } finally {
      process.destroyForcibly();
    }
    String[] parts = Files.readString(output, StandardCharsets.UTF_8).split(String.valueOf(END));
    List<Result> results = new ArrayList<>();
    for (int i = 0; i + 1 < parts.length; i += 2) {
      results.add(new Result(Integer.parseInt(parts[i + 1]), parts[i]));
    }
    assertThat(results).as("results of %s: %s", script, List.of(parts)).hasSameSizeAs(commands);
    return results;
  }

  private Map<String, String> environment() {
    Map<String, String> environment = new HashMap<>();
    environment.put("PATH", folder.resolve("bin") + ":" + System.getenv("PATH"));
    environment.put("HOME", folder.toString());
    environment.put("ES", elasticsearch.url());
    environment.put("ADMIN", ElasticsearchServer.ADMIN + ':' + ElasticsearchServer.ADMIN_PASSWORD);
    environment.put("TOKEN", "eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.none");
    environment.put("ADMIN_CREDENTIAL", ADMIN_CREDENTIAL);
    environment.put("ELASTAUTH_LISTEN", "127.0.0.1:" + RedisServer.freePort());
    environment.put("ELASTAUTH_SECRET_KEY", TestGateway.KEY);
    environment.put("ELASTAUTH_TRUSTED_PROXIES", "127.0.0.1/32");
    environment.put("ELASTAUTH_GROUP_MAPPINGS_PLATFORM_ADMINS", "superuser");
    environment.put("ELASTAUTH_ELASTICSEARCH_HOSTS", elasticsearch.url());
    environment.put("ELASTAUTH_ELASTICSEARCH_USERNAME", ElasticsearchServer.GATEWAY);
    environment.put("ELASTAUTH_ELASTICSEARCH_PASSWORD", ElasticsearchServer.GATEWAY_PASSWORD);
    return environment;
  }

  /** Each line that the page shows is a line of the output, in this order; … is any text. */
  private static void check(DocumentedCommand command, Result result, Set<String> faults) {
    boolean mayFail =
        MAY_FAIL.matcher(command.text()).find()
            || command.output().stream().anyMatch(line -> line.startsWith(REFUSED))
            || command.output().stream().anyMatch(line -> line.contains("ERROR"));
    if (result.status != 0 && !mayFail) {
      faults.add("status " + result.status + " of " + command.text() + ": " + result.output);
    }
    List<String> lines = result.output.lines().toList();
    int next = 0;
    for (String shown : command.output()) {
      Pattern pattern =
          Pattern.compile(
              Stream.of(shown.strip().split("…", -1))
                  .map(Pattern::quote)
                  .collect(Collectors.joining(".*")),
              Pattern.DOTALL);
      while (next < lines.size() && !pattern.matcher(lines.get(next).strip()).matches()) {
        next++;
      }
      if (next == lines.size() && !shown.strip().equals("…")) {
        faults.add(command.text() + " does not print " + shown + ": " + result.output);
        return;
      }
    }
  }
}
