package org.elastauth.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/** The packaged program, as a process of its own in a folder of its own. */
public final class PackagedJar implements AutoCloseable {
  private static final Path JAR = Path.of("target", "elastauth.jar").toAbsolutePath();

  /** The home of the Java that runs it: that of the tests, unless they are told of another. */
  private static final String JAVA =
      System.getProperty("gateway.java", System.getProperty("java.home"));

  private static final String PROGRAM = Path.of(JAVA, "bin", "java").toString();

  /** A start is most of what a test waits for; whoever measures gives options of their own. */
  static final List<String> QUICK_START = List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC");

  private final Process process;
  private final Path log;

  private PackagedJar(Process process, Path log) {
    this.process = process;
    this.log = log;
  }

  /**
   * @param folder what it takes for the current folder
   * @param environment every variable it sees
   */
  public static PackagedJar run(Path folder, Map<String, String> environment, String... arguments) {
    return run(List.of(), folder, environment, arguments);
  }

  /** The jar itself, which starts slowly; the others run what it is made of. */
  public static PackagedJar runDownloaded(
      Path folder, Map<String, String> environment, String... arguments) {
    List<String> options = new ArrayList<>(QUICK_START);
    options.addAll(List.of("-jar", JAR.toString()));
    return launch(options, folder, environment, arguments);
  }

  /** What a shell runs instead of {@code java -jar elastauth.jar}, as it starts more quickly. */
  public static List<String> quickCommand() {
    List<String> command = new ArrayList<>(List.of(PROGRAM));
    command.addAll(QUICK_START);
    command.addAll(UnpackedJar.command(JAR, PROGRAM));
    return command;
  }

  /**
   * @param options of the JVM; none: those that start it quickly
   */
  static PackagedJar run(
      List<String> options, Path folder, Map<String, String> environment, String... arguments) {
    List<String> all = new ArrayList<>(options.isEmpty() ? QUICK_START : options);
    all.addAll(UnpackedJar.command(JAR, PROGRAM));
    return launch(all, folder, environment, arguments);
  }

  /** The routes by Camel Main, from the extracted jar. */
  public static PackagedJar runInCamelMain(Path folder, Map<String, String> environment) {
    List<String> options = new ArrayList<>(QUICK_START);
    options.addAll(UnpackedJar.command(JAR, PROGRAM));
    options.set(options.indexOf("-jar"), "-cp");
    return launch(options, folder, environment, "org.apache.camel.main.Main");
  }

  private static PackagedJar launch(
      List<String> options, Path folder, Map<String, String> environment, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(PROGRAM);
    command.addAll(options);
    command.addAll(List.of(arguments));
    Path log = TestRun.logOfNext("packaged-gateway");
    ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
    // nothing of the shell's: many variables without a prefix of ours are settings too
    builder.environment().clear();
    builder.environment().putAll(environment);
    TestRun.gatewayStarts();
    try {
      return new PackagedJar(
          builder.redirectErrorStream(true).redirectOutput(log.toFile()).start(), log);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What the command that makes the table of the database cache prints. */
  public static List<String> createCacheTable(Path folder, String url) throws Exception {
    try (PackagedJar jar =
        run(
            folder,
            Map.of(
                "ELASTAUTH_CACHE_TYPE",
                "database",
                "ELASTAUTH_CACHE_URL",
                url,
                "SECRET_KEY",
                TestGateway.KEY),
            "--create-cache-table")) {
      assertThat(jar.exitCode()).as(jar.output()).isZero();
      return jar.output().lines().toList();
    }
  }

  /** What it has printed so far. */
  public String output() {
    try {
      return Files.readString(log);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Waits for its end. */
  public int exitCode() throws InterruptedException {
    if (!process.waitFor(2, TimeUnit.MINUTES)) {
      throw new AssertionError("still runs: " + output());
    }
    return process.exitValue();
  }

  public void awaitReady(int port) {
    Awaitility.await("ready")
        .atMost(Duration.ofMinutes(2))
        .ignoreExceptionsMatching(failure -> !(failure instanceof AssertionError))
        .until(
            () -> {
              if (!process.isAlive()) {
                throw new AssertionError(output());
              }
              return get(port, "/elastauth/ready").statusCode() == 200;
            });
  }

  /**
   * @param headers names and values, alternating
   */
  public HttpResponse<String> get(int port, String path, String... headers) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return HttpClient.newHttpClient().send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  /** What of the machine's memory it holds. Linux. */
  long residentKiB() {
    try (Stream<String> lines = Files.lines(Path.of("/proc/" + process.pid() + "/status"))) {
      return lines
          .filter(line -> line.startsWith("VmRSS:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
          .findFirst()
          .orElseThrow();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What of its heap is in use, after a collection of all garbage. */
  long inUseKiB() {
    try {
      Process histogram =
          new ProcessBuilder(
                  Path.of(JAVA, "bin", "jcmd").toString(),
                  Long.toString(process.pid()),
                  "GC.class_histogram")
              .redirectErrorStream(true)
              .start();
      try (BufferedReader lines = histogram.inputReader()) {
        return lines
                .lines()
                .filter(line -> line.startsWith("Total"))
                .mapToLong(line -> Long.parseLong(line.trim().split("\\s+")[2]))
                .findFirst()
                .orElseThrow()
            / 1024;
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** SIGTERM. */
  public void terminate() {
    process.destroy();
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(30, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new AssertionError("did not end when told to");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
