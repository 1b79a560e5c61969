package org.elastauth.server;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The packaged jar in a process and a folder of its own, on a free loopback port. */
public final class PackagedGateway implements AutoCloseable {
  /** Options of the JVM for one that shares the machine with whoever asks it. */
  public static final String[] SMALL_HEAP = {"-Xmx96m", "-XX:+UseSerialGC"};

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final PackagedJar jar;
  private final int port;

  private PackagedGateway(PackagedJar jar, int port) {
    this.jar = jar;
    this.port = port;
  }

  /**
   * @param environment variables beside the address, the secret key, the lifetime and a default
   *     role
   * @param options of the JVM
   */
  public static PackagedGateway start(
      Path folder, Map<String, String> environment, String... options) {
    return startAt(RedisServer.freePort(), folder, environment, options);
  }

  /** On a port that was another's before. */
  public static PackagedGateway startAt(
      int port, Path folder, Map<String, String> environment, String... options) {
    Map<String, String> all = new HashMap<>();
    all.put("ELASTAUTH_LISTEN", "127.0.0.1:" + port);
    all.put("ELASTAUTH_SECRET_KEY", TestGateway.KEY);
    all.put("ELASTAUTH_DEFAULT_ROLES", "viewer");
    all.put("ELASTAUTH_CACHE_EXPIRATION", TestGateway.LIFETIME.toSeconds() + "s");
    all.put("ELASTAUTH_SHUTDOWN_DRAIN", "0s");
    all.putAll(environment);
    PackagedGateway gateway =
        new PackagedGateway(PackagedJar.run(List.of(options), folder, all), port);
    try {
      gateway.jar.awaitReady(port);
      return gateway;
    } catch (RuntimeException | AssertionError failed) {
      gateway.close();
      throw failed;
    }
  }

  public int port() {
    return port;
  }

  /** What of the machine's memory it holds. */
  public long residentMiB() {
    return jar.residentKiB() / 1024;
  }

  /** What of its heap is in use, after a collection of all garbage. */
  public long inUseKiB() {
    return jar.inUseKiB();
  }

  public String log() {
    return jar.output();
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
    jar.terminate();
  }

  /** The exit code. */
  public int awaitExit() throws InterruptedException {
    return jar.exitCode();
  }

  @Override
  public void close() {
    jar.close();
  }
}
