package org.elastauth;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.elastauth.crypto.SecretKeys;
import org.elastauth.http.GatewayHttpServer;
import org.elastauth.server.ElasticsearchServer;
import org.elastauth.server.KeycloakServer;
import org.elastauth.server.RedisServer;
import org.elastauth.server.ReverseProxy;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.StandardEnvironment;

/**
 * The gateway with a real Redis and a real Elasticsearch, all on loopback; with the profile {@code
 * oidc} also a real Keycloak, and nginx where it is installed.
 */
public final class Demo {
  private static final String LISTEN = "ELASTAUTH_LISTEN";
  private static final String SITE = "SITE_PORT";
  private static final int GATEWAY_PORT = port(System.getenv(LISTEN), 5000);
  private static final int SITE_PORT = port(System.getenv(SITE), 8080);

  /** Held for as long as the program runs: what nobody holds, the garbage collector closes. */
  private static RedisServer redis;

  private static ElasticsearchServer elasticsearch;
  private static KeycloakServer keycloak;
  private static ReverseProxy nginx;

  private Demo() {}

  public static void main(String... args) {
    boolean oidc = List.of(args).contains("--spring.profiles.active=oidc");
    Map<Integer, String> ports = new LinkedHashMap<>();
    // the next port is that of the guides
    ports.put(GATEWAY_PORT, LISTEN + "=127.0.0.1:" + (GATEWAY_PORT + 2));
    if (oidc && ReverseProxy.Kind.NGINX.installed()) {
      ports.put(SITE_PORT, SITE + "=" + (SITE_PORT + 1));
    }
    String taken = taken(ports, oidc ? " -Dspring-boot.run.profiles=oidc" : "");
    if (!taken.isEmpty()) {
      say(taken);
      System.exit(1);
    }
    String steps = oidc ? "/4 " : "/3 ";
    say("1" + steps + "starting Redis");
    redis = RedisServer.start();
    say("1" + steps + "Redis listens on " + redis.address());
    say("2" + steps + "starting Elasticsearch; the first start takes up to half a minute");
    elasticsearch = ElasticsearchServer.start();
    say("2" + steps + "Elasticsearch listens on " + elasticsearch.url());
    say(
        "    its administrator: %s, password %s"
            .formatted(ElasticsearchServer.ADMIN, ElasticsearchServer.ADMIN_PASSWORD));
    Map<String, Object> settings = settings();
    if (oidc) {
      say("3" + steps + "starting Keycloak; it takes up to a minute");
      keycloak = KeycloakServer.start();
      keycloak.setBackchannelLogout(site() + "/elastauth/oidc/backchannel-logout");
      say("3" + steps + "Keycloak listens on " + keycloak.url());
      settings.putAll(oidcSettings());
    }
    say((oidc ? "4" : "3") + steps + "starting the gateway");
    SpringApplication application = new SpringApplication(Application.class);
    application.setEnvironment(new WithoutVariables());
    application.setDefaultProperties(settings);
    ConfigurableApplicationContext context = application.run(args);

    int port = context.getBean(GatewayHttpServer.class).getPort();
    if (oidc) {
      startNginx(port);
      sayHowToLogIn();
    } else {
      sayWhatAProxyAsks("http://127.0.0.1:" + port + "/elastauth");
    }
  }

  private static int port(String address, int otherwise) {
    return address == null
        ? otherwise
        : Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
  }

  /**
   * Asked before the servers start, because they take a minute.
   *
   * @param ports with the variable that chooses another one
   * @param profile of the command
   * @return empty if all are free
   */
  static String taken(Map<Integer, String> ports, String profile) {
    List<Integer> taken = new ArrayList<>();
    for (int port : ports.keySet()) {
      try (ServerSocket socket = new ServerSocket()) {
        socket.setReuseAddress(true);
        socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      } catch (IOException inUse) {
        taken.add(port);
      }
    }
    String others = taken.stream().map(ports::get).collect(Collectors.joining(" "));
    return taken.isEmpty()
        ? ""
        : "In use: "
            + taken.stream().map(port -> "port " + port).collect(Collectors.joining(", "))
            + ". Stop what uses it, or choose another: "
            + others
            + " mvn spring-boot:test-run"
            + profile;
  }

  /** Its variables may be those of a gateway in production, and would overrule the settings. */
  private static final class WithoutVariables extends StandardEnvironment {
    @Override
    public Map<String, Object> getSystemEnvironment() {
      Map<String, Object> all = new HashMap<>(super.getSystemEnvironment());
      all.keySet().removeIf(name -> !name.contains("LOG_"));
      return all;
    }
  }

  private static Map<String, Object> settings() {
    Map<String, Object> settings = new HashMap<>();
    settings.put("elastauth.listen", "127.0.0.1:" + GATEWAY_PORT);
    settings.put("elastauth.trusted_proxies", "127.0.0.0/8");
    settings.put("elastauth.secret_key", SecretKeys.generate());
    settings.put("elastauth.redis.host", redis.address());
    settings.put("elastauth.elasticsearch.hosts", elasticsearch.url());
    settings.put("elastauth.elasticsearch.username", ElasticsearchServer.GATEWAY);
    settings.put("elastauth.elasticsearch.password", ElasticsearchServer.GATEWAY_PASSWORD);
    settings.put("elastauth.default_roles", "viewer");
    settings.put("elastauth.shutdown.drain", "0s");
    settings.put("elastauth.group_mappings.admins", "superuser");
    return settings;
  }

  private static Map<String, Object> oidcSettings() {
    return Map.of(
        "elastauth.auth_provider",
        "oidc",
        "elastauth.oidc.issuer",
        keycloak.issuer(),
        "elastauth.oidc.client_id",
        KeycloakServer.CLIENT,
        "elastauth.oidc.client_secret",
        KeycloakServer.CLIENT_SECRET,
        "elastauth.oidc.redirect_url",
        site() + "/elastauth/oidc/callback",
        "elastauth.group_mappings.platform-admins",
        "superuser");
  }

  /** Where browsers go: nginx, or the gateway itself if nginx is not installed. */
  private static String site() {
    return "http://localhost:" + (ReverseProxy.Kind.NGINX.installed() ? SITE_PORT : GATEWAY_PORT);
  }

  private static void startNginx(int gateway) {
    if (ReverseProxy.Kind.NGINX.installed()) {
      int elastic = URI.create(elasticsearch.url()).getPort();
      nginx = ReverseProxy.Kind.NGINX.startForLogin(SITE_PORT, gateway, elastic, null);
      say("nginx listens on " + site());
    } else {
      say("nginx is not installed, so you see what the gateway answers to it");
    }
  }

  private static void sayHowToLogIn() {
    say(
        """

        Ready. Open exactly this address in a browser, and log in as %s with the password %s:

          %s

        You end up in Elasticsearch, as that user with the roles of the groups in Keycloak,
        until you log out here or at Keycloak.
        %s with the password %s is in fewer groups. To log out:

          %s/elastauth/oidc/logout

        A program shows a token instead:

          curl -i -H "Authorization: Bearer $(curl -s -d grant_type=password -d client_id=%s -d client_secret=%s -d username=%s -d password=%s -d scope=openid %s/protocol/openid-connect/token | sed 's/.*"access_token":"\\([^"]*\\).*/\\1/')" '%s'

        Ctrl-C stops all servers.
        """
            .formatted(
                KeycloakServer.JOHN.name(),
                KeycloakServer.JOHN.password(),
                page(),
                KeycloakServer.JANE.name(),
                KeycloakServer.JANE.password(),
                site(),
                KeycloakServer.CLIENT,
                KeycloakServer.CLIENT_SECRET,
                KeycloakServer.JANE.name(),
                KeycloakServer.JANE.password(),
                keycloak.issuer(),
                page()));
  }

  private static String page() {
    return nginx == null ? site() + "/elastauth" : site() + "/_security/_authenticate?pretty";
  }

  private static void sayWhatAProxyAsks(String gateway) {
    String headers = "-H 'Remote-User: john.doe' -H 'Remote-Groups: admins'";
    say(
        """

        Ready. What a reverse proxy asks, and what it receives (200 and the header Authorization):

          curl -i %s %s

        Elasticsearch accepts this header, as john.doe with the roles of his groups:

          curl -H "$(curl -s -o /dev/null -D - %s %s | grep -i '^authorization:' | tr -d '\\r')" '%s/_security/_authenticate?pretty'

        Ctrl-C stops all servers.
        """
            .formatted(headers, gateway, headers, gateway, elasticsearch.url()));
  }

  private static void say(String line) {
    System.out.println(line);
  }
}
