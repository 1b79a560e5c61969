package org.elastauth.server;

import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Hands real servers to tests. The Elasticsearch and the Keycloak are one each for the whole run,
 * as they take long to start; tests keep apart by the names of their users. A Redis is each test
 * class's own.
 */
public final class Servers implements ParameterResolver {
  private static final ExtensionContext.Namespace NAMESPACE =
      ExtensionContext.Namespace.create(Servers.class);

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    Class<?> type = parameter.getParameter().getType();
    return type == ElasticsearchServer.class
        || type == KeycloakServer.class
        || type == RedisServer.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    if (parameter.getParameter().getType() == ElasticsearchServer.class) {
      return context
          .getRoot()
          .getStore(NAMESPACE)
          .getOrComputeIfAbsent(
              "elasticsearch", key -> new Running<>(ElasticsearchServer.start()), Running.class)
          .server();
    }
    if (parameter.getParameter().getType() == KeycloakServer.class) {
      return context
          .getRoot()
          .getStore(NAMESPACE)
          .getOrComputeIfAbsent(
              "keycloak", key -> new Running<>(KeycloakServer.start()), Running.class)
          .server();
    }
    return context
        .getStore(NAMESPACE)
        .getOrComputeIfAbsent("redis", key -> new Running<>(RedisServer.start()), Running.class)
        .server();
  }

  /** Lets JUnit stop a server when its scope ends. */
  private record Running<T extends AutoCloseable>(T server)
      implements ExtensionContext.Store.CloseableResource {
    @Override
    public void close() throws Throwable {
      server.close();
    }
  }
}
