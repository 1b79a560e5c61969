package org.elastauth.server;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** A real reverse proxy with the configuration that is shipped for it, on a free loopback port. */
public final class ReverseProxy implements AutoCloseable {
  private static final String ACCESS_LOG = "access.log";

  /** RFC 5737: an address of nobody. */
  private static final String NO_PROXY = "192.0.2.0/32";

  /** In the folder of the process. */
  private static final String HAPROXY_SOCKET = "authorize.sock";

  private final int port;
  private final Path folder;
  private final ServerProcess process;

  private ReverseProxy(int port, Path folder, ServerProcess process) {
    this.port = port;
    this.folder = folder;
    this.process = process;
  }

  /**
   * Ports on loopback of the servers behind it.
   *
   * @param second another gateway; 0: none
   */
  public record Behind(int authelia, int gateway, int second, int elastic) {
    public Behind(int authelia, int gateway, int elastic) {
      this(authelia, gateway, 0, elastic);
    }
  }

  /**
   * @param certificates with {@code server}, for TLS and HTTP/2; null: HTTP/1.1 without TLS
   */
  private record Site(
      String host, int port, Certificates certificates, Behind behind, String frontProxies) {
    boolean tls() {
      return certificates != null;
    }

    String url() {
      return (tls() ? "https://" : "http://") + host + ":" + port;
    }

    /** Other addresses than the shipped ones. */
    String here(String shipped) {
      String all = shipped;
      if (behind.second != 0) {
        all =
            shipped
                .replaceAll(
                    "# (.*)127.0.0.1(:|, port_value: )5001", "$1127.0.0.1$2" + behind.second)
                .replace("{$ELASTAUTH:", "{$ELASTAUTH:127.0.0.1:" + behind.second + " ");
      }
      return all.replace("kibana.example.org", host)
          .replace("127.0.0.1:9091", "127.0.0.1:" + behind.authelia)
          .replace("127.0.0.1:5000", "127.0.0.1:" + behind.gateway)
          .replace("127.0.0.1:5601", "127.0.0.1:" + behind.elastic)
          .replace("port_value: 9091", "port_value: " + behind.authelia)
          .replace("port_value: 5000", "port_value: " + behind.gateway)
          .replace("port_value: 5601", "port_value: " + behind.elastic)
          .replace("$server_name$request_uri", "$server_name:" + port + "$request_uri");
    }
  }

  /** The programs that this machine may have. */
  public enum Kind {
    NGINX {
      @Override
      List<String> command(Path file, Site site) throws IOException {
        Path folder = file.getParent();
        StringBuilder http =
            new StringBuilder("http {\n    access_log " + folder.resolve(ACCESS_LOG) + ";\n");
        for (String kind : List.of("client_body", "proxy", "fastcgi", "uwsgi", "scgi")) {
          http.append("    " + kind + "_temp_path " + folder.resolve(kind) + ";\n");
        }
        if (site.tls()) {
          http.append("    ssl_certificate " + site.certificates.certificate("server") + ";\n");
          http.append("    ssl_certificate_key " + site.certificates.key("server") + ";\n");
        }
        String listen = "listen 127.0.0.1:" + site.port + (site.tls() ? " ssl http2" : "");
        replace(file, "http {\n", http.toString(), "listen 80", listen);
        return List.of(
            "-c", file.toString(), "-g", "daemon off; error_log stderr; pid " + folder + "/pid;");
      }
    },

    CADDY {
      @Override
      List<String> command(Path file, Site site) throws IOException {
        String tls =
            site.tls()
                ? "\ttls "
                    + site.certificates.certificate("server")
                    + " "
                    + site.certificates.key("server")
                    + "\n"
                : "";
        replace(
            file,
            "{$SITE} {\n",
            site.url() + " {\n\tbind 127.0.0.1\n" + tls,
            "\tadmin off\n",
            "\tadmin off\n\tauto_https disable_redirects\n");
        return List.of("run", "--adapter", "caddyfile", "--config", file.toString());
      }
    },

    HAPROXY {
      @Override
      List<String> command(Path file, Site site) throws IOException {
        String bind = "bind 127.0.0.1:" + site.port;
        if (site.tls()) {
          Path both = file.resolveSibling("certificate.pem");
          Files.writeString(
              both,
              Files.readString(site.certificates.certificate("server"))
                  + Files.readString(site.certificates.key("server")));
          bind += " ssl crt " + both + " alpn h2,http/1.1";
        }
        replace(file, "bind :80", bind);
        return List.of("-f", file.toString());
      }
    },

    ENVOY {
      @Override
      List<String> command(Path file, Site site) throws IOException {
        String chain = "filter_chains:\n        - filters:\n";
        String tls =
            """
            filter_chains:
                    - transport_socket:
                        name: envoy.transport_sockets.tls
                        typed_config:
                          "@type": type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext
                          common_tls_context:
                            alpn_protocols: [h2, http/1.1]
                            tls_certificates:
                              - certificate_chain: { filename: %s }
                                private_key: { filename: %s }
                      filters:
            """;
        if (site.tls()) {
          replace(
              file,
              chain,
              tls.formatted(
                  site.certificates.certificate("server"), site.certificates.key("server")));
        }
        replace(
            file,
            "address: 0.0.0.0, port_value: 80 ",
            "address: 127.0.0.1, port_value: " + site.port + " ",
            "domains: [" + site.host + "]",
            "domains: [\"" + site.host + ":" + site.port + "\"]");
        return List.of(
            "-c", file.toString(), "--disable-hot-restart", "--concurrency", "1", "-l", "warn");
      }
    },

    TRAEFIK {
      @Override
      List<String> command(Path file, Site site) throws IOException {
        String tls =
            site.tls()
                ? "tls:\n  certificates:\n    - { certFile: %s, keyFile: %s }\n"
                    .formatted(
                        site.certificates.certificate("server"), site.certificates.key("server"))
                : "";
        replace(file, "http:\n", tls + "http:\n");
        if (!site.tls()) {
          replace(file, "      tls: {}\n", "");
        }
        Path main = file.resolveSibling("static.yaml");
        replace(
            main,
            "\":443\"",
            "127.0.0.1:" + site.port,
            "/etc/traefik/headers.yaml",
            file.toString());
        return List.of("--configFile=" + main);
      }
    };

    /** Changes what of a shipped file cannot run here, and says how to run it. */
    abstract List<String> command(Path file, Site site) throws IOException;

    private static void replace(Path file, String... pairs) throws IOException {
      String text = Files.readString(file);
      for (int i = 0; i < pairs.length; i += 2) {
        if (!text.contains(pairs[i])) {
          throw new IllegalStateException(file + " has no " + pairs[i]);
        }
        text = text.replace(pairs[i], pairs[i + 1]);
      }
      Files.writeString(file, text);
    }

    public String program() {
      return name().toLowerCase(Locale.ROOT);
    }

    public boolean installed() {
      return executable().isPresent();
    }

    private Optional<Path> executable() {
      return Stream.concat(
              Stream.of(System.getenv("PATH").split(File.pathSeparator)), Stream.of("/usr/sbin"))
          .map(folder -> Path.of(folder, program()))
          .filter(Files::isExecutable)
          .findFirst();
    }

    /** With the file for identity headers, as the site 127.0.0.1. */
    public ReverseProxy start(Behind behind) {
      return start(behind, NO_PROXY);
    }

    /**
     * The same behind another proxy.
     *
     * @param frontProxies the addresses of that proxy, for Caddy
     */
    public ReverseProxy start(Behind behind, String frontProxies) {
      return start(
          "headers", new Site("127.0.0.1", RedisServer.freePort(), null, behind, frontProxies));
    }

    /**
     * With the file for OpenID Connect, as the site localhost.
     *
     * @param certificates with {@code server}, for TLS and HTTP/2; null: without
     */
    public ReverseProxy startForLogin(
        int port, int gateway, int elastic, Certificates certificates) {
      return start(
          "oidc",
          new Site("localhost", port, certificates, new Behind(0, gateway, elastic), NO_PROXY));
    }

    /** HAProxy with a script that fails for each request. */
    public static ReverseProxy startHaproxyWithFailingScript(Behind behind) {
      Site site = new Site("127.0.0.1", RedisServer.freePort(), null, behind, NO_PROXY);
      return HAPROXY.start("headers", site, "core.httpclient()", "core.broken()");
    }

    /**
     * @param changes texts of the shipped files, each followed by its replacement
     */
    private ReverseProxy start(String form, Site site, String... changes) {
      try {
        Path folder =
            Files.createDirectories(TestRun.FOLDER.resolve(program() + "-" + site.port))
                .toAbsolutePath();
        Path main = null;
        for (Path shipped : shipped()) {
          Path file = folder.resolve(shipped.getFileName());
          String text = site.here(Files.readString(shipped));
          for (int i = 0; i < changes.length; i += 2) {
            text = text.replace(changes[i], changes[i + 1]);
          }
          Files.writeString(file, text);
          if (file.getFileName().toString().startsWith(form + ".")) {
            main = file;
          }
        }
        Stream<String> program = Stream.of(executable().orElseThrow().toString());
        Path log = folder.resolve("log");
        ServerProcess process =
            ServerProcess.start(
                folder,
                log,
                environment -> {
                  // where Caddy keeps its files
                  environment.put("XDG_DATA_HOME", folder.toString());
                  environment.put("XDG_CONFIG_HOME", folder.toString());
                  environment.put("FRONT_PROXIES", site.frontProxies);
                  environment.put("AUTHORIZE_SOCKET", HAPROXY_SOCKET);
                },
                Stream.concat(program, command(main, site).stream()).toList());
        process.await(program(), Duration.ofSeconds(20), () -> accepts(site.port));
        return new ReverseProxy(site.port, folder, process);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    private List<Path> shipped() throws IOException {
      try (Stream<Path> files = Files.list(Path.of("docker", "proxies", program()))) {
        return files.toList();
      }
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

  /** What it has written to its log, and to nginx's access log. */
  public String logged() {
    StringBuilder all = new StringBuilder();
    for (String name : List.of("log", ACCESS_LOG)) {
      try {
        all.append(Files.readString(folder.resolve(name)));
      } catch (NoSuchFileException another) {
        // only nginx has an access log
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return all.toString();
  }

  /** HAProxy asks itself there. */
  public Path socket() {
    return folder.resolve(HAPROXY_SOCKET);
  }

  @Override
  public void close() {
    process.close();
  }
}
