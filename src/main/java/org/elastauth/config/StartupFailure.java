package org.elastauth.config;

import org.apache.camel.FailedToCreateRouteException;
import org.apache.camel.spring.boot.CamelSpringBootInitializationException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.SpringBootExceptionReporter;
import org.yaml.snakeyaml.error.MarkedYAMLException;

/** Says why the gateway does not start in one line a fault, without a stack trace. */
final class StartupFailure implements SpringBootExceptionReporter {
  @Override
  public boolean reportException(Throwable failure) {
    Logger log = LoggerFactory.getLogger("org.elastauth.config");
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof ConfigurationFaults faults) {
        faults.faults().forEach(fault -> log.error("Configuration: {}", fault));
        return true;
      }
      if (cause instanceof MarkedYAMLException malformed) {
        // without the parser's own words, which quote the line, and passwords stand there
        log.error(
            "Configuration: {}",
            new Fault(
                "application.yaml",
                "",
                "line "
                    + (malformed.getProblemMark().getLine() + 1)
                    + " is not YAML: check the indentation, and put values with : # * ! & or { in quotes"));
        return true;
      }
    }
    if (failure instanceof CamelSpringBootInitializationException
        || failure instanceof FailedToCreateRouteException) {
      log.error("Configuration: {}", new Fault("routes", "", RouteFailure.reason(failure)));
      log.debug("Where it came from", failure);
      return true;
    }
    return false;
  }
}
