package org.elastauth.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;

/** The packaged jar in a process and a folder of its own, on a free loopback port. */
public final class PackagedGateway implements AutoCloseable {
  private final int port = RedisServer.freePort();
  private final ServerProcess process;

  private PackagedGateway(Path folder, Map<String, String> settings) {
    Path log = folder.resolve("log");
    this.process =
        ServerProcess.start(
            folder,
            log,
            environment -> {
              environment
                  .keySet()
                  .removeIf(
                      name -> name.matches("(ELASTAUTH|CACHE|REDIS|ELASTICSEARCH|SECRET)_.*"));
              environment.putAll(settings);
              environment.put("ELASTAUTH_LISTEN", "127.0.0.1:" + port);
            },
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-jar",
                Path.of("target", "elastauth.jar").toAbsolutePath().toString()));
    HttpClient http = HttpClient.newHttpClient();
    HttpRequest ready =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/elastauth/ready")).build();
    Awaitility.await("the packaged gateway")
        .atMost(Duration.ofSeconds(60))
        .ignoreException(java.net.ConnectException.class)
        .until(
            () -> {
              if (!process.isAlive()) {
                throw new IllegalStateException(Files.readString(log));
              }
              return http.send(ready, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
            });
  }

  /**
   * @param settings its environment, {@code ELASTAUTH_…}
   */
  public static PackagedGateway start(Map<String, String> settings) {
    try {
      return new PackagedGateway(
          Files.createTempDirectory(Files.createDirectories(Path.of("target")), "gateway")
              .toAbsolutePath(),
          settings);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public int port() {
    return port;
  }

  @Override
  public void close() {
    process.close();
  }
}
