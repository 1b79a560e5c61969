package org.elastauth;

import org.elastauth.credential.SecretKeys;
import org.elastauth.http.GatewayHttpServer;
import org.elastauth.server.ElasticsearchServer;
import org.elastauth.server.RedisServer;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;

/** The gateway with a real Redis and a real Elasticsearch beside it, all on loopback. */
public final class Demo {
  /** Held for as long as the program runs: what nobody holds, the garbage collector closes. */
  private static RedisServer redis;

  private static ElasticsearchServer elasticsearch;

  private Demo() {}

  public static void main(String... args) {
    say("1/3 starting Redis");
    redis = RedisServer.start();
    say("1/3 Redis listens on " + redis.address());
    say("2/3 starting Elasticsearch; the first start takes up to half a minute");
    elasticsearch = ElasticsearchServer.start();
    say("2/3 Elasticsearch listens on " + elasticsearch.url());
    say("3/3 starting the gateway");

    SpringApplication application = new SpringApplication(Application.class);
    application.setDefaultProperties(
        java.util.Map.of(
            "elastauth.listen",
            "127.0.0.1:5000",
            "elastauth.trusted_proxies",
            "127.0.0.0/8",
            "elastauth.secret_key",
            SecretKeys.generate(),
            "elastauth.redis.host",
            redis.address(),
            "elastauth.elasticsearch.hosts",
            elasticsearch.url(),
            "elastauth.elasticsearch.username",
            ElasticsearchServer.GATEWAY,
            "elastauth.elasticsearch.password",
            ElasticsearchServer.GATEWAY_PASSWORD,
            "elastauth.default_roles",
            "viewer",
            "elastauth.shutdown.drain",
            "0s",
            "elastauth.group_mappings.admins",
            "superuser"));
    ConfigurableApplicationContext context = application.run(args);

    int port = context.getBean(GatewayHttpServer.class).getPort();
    String gateway = "http://127.0.0.1:" + port + "/elastauth";
    String headers = "-H 'Remote-User: john.doe' -H 'Remote-Groups: admins'";
    say(
        """

        Ready. What a reverse proxy asks, and what it gets (200 and the Authorization header):

          curl -i %s %s

        The same header opens Elasticsearch, as john.doe with the roles of his groups:

          curl -H "$(curl -s -o /dev/null -D - %s %s | grep -i '^authorization:' | tr -d '\\r')" '%s/_security/_authenticate?pretty'

        Ctrl-C ends all three.
        """
            .formatted(headers, gateway, headers, gateway, elasticsearch.url()));
  }

  private static void say(String line) {
    System.out.println(line);
  }
}
