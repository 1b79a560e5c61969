package org.elastauth.routes;

import java.lang.reflect.Field;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import org.apache.camel.AggregationStrategy;
import org.apache.camel.Endpoint;
import org.apache.camel.NoTypeConversionAvailableException;
import org.apache.camel.RoutesBuilder;
import org.apache.camel.TypeConversionException;
import org.apache.camel.builder.RouteConfigurationBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.model.DataFormatDefinition;
import org.apache.camel.model.MarshalDefinition;
import org.apache.camel.model.ProcessorDefinition;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.model.UnmarshalDefinition;
import org.apache.camel.model.dataformat.JsonDataFormat;
import org.apache.camel.processor.aggregate.UseLatestAggregationStrategy;
import org.apache.camel.reifier.RouteReifier;
import org.apache.camel.reifier.dataformat.DataFormatReifier;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.apache.camel.support.service.ServiceHelper;
import org.apache.camel.util.ObjectHelper;
import org.apache.camel.util.URISupport;

/** A Camel that builds routes for a check, and that is never started. */
final class ThrowawayCamel implements AutoCloseable {
  /** An endpoint for all routes. */
  static final String ENDPOINT = "direct:checked";

  private DefaultCamelContext context;

  private DefaultCamelContext context() {
    if (context == null) {
      context = Sandbox.camel();
    }
    return context;
  }

  /**
   * The name of a bean that takes the place of one of a file; none if no other could.
   *
   * @param type what Camel demands
   */
  Optional<String> bean(String type) {
    Class<?> role = BeanCatalog.load(type).<Class<?>>map(found -> found).orElse(Object.class);
    boolean isStrategy = role == AggregationStrategy.class;
    if (!role.isInterface()) {
      return Optional.empty();
    }
    String name = "checked" + (isStrategy ? "Strategy" : role.getSimpleName());
    if (context().getRegistry().lookupByName(name) == null) {
      context()
          .getRegistry()
          .bind(name, isStrategy ? new UseLatestAggregationStrategy() : idle(role));
    }
    return Optional.of(name);
  }

  /** An instance that does nothing. */
  private static Object idle(Class<?> role) {
    return Proxy.newProxyInstance(
        ThrowawayCamel.class.getClassLoader(),
        new Class<?>[] {role},
        (proxy, method, arguments) ->
            switch (method.getName()) {
              case "hashCode" -> System.identityHashCode(proxy);
              case "equals" -> proxy == arguments[0];
              case "toString" -> role.getName();
              default -> null;
            });
  }

  /** Whether Camel makes a value of a type from a text; no class of a library is initialized. */
  boolean converts(Class<?> type, String text) {
    if (type.isAssignableFrom(String.class)) {
      return true;
    }
    if (type.isEnum()) {
      return Arrays.stream(type.getFields())
          .filter(Field::isEnumConstant)
          .anyMatch(constant -> EndpointNames.same(constant.getName(), text));
    }
    if (type == Duration.class) {
      return Values.isDuration(text);
    }
    if (!type.isPrimitive() && !type.getName().startsWith("java.")) {
      return context().getTypeConverterRegistry().lookup(type, String.class) != null;
    }
    try {
      context()
          .getTypeConverter()
          .mandatoryConvertTo(ObjectHelper.convertPrimitiveTypeToWrapperType(type), text);
      return true;
    } catch (NoTypeConversionAvailableException | TypeConversionException wrong) {
      return false;
    }
  }

  /**
   * Builds the routes of a file.
   *
   * @return why Camel refuses them; empty if it does not
   */
  String refusal(String file) {
    try {
      for (RoutesBuilder each :
          PluginHelper.getRoutesLoader(context())
              .findRoutesBuilders(ResourceHelper.fromString("checked.yaml", file))) {
        build((RouteConfigurationBuilder) each);
      }
      return "";
    } catch (Exception refused) {
      return reason(refused);
    } finally {
      context().getRouteConfigurationDefinitions().clear();
    }
  }

  /**
   * Creates an endpoint, and a producer of it if that is free of effects: one with an interval has
   * a thread.
   *
   * @return why Camel refuses it; empty if it does not
   */
  String refusal(String uri, Map<String, Object> options) {
    try {
      Endpoint endpoint = context().getEndpoint(URISupport.appendParametersToURI(uri, options));
      if (uri.startsWith("log:") && !options.containsKey("groupInterval")) {
        endpoint.createProducer();
      }
      return "";
    } catch (Exception refused) {
      return reason(refused);
    }
  }

  private void build(RouteConfigurationBuilder builder) throws Exception {
    context().addRoutesConfigurations(builder);
    builder.configureRoutes(context());
    for (RouteDefinition route : builder.getRouteCollection().getRoutes()) {
      builder.getRouteCollection().prepareRoute(route);
      new RouteReifier(context(), route).createRoute();
      for (ProcessorDefinition<?> step : route.getOutputs()) {
        if (step instanceof MarshalDefinition marshal) {
          format(marshal.getDataFormatType());
        } else if (step instanceof UnmarshalDefinition unmarshal) {
          format(unmarshal.getDataFormatType());
        }
      }
    }
  }

  /** Ends what Camel began for the checked parts. */
  @Override
  public void close() {
    if (context != null) {
      context.shutdown();
      ServiceHelper.stopAndShutdownServices(context.getEndpoints());
      ServiceHelper.stopAndShutdownService(context.getExecutorServiceManager());
    }
  }

  /** Only a data format that is started has read its options. */
  private void format(DataFormatDefinition type) {
    if (type instanceof JsonDataFormat) {
      ServiceHelper.startService(DataFormatReifier.getDataFormat(context(), type));
    }
  }

  private static String reason(Throwable refused) {
    Throwable cause = refused;
    while (cause.getCause() != null && !(cause instanceof Sandbox.Refused)) {
      cause = cause.getCause();
    }
    if (cause instanceof Sandbox.Refused) {
      return ""; // only a start knows it
    }
    String message = String.valueOf(cause.getMessage()).lines().findFirst().orElse("");
    if (message.startsWith("Definition has no children")
        || message.contains("has no output proc")) {
      return EipConstruction.NO_STEPS;
    }
    if (cause instanceof NumberFormatException) {
      return message.replaceFirst("For input string: (.*?)( under radix.*)?$", "$1")
          + " is not a number of the range that Camel reads";
    }
    return message.isBlank() || message.equals("null")
        ? "the value is not possible"
        : message.replaceFirst(" on: .*|,? in checked[.]yaml.*|[.]$", "");
  }
}
