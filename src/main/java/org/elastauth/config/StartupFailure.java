package org.elastauth.config;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.SpringBootExceptionReporter;

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
    }
    return false;
  }
}
