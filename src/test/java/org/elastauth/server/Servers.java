package org.elastauth.server;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Hands real servers to tests. Elasticsearch, Keycloak and PostgreSQL start once in a JVM, because
 * they start slowly; tests use different user names and databases. Each test class has its own
 * Redis.
 */
public final class Servers implements ParameterResolver {
  private static final ExtensionContext.Namespace NAMESPACE =
      ExtensionContext.Namespace.create(Servers.class);

  /**
   * Failsafe runs each class as a test run of its own, so JUnit's root store would start them again
   * for each class. {@link ServerProcess} stops them when this JVM ends.
   */
  private static final Map<Class<?>, Object> OF_THIS_JVM = new HashMap<>();

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    Class<?> type = parameter.getParameter().getType();
    return type == ElasticsearchServer.class
        || type == KeycloakServer.class
        || type == PostgresServer.class
        || type == RedisServer.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    Class<?> type = parameter.getParameter().getType();
    if (type == ElasticsearchServer.class) {
      return once(type, ElasticsearchServer::start);
    }
    if (type == KeycloakServer.class) {
      return once(type, KeycloakServer::shared);
    }
    if (type == PostgresServer.class) {
      return once(type, PostgresServer::shared);
    }
    return context
        .getStore(NAMESPACE)
        .getOrComputeIfAbsent("redis", key -> new Running(RedisServer.start()), Running.class)
        .server();
  }

  private static synchronized Object once(Class<?> type, Supplier<?> start) {
    return OF_THIS_JVM.computeIfAbsent(type, key -> start.get());
  }

  /** Lets JUnit stop a Redis after its class. */
  private record Running(RedisServer server) implements ExtensionContext.Store.CloseableResource {
    @Override
    public void close() {
      server.close();
    }
  }
}
