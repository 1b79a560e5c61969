package org.elastauth.startup;

import java.util.stream.Stream;
import org.elastauth.Application;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;

/** Starts the gateway's Spring context. A failure ends the process. */
public final class GatewayStart {
  private GatewayStart() {}

  /** Starts the gateway, which then runs until the process receives a signal. */
  public static void run(String... args) {
    start(args);
  }

  /** Creates and checks the routes, but starts none of them and does not listen. */
  public static ConfigurableApplicationContext prepare(String... args) {
    return start(
        args,
        "--camel.main.auto-startup=false",
        // its warning about a context that ends at once does not apply
        "--logging.level.org.apache.camel.spring.boot=error");
  }

  private static ConfigurableApplicationContext start(String[] args, String... more) {
    try {
      return SpringApplication.run(
          Application.class,
          Stream.concat(Stream.of(args), Stream.of(more)).toArray(String[]::new));
    } catch (RuntimeException reported) {
      // Spring has logged the reason; threads that already run would keep the process alive
      System.exit(1);
      throw reported;
    }
  }
}
