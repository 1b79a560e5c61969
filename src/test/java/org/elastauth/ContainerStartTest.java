package org.elastauth;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The scripts of the image: the entry point, the limits that it finds, the health check. */
class ContainerStartTest {
  private static final Path DOCKER = Path.of("docker").toAbsolutePath();
  private static final String UNLIMITED = "9223372036854771712"; // as version 1 writes it

  @TempDir private Path home;

  private record Run(int exitCode, List<String> output) {
    JsonNode json() throws IOException {
      return new ObjectMapper().readTree(output.get(0));
    }
  }

  /** In place of the JVM, what it would be started with. */
  @BeforeEach
  void install() throws IOException {
    Path memory = Files.createDirectory(home.resolve("memory"));
    Files.copy(DOCKER.resolve("start"), home.resolve("start"));
    try (Stream<Path> files = Files.list(DOCKER.resolve("memory"))) {
      for (Path file : files.filter(path -> path.toString().endsWith(".args")).toList()) {
        Files.copy(file, memory.resolve(file.getFileName()));
      }
    }
    script(
        "java",
        """
        for argument; do case $argument in @/dev/fd/*) cat "${argument#@}" ;; *) echo "$argument" ;; esac; done
        echo "variables ${JAVA_TOOL_OPTIONS-}${JDK_JAVA_OPTIONS-}${_JAVA_OPTIONS-}"
        """);
    script(
        "limit",
        "case $1 in memory) echo \"$LIMIT ${BY-limit}\" ;; threads) echo \"${THREADS:-100} limit\" ;; esac");
  }

  private void script(String name, String text) throws IOException {
    Path file = Files.writeString(home.resolve(name), "#!/bin/sh\n" + text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private Run start(Map<String, String> environment, String... arguments) throws Exception {
    return run(environment, home.resolve("start"), arguments);
  }

  private Run run(Map<String, String> environment, Path script, String... arguments)
      throws Exception {
    List<String> command = new ArrayList<>(List.of("sh", script.toString()));
    command.addAll(Arrays.asList(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).directory(home.toFile());
    builder
        .environment()
        .keySet()
        .removeIf(name -> name.contains("ELASTAUTH") || name.contains("JAVA"));
    builder.environment().putAll(environment);
    builder.environment().merge("PATH", home.toString(), (path, first) -> first + ":" + path);
    Process process = builder.redirectErrorStream(true).start();
    process.getOutputStream().close();
    List<String> output =
        new String(process.getInputStream().readAllBytes(), UTF_8).lines().toList();
    return new Run(process.waitFor(), output);
  }

  @ParameterizedTest
  @CsvSource({
    "64000, 256",
    "256, 256",
    "244, 256",
    "239, 160",
    "160, 160",
    "152, 160",
    "149, 128",
    "122, 128"
  })
  void theMemoryLimitChoosesTheOptionsOfTheJvm(String mib, String form) throws Exception {
    Run run = start(Map.of("LIMIT", mib));
    assertThat(run.exitCode).isZero();
    assertThat(run.json().path("file").asText()).isEqualTo(form + ".args");
    assertThat(run.json().path("by").asText()).isEqualTo("memory limit");
    assertThat(run.json().path("limit_mib").asText()).isEqualTo(mib);
    assertThat(run.output.get(1)).isEqualTo("@" + home.resolve("memory/" + form + ".args"));
    assertThat(run.output).contains("org.elastauth.Main");
  }

  @Test
  void withoutALimitTheMemoryOfTheMachineChooses() throws Exception {
    Run run = start(Map.of("LIMIT", "7970", "BY", "machine"));
    assertThat(run.json().path("by").asText()).isEqualTo("memory of the machine");
    assertThat(run.json().path("machine_mib").asInt()).isEqualTo(7970);
    assertThat(run.json().has("limit_mib")).isFalse();
  }

  @Test
  void aLimitThatIsTooSmallEndsTheStartWithOneMessage() throws Exception {
    Run run = start(Map.of("LIMIT", "119"));
    assertThat(run.exitCode).isEqualTo(1);
    assertThat(run.output).hasSize(1);
    assertThat(run.json().path("level").asText()).isEqualTo("error");
    assertThat(run.json().path("msg").asText()).contains("allow at least 128 MiB");
  }

  @Test
  void aLimitOfThreadsOrFilesThatIsTooSmallEndsTheStartWithOneMessage() throws Exception {
    Run run = start(Map.of("LIMIT", "256", "THREADS", "63"));
    assertThat(run.exitCode).isEqualTo(1);
    assertThat(run.output).hasSize(1);
    assertThat(run.json().path("msg").asText()).contains("processes and threads", "at least 100");
    run =
        run(Map.of("LIMIT", "256"), Path.of("-c"), "ulimit -n 255; exec " + home.resolve("start"));
    assertThat(run.exitCode).isEqualTo(1);
    assertThat(run.output).hasSize(1);
    assertThat(run.json().path("msg").asText()).contains("open files", "at least 1024");
  }

  @Test
  void theVariableMemoryOverrulesTheLimit() throws Exception {
    Run run = start(Map.of("LIMIT", "256", "MEMORY", "128"));
    assertThat(run.output.get(1)).endsWith("memory/128.args");
    run = start(Map.of("LIMIT", "256", "MEMORY", "1g"));
    assertThat(run.exitCode).isEqualTo(1);
    assertThat(run.json().path("msg").asText()).contains("MEMORY is not 256, 160 or 128");
  }

  @Test
  void optionsOfTheUserFollowThoseOfTheImage() throws Exception {
    Run run =
        start(
            Map.of(
                "LIMIT", "256", "JAVA_TOOL_OPTIONS", "-Da='b c'", "JDK_JAVA_OPTIONS", "-Xmx99m"));
    assertThat(run.output).anyMatch(line -> line.contains("-Xmx99m -Da='b c'"));
    assertThat(run.output).endsWith("variables ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"check", "doctor", "generate-key", "--help", "--check-config"})
  void aCommandPrintsNothingOfTheStart(String command) throws Exception {
    Run run = start(Map.of("LIMIT", "64"), command, "--json");
    assertThat(run.output.get(0)).startsWith("@");
    assertThat(run.output).containsSequence("org.elastauth.Main", command, "--json");
  }

  @ParameterizedTest
  @CsvSource({
    "text, INFO Memory options chosen",
    "ecs, '{\"@timestamp\":'",
    "json, '{\"level\":\"info\"'"
  })
  void theFirstLineHasTheFormatOfTheLog(String format, String begin) throws Exception {
    assertThat(start(Map.of("LIMIT", "256", "ELASTAUTH_LOG_FORMAT", format)).output.get(0))
        .startsWith(begin);
    assertThat(start(Map.of("LIMIT", "256", "LOG_FORMAT", format)).output.get(0)).startsWith(begin);
    Files.writeString(home.resolve("config.yml"), "log_format: '" + format + "'\n");
    assertThat(start(Map.of("LIMIT", "256")).output.get(0)).startsWith(begin);
  }

  @Test
  void aShellStartsInPlaceOfTheGateway() throws Exception {
    assertThat(start(Map.of(), "sh", "-c", "echo here").output).containsExactly("here");
  }

  /** The groups as {@code controllers:path}, and the limits as {@code file=value}. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        ":/ | memory.max=268435456 | 256 limit",
        ":/ | memory.max=max | 2048 machine",
        ":/a/b | a/b/memory.max=max a/memory.max=134217728 memory.max=max | 128 limit",
        ":/a/b | a/b/memory.max=268435456 a/memory.max=134217728 | 128 limit",
        ":/kubepods/pod1 | memory.max=167772160 | 160 limit", // as the root of this container
        ":/../other | memory.max=167772160 | 160 limit",
        ":/ | memory.max=999999999999 | 2048 machine",
        "memory:/docker/1 | memory/memory.limit_in_bytes=134217728 | 128 limit",
        "memory:/a/b | memory/a/b/memory.limit_in_bytes="
            + UNLIMITED
            + " memory/a/memory.limit_in_bytes=268435456 | 256 limit",
        "cpu,memory:/ | memory/memory.limit_in_bytes=" + UNLIMITED + " | 2048 machine",
        "cpu:/ | memory/memory.limit_in_bytes=1 | 2048 machine",
        ":/a | a/pids.max=max pids.max=50 | 50 limit",
        ":/ | pids.max=max | 2048 machine",
        "pids:/a | pids/a/pids.max=50 pids/pids.max=100 | 50 limit",
      })
  void theSmallestLimitOfAllGroupsAboveCounts(String groups, String limits, String printed)
      throws Exception {
    Path root = home.resolve("root");
    Files.createDirectories(root.resolve("proc/self"));
    Files.writeString(root.resolve("proc/meminfo"), "MemTotal:  2097152 kB\nMemFree: 1 kB\n");
    Files.createDirectories(root.resolve("proc/sys/kernel"));
    Files.writeString(root.resolve("proc/sys/kernel/threads-max"), "2048\n");
    Files.writeString(root.resolve("proc/self/cgroup"), "1:name=systemd:/\n2:" + groups + "\n");
    for (String limit : limits.split(" ")) {
      Path file = root.resolve("sys/fs/cgroup").resolve(limit.split("=")[0]);
      Files.createDirectories(file.getParent());
      Files.writeString(file, limit.split("=")[1] + "\n");
    }
    String kind = limits.contains("pids") ? "threads" : "memory";
    assertThat(run(Map.of(), DOCKER.resolve("limit"), kind, root.toString()).output)
        .containsExactly(printed);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ELASTAUTH_LISTEN=:%d", "ELASTAUTH_LISTEN=0.0.0.0:%d", "ELASTAUTH_LISTEN=127.0.0.1:%d",
        "ELASTAUTH_LISTEN=[::]:%d", "ELASTAUTH_LISTEN=localhost:%d\n", "ELASTAUTH_SERVER_PORT=%d",
        "config.yml"
      })
  void theHealthCheckAsksWhereTheGatewayListens(String place) throws Exception {
    Assumptions.assumeTrue(run(Map.of(), Path.of("-c"), "curl --version").exitCode == 0, "curl");
    HttpServer server = HttpServer.create(new InetSocketAddress(0), 0);
    Assumptions.assumeTrue(
        !place.contains("[::]") || server.getAddress().getAddress() instanceof Inet6Address,
        "no IPv6");
    server.createContext("/", exchange -> exchange.sendResponseHeaders(404, -1));
    server.createContext("/elastauth/live", exchange -> exchange.sendResponseHeaders(200, -1));
    server.start();
    try {
      int port = server.getAddress().getPort();
      Path config =
          Files.writeString(
              home.resolve("config.yml"), "log_level: info\nlisten: \":" + port + "\" # all\n");
      Map<String, String> environment =
          place.contains("=")
              ? Map.of(place.split("=")[0], String.format(place.split("=")[1], port))
              : Map.of("ELASTAUTH_CONFIG", config.toString());
      Path ask = DOCKER.resolve("ask");
      assertThat(run(environment, ask).exitCode).isZero();
      assertThat(run(environment, ask, "/elastauth/other").exitCode).isNotZero();
      assertThat(run(Map.of("ELASTAUTH_LISTEN", "127.0.0.1:1"), ask).exitCode).isNotZero();
    } finally {
      server.stop(0);
    }
  }
}
