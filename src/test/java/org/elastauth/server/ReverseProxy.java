package org.elastauth.server;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/** A real reverse proxy with the configuration that is shipped for it, on a free loopback port. */
public final class ReverseProxy implements AutoCloseable {
  private final int port;
  private final ServerProcess process;

  private ReverseProxy(int port, ServerProcess process) {
    this.port = port;
    this.process = process;
  }

  /** Ports on loopback of the servers behind it. */
  public record Behind(int authelia, int gateway, int elastic) {}

  /** The programs this machine may or may not have. */
  public enum Kind {
    NGINX,
    CADDY;

    public String program() {
      return name().toLowerCase(java.util.Locale.ROOT);
    }

    public boolean installed() {
      return executable().isPresent();
    }

    private java.util.Optional<Path> executable() {
      return Stream.concat(
              Stream.of(System.getenv("PATH").split(File.pathSeparator)), Stream.of("/usr/sbin"))
          .map(folder -> Path.of(folder, program()))
          .filter(Files::isExecutable)
          .findFirst();
    }

    public ReverseProxy start(Behind behind) {
      int port = RedisServer.freePort();
      return start(
          port,
          folder ->
              this == NGINX
                  ? nginx(
                      folder,
                      Files.readString(Path.of("docker", "proxies", "nginx", "headers.conf"))
                          .replace("listen 80", "listen 127.0.0.1:" + port)
                          .replace("kibana.example.org", "127.0.0.1")
                          .replace(
                              "$server_name$request_uri", "$server_name:" + port + "$request_uri"),
                      behind)
                  : caddy("headers.caddyfile"),
          Map.of(
              "SITE",
              "http://127.0.0.1:" + port,
              "AUTHELIA",
              "127.0.0.1:" + behind.authelia(),
              "ELASTAUTH",
              "127.0.0.1:" + behind.gateway(),
              "KIBANA",
              "127.0.0.1:" + behind.elastic()));
    }

    /**
     * With the files for OpenID Connect, as the site localhost.
     *
     * @param port of the site
     * @param certificates with {@code server}, for TLS, which only nginx gets; null: without
     */
    public ReverseProxy startForLogin(
        int port, int gateway, int elastic, Certificates certificates) {
      return start(
          port,
          folder ->
              this == NGINX
                  ? nginx(
                      folder,
                      Files.readString(Path.of("docker", "proxies", "nginx", "oidc.conf"))
                          .replace(
                              "listen 80",
                              "listen 127.0.0.1:" + port + (certificates == null ? "" : " ssl"))
                          .replace("kibana.example.org", "localhost")
                          .replace("http {\n", "http {\n" + tls(certificates)),
                      new Behind(0, gateway, elastic))
                  : caddy("oidc.caddyfile"),
          Map.of(
              "SITE",
              "http://localhost:" + port,
              "ELASTAUTH",
              "127.0.0.1:" + gateway,
              "KIBANA",
              "127.0.0.1:" + elastic));
    }

    private static String tls(Certificates certificates) {
      return certificates == null
          ? ""
          : "    ssl_certificate %s;\n    ssl_certificate_key %s;\n"
              .formatted(certificates.certificate("server"), certificates.key("server"));
    }

    /** What runs it, once its configuration lies in a folder. */
    private interface Setup {
      List<String> in(Path folder) throws IOException;
    }

    private ReverseProxy start(int port, Setup setup, Map<String, String> variables) {
      try {
        Path folder = TestRun.FOLDER.resolve(program());
        Files.createDirectories(folder.resolve("temp"));
        ServerProcess process =
            ServerProcess.start(
                folder,
                folder.resolve("log"),
                environment -> {
                  environment.putAll(variables);
                  // where Caddy keeps its files
                  environment.put("XDG_DATA_HOME", folder.toString());
                  environment.put("XDG_CONFIG_HOME", folder.toString());
                },
                setup.in(folder));
        Awaitility.await(program())
            .atMost(Duration.ofSeconds(20))
            .until(
                () -> {
                  if (!process.isAlive()) {
                    throw new IllegalStateException(Files.readString(folder.resolve("log")));
                  }
                  return accepts(port);
                });
        return new ReverseProxy(port, process);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    /** Other addresses, and folders that do not need root. */
    private List<String> nginx(Path folder, String shipped, Behind behind) throws IOException {
      StringBuilder folders = new StringBuilder("http {\n    access_log off;\n");
      for (String kind : List.of("client_body", "proxy", "fastcgi", "uwsgi", "scgi")) {
        folders.append("    " + kind + "_temp_path " + folder.resolve("temp/" + kind) + ";\n");
      }
      Path file = folder.resolve("nginx.conf");
      Files.writeString(
          file,
          shipped
              .replace("http {\n", folders)
              .replace("127.0.0.1:9091", "127.0.0.1:" + behind.authelia())
              .replace("127.0.0.1:5000", "127.0.0.1:" + behind.gateway())
              .replace("127.0.0.1:5601", "127.0.0.1:" + behind.elastic()));
      return List.of(
          executable().orElseThrow().toString(),
          "-c",
          file.toString(),
          "-g",
          "daemon off; error_log stderr; pid " + folder.resolve("pid") + ";");
    }

    private List<String> caddy(String shipped) {
      return List.of(
          executable().orElseThrow().toString(),
          "run",
          "--adapter",
          "caddyfile",
          "--config",
          Path.of("docker", "proxies", "caddy", shipped).toAbsolutePath().toString());
    }

    private static boolean accepts(int port) {
      try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
        return socket.isConnected();
      } catch (IOException notYet) {
        return false;
      }
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
