package org.elastauth;

import java.lang.Thread.UncaughtExceptionHandler;
import java.util.Properties;
import java.util.ServiceConfigurationError;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import org.apache.camel.CamelContext;
import org.apache.camel.main.MainRegistry;
import org.apache.camel.spi.ContextServicePlugin;
import org.apache.camel.spi.LoadablePropertiesSource;
import org.apache.camel.spring.boot.CamelContextConfiguration;
import org.apache.camel.spring.boot.CamelSpringBootInitializationException;
import org.apache.camel.spring.spi.ApplicationContextBeanRepository;
import org.apache.camel.support.LifecycleStrategySupport;
import org.elastauth.config.StartupFailure;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.SmartLifecycle;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.EnumerablePropertySource;

/**
 * Lets Camel Main and the Camel CLI run the routes. Camel loads it before it collects the routes.
 * Spring then has the beans and the settings, and Camel Main has the only CamelContext.
 */
public final class CamelMainPlugin implements ContextServicePlugin {

  /**
   * @throws ServiceConfigurationError because Camel logs an exception and starts without the beans
   */
  @Override
  public void load(CamelContext context) {
    MainRegistry registry = context.getRegistry(MainRegistry.class);
    if (registry == null) {
      return; // Spring Boot's runner, which has the beans already
    }
    ConfigurableApplicationContext beans;
    try {
      beans = start(context);
    } catch (RuntimeException reported) {
      Thread.currentThread().setUncaughtExceptionHandler((thread, logged) -> {});
      throw new ServiceConfigurationError("The gateway has logged why it cannot start", reported);
    }
    registry.addBeanRepository(new ApplicationContextBeanRepository(beans));
    context.getPropertiesComponent().addPropertiesSource(new Settings(beans.getEnvironment()));
    context.addLifecycleStrategy(new Lifecycle(beans));
    endWith(Thread.currentThread(), beans);
  }

  /** If Camel Main fails, its thread ends, and those of the beans would keep the process alive. */
  private static void endWith(Thread main, ConfigurableApplicationContext beans) {
    UncaughtExceptionHandler previous = main.getUncaughtExceptionHandler();
    main.setUncaughtExceptionHandler(
        (thread, failure) -> {
          beans.close();
          if (!new StartupFailure()
              .reportException(new CamelSpringBootInitializationException(failure))) {
            previous.uncaughtException(thread, failure);
          }
        });
  }

  private static ConfigurableApplicationContext start(CamelContext context) {
    SpringApplication application = new SpringApplication(Application.class);
    application.setRegisterShutdownHook(false);
    application.addInitializers(
        beans -> {
          beans.getBeanFactory().registerSingleton("camelContext", context);
          beans.getBeanFactory().registerSingleton("camelMainRoutes", new Routes(context));
        });
    return application.run();
  }

  /** Camel Main asks for all that begin with {@code camel.}, routes ask for single ones. */
  private record Settings(ConfigurableEnvironment environment) implements LoadablePropertiesSource {
    @Override
    public String getName() {
      return "elastauth";
    }

    @Override
    public String getProperty(String name) {
      return environment.getProperty(name);
    }

    @Override
    public Properties loadProperties() {
      return loadProperties(name -> true);
    }

    @Override
    public Properties loadProperties(Predicate<String> filter) {
      Properties properties = new Properties();
      environment.getPropertySources().stream()
          .filter(EnumerablePropertySource.class::isInstance)
          .map(EnumerablePropertySource.class::cast)
          .forEach(
              source -> {
                for (String name : source.getPropertyNames()) {
                  if (filter.test(name)) {
                    properties.setProperty(name, environment.getProperty(name, ""));
                  }
                }
              });
      return properties;
    }

    @Override
    public void reloadProperties(String location) {
      // settings do not change
    }
  }

  /** Does what Spring Boot's runner does before and after the routes. */
  private static final class Lifecycle extends LifecycleStrategySupport {
    private static final long LONGEST_STOP_MINUTES = 1;

    private final ConfigurableApplicationContext beans;
    private final AtomicBoolean closing = new AtomicBoolean();
    private final CountDownLatch stopped = new CountDownLatch(1);

    Lifecycle(ConfigurableApplicationContext beans) {
      this.beans = beans;
    }

    @Override
    public void onContextInitializing(CamelContext context) {
      beans
          .getBeansOfType(CamelContextConfiguration.class)
          .values()
          .forEach(each -> each.beforeApplicationStart(context));
    }

    @Override
    public void onContextStarted(CamelContext context) {
      beans
          .getBeansOfType(CamelContextConfiguration.class)
          .values()
          .forEach(each -> each.afterApplicationStart(context));
      // Camel Main stops in its main thread, for which a JVM that receives SIGTERM does not wait
      Runtime.getRuntime().addShutdownHook(new Thread(this::awaitStop, "await-stop"));
    }

    private void awaitStop() {
      try {
        stopped.await(LONGEST_STOP_MINUTES, TimeUnit.MINUTES);
      } catch (InterruptedException ending) {
        Thread.currentThread().interrupt();
      }
    }

    /**
     * Drains the server, then stops the routes, then the beans. That stop of the routes calls this
     * again, and must not let the process end before the beans have stopped.
     */
    @Override
    public void onContextStopping(CamelContext context) {
      if (closing.compareAndSet(false, true)) {
        try {
          beans.close();
        } finally {
          stopped.countDown();
        }
      }
    }
  }

  /** The place of the routes in the order in which Spring stops its beans: after the server. */
  private record Routes(CamelContext context) implements SmartLifecycle {
    @Override
    public void start() {
      // Camel Main starts them
    }

    @Override
    public void stop() {
      context.stop();
    }

    @Override
    public boolean isRunning() {
      return !context.isStopped();
    }

    @Override
    public int getPhase() {
      return Integer.MAX_VALUE - 1;
    }
  }
}
