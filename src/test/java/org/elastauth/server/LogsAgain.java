package org.elastauth.server;

import ch.qos.logback.classic.LoggerContext;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.slf4j.LoggerFactory;

/** Commands turn the log of their process off. The classes after theirs read it. */
public final class LogsAgain implements AfterAllCallback {
  @Override
  public void afterAll(ExtensionContext context) {
    ((LoggerContext) LoggerFactory.getILoggerFactory()).getTurboFilterList().clear();
  }
}
