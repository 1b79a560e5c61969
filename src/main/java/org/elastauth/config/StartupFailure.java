package org.elastauth.config;

import org.apache.camel.FailedToCreateRouteException;
import org.apache.camel.spring.boot.CamelSpringBootInitializationException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.SpringBootExceptionReporter;
import org.yaml.snakeyaml.error.MarkedYAMLException;

/** Logs why the gateway does not start: a line for each fault, without a stack trace. */
public final class StartupFailure implements SpringBootExceptionReporter {
  @Override
  public boolean reportException(Throwable failure) {
    Logger log = LoggerFactory.getLogger("org.elastauth.config");
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof ConfigurationFaults faults) {
        faults.faults().forEach(fault -> log.error("Configuration: {}", fault));
        return true;
      }
      if (cause instanceof MarkedYAMLException malformed) {
        log.error("Configuration: {}", malformed(malformed));
        return true;
      }
    }
    if (failure instanceof CamelSpringBootInitializationException
        || failure instanceof FailedToCreateRouteException) {
      log.error("Configuration: {}", new Fault("routes", "", RouteFailure.reason(failure)));
      log.debug("The cause of the failure", failure);
      return true;
    }
    return false;
  }

  /** The parser's message quotes the line, which may contain a password. */
  public static Fault malformed(MarkedYAMLException file) {
    return new Fault(
        "application.yaml",
        "",
        "line "
            + (file.getProblemMark().getLine() + 1)
            + " is not YAML"
            + YamlTree.mend(file.getProblemMark()));
  }
}
