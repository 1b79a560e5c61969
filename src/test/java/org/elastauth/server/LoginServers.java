package org.elastauth.server;

import java.io.IOException;

/** A real Redis and a real Elasticsearch for scripts, until standard input ends. */
public final class LoginServers {
  private LoginServers() {}

  public static void main(String... arguments) throws IOException {
    try (RedisServer redis = RedisServer.start();
        ElasticsearchServer elasticsearch = ElasticsearchServer.start()) {
      System.out.println("ELASTAUTH_REDIS_HOST=" + redis.address());
      System.out.println("ELASTAUTH_ELASTICSEARCH_HOSTS=" + elasticsearch.url());
      System.out.println("ELASTAUTH_ELASTICSEARCH_USERNAME=" + ElasticsearchServer.GATEWAY);
      System.out.println(
          "ELASTAUTH_ELASTICSEARCH_PASSWORD=" + ElasticsearchServer.GATEWAY_PASSWORD);
      System.in.transferTo(java.io.OutputStream.nullOutputStream());
    }
  }
}
