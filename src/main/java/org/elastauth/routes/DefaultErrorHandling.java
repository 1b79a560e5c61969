package org.elastauth.routes;

import org.apache.camel.builder.RouteConfigurationBuilder;
import org.springframework.stereotype.Component;

/**
 * Routes that name no configuration pass an error to their caller; with Camel's default, a refusal
 * would become a 500. It is not YAML, because Kaoto gives every configuration a name, and one with
 * a name is no default.
 */
@Component
final class DefaultErrorHandling extends RouteConfigurationBuilder {
  @Override
  public void configuration() {
    routeConfiguration().errorHandler(noErrorHandler());
  }
}
