package org.elastauth.startup;

import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.impl.DefaultCamelContext;
import org.elastauth.SharedBeans;
import org.springframework.boot.LazyInitializationBeanFactoryPostProcessor;
import org.springframework.boot.convert.ApplicationConversionService;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.AnnotationConfigUtils;

/**
 * The beans of the gateway for a command, each created when it is needed. There is neither Camel
 * nor a server, so that a command takes a fraction of a start.
 */
public final class CommandBeans implements AutoCloseable {
  /** Without listeners and lifecycles, for which Spring creates beans. */
  private static final class Passive extends AnnotationConfigApplicationContext {
    @Override
    protected void registerListeners() {}

    @Override
    protected void finishRefresh() {}
  }

  private static final String ROOT = SharedBeans.class.getPackageName() + ".";

  private final Passive context = new Passive();

  /**
   * @param configuration without faults
   * @param packages of the beans; the fewer, the less time it takes
   */
  public CommandBeans(LoadedConfiguration configuration, String... packages) {
    context.setEnvironment(configuration.environment());
    context.getBeanFactory().setConversionService(ApplicationConversionService.getSharedInstance());
    SettingsLoader.register(configuration.check(), context.getBeanFactory());
    // for its thread pools; it is never started
    context.registerBean(CamelContext.class, () -> new DefaultCamelContext());
    context.register(SharedBeans.class);
    context.scan(Stream.of(packages).map(name -> ROOT + name).toArray(String[]::new));
    // looks at the methods of all beans
    context.removeBeanDefinition(AnnotationConfigUtils.EVENT_LISTENER_PROCESSOR_BEAN_NAME);
    context.addBeanFactoryPostProcessor(new LazyInitializationBeanFactoryPostProcessor());
    context.refresh();
  }

  public <T> T get(Class<T> type) {
    return context.getBean(type);
  }

  public <T> T get(String name, Class<T> type) {
    return context.getBean(name, type);
  }

  @Override
  public void close() {
    context.close();
  }
}
