package org.elastauth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ServiceConfigurationError;
import org.apache.camel.CamelContext;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.main.Main;
import org.junit.jupiter.api.Test;
import org.springframework.core.SpringProperties;
import org.springframework.core.env.AbstractEnvironment;

/** What Camel Main gets from the jar; CamelMainIT logs a user in. */
class CamelMainPluginTest {
  static {
    // what the shell has exported must not configure it
    SpringProperties.setFlag(AbstractEnvironment.IGNORE_GETENV_PROPERTY_NAME);
  }

  /** Camel only logs another exception of a plugin, and starts without routes. */
  @Test
  void aFaultOfTheConfigurationStopsTheStart() {
    System.setProperty("elastauth.cache.type", "redsi");
    try {
      assertThatThrownBy(() -> new Main().init())
          .isInstanceOf(ServiceConfigurationError.class)
          .rootCause()
          .hasMessageContaining("cache.type=redsi");
    } finally {
      System.clearProperty("elastauth.cache.type");
      Thread.currentThread().setUncaughtExceptionHandler(null);
    }
  }

  @Test
  void anotherContextStaysAsItIs() throws Exception {
    try (CamelContext context = new DefaultCamelContext()) {
      context.start();
      assertThat(context.getRegistry().lookupByName("responses")).isNull();
    }
  }
}
