package org.elastauth.server;

import java.io.IOException;
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
import org.awaitility.Awaitility;

/** The packaged jar in a process and a folder of its own, on a free loopback port. */
public final class PackagedGateway implements AutoCloseable {
  private static final Path JAR = Path.of("target", "elastauth.jar").toAbsolutePath();

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final Process process;
  private final Path log;
  private final int port;

  private PackagedGateway(Process process, Path log, int port) {
    this.process = process;
    this.log = log;
    this.port = port;
  }

  /**
   * @param environment variables beside the address, the secret key and a default role
   * @param options of the JVM
   */
  public static PackagedGateway start(
      Path folder, Map<String, String> environment, String... options) throws IOException {
    int port = RedisServer.freePort();
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(options));
    command.addAll(List.of("-jar", JAR.toString()));
    Path log = folder.resolve("log");
    ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
    builder
        .environment()
        .keySet()
        .removeIf(name -> name.matches("(ELASTAUTH|CACHE|REDIS|ELASTICSEARCH|SECRET)_.*"));
    builder.environment().put("ELASTAUTH_LISTEN", "127.0.0.1:" + port);
    builder.environment().put("ELASTAUTH_SECRET_KEY", TestGateway.KEY);
    builder.environment().put("ELASTAUTH_DEFAULT_ROLES", "viewer");
    builder.environment().putAll(environment);
    Process process = builder.redirectErrorStream(true).redirectOutput(log.toFile()).start();
    PackagedGateway gateway = new PackagedGateway(process, log, port);
    try {
      gateway.awaitReady();
      return gateway;
    } catch (RuntimeException | AssertionError failed) {
      gateway.close();
      throw failed;
    }
  }

  private void awaitReady() {
    Awaitility.await("ready")
        .atMost(Duration.ofSeconds(120))
        .ignoreExceptionsMatching(failure -> process.isAlive())
        .until(() -> get("/elastauth/ready").statusCode() == 200);
  }

  public int port() {
    return port;
  }

  public String log() throws IOException {
    return Files.readString(log);
  }

  /**
   * @param headers names and values, alternating
   */
  public HttpResponse<String> get(String path, String... headers)
      throws IOException, InterruptedException {
    return http.send(request(path, headers), HttpResponse.BodyHandlers.ofString());
  }

  public HttpRequest request(String path, String... headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
            .timeout(Duration.ofSeconds(60));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return request.build();
  }

  /** SIGTERM. */
  public void terminate() {
    process.destroy();
  }

  /** The exit code. */
  public int awaitExit() throws InterruptedException {
    if (!process.waitFor(60, TimeUnit.SECONDS)) {
      throw new AssertionError("it does not end");
    }
    return process.exitValue();
  }

  @Override
  public void close() {
    process.destroyForcibly().onExit().join();
  }
}
