package org.elastauth.routes;

import java.util.regex.Pattern;
import org.apache.camel.CamelContext;
import org.apache.camel.RuntimeCamelException;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.impl.engine.DefaultClassResolver;
import org.apache.camel.impl.engine.DefaultInjector;
import org.apache.camel.spi.Resource;
import org.apache.camel.spi.ResourceLoader;
import org.apache.camel.support.service.ServiceSupport;

/**
 * A Camel for the values of a file that is only checked. Plain values reach it and nothing else;
 * should another one come through, it reads no file or URL and creates only objects of Camel.
 */
final class Sandbox {
  /** Numbers, times, names and lists of them: no reference, resource, URL or call. */
  private static final Pattern PLAIN =
      Pattern.compile("[\\w., *+/-]{0,200}|\\d[\\d:. TZ+-]{0,60}", Pattern.UNICODE_CHARACTER_CLASS);

  private static final Pattern CLASSES =
      Pattern.compile(
          "org\\.(apache\\.camel|elastauth)\\..*|java\\.[\\w.]*(Exception|Error|Throwable)"
              + "|java\\.lang\\.(Boolean|Byte|Character|Double|Float|Integer|Long|Object|Short|String)");

  /** What a checked file asks for and only a start may do. */
  static final class Refused extends RuntimeCamelException {
    private static final long serialVersionUID = 1L;

    Refused(String what) {
      super(what);
    }
  }

  private Sandbox() {}

  static boolean isPlain(String text) {
    return PLAIN.matcher(text).matches();
  }

  static DefaultCamelContext camel() {
    DefaultCamelContext context = new DefaultCamelContext(false);
    context.disableJMX();
    context.setClassResolver(new Classes(context));
    context.setInjector(new Objects(context));
    context.getCamelContextExtension().addContextPlugin(ResourceLoader.class, new Resources());
    context.build();
    return context;
  }

  private static final class Classes extends DefaultClassResolver {
    Classes(CamelContext context) {
      super(context);
    }

    @Override
    protected Class<?> loadClass(String name, ClassLoader loader) {
      if (name != null && name.contains(".") && !CLASSES.matcher(name).matches()) {
        throw new Refused(name);
      }
      return super.loadClass(name, loader);
    }
  }

  private static final class Objects extends DefaultInjector {
    Objects(CamelContext context) {
      super(context);
    }

    private static void require(Class<?> type) {
      if (!type.getName().startsWith("org.apache.camel.")) {
        throw new Refused(type.getName());
      }
    }

    @Override
    public <T> T newInstance(Class<T> type) {
      require(type);
      return super.newInstance(type);
    }

    @Override
    public <T> T newInstance(Class<T> type, boolean postProcess) {
      require(type);
      return super.newInstance(type, postProcess);
    }

    @Override
    public <T> T newInstance(Class<T> type, String factoryMethod) {
      throw new Refused(type.getName());
    }

    @Override
    public <T> T newInstance(Class<T> type, Class<?> factory, String factoryMethod) {
      throw new Refused(type.getName());
    }
  }

  private static final class Resources extends ServiceSupport implements ResourceLoader {
    private CamelContext context;

    @Override
    public Resource resolveResource(String location) {
      throw new Refused(location);
    }

    @Override
    public CamelContext getCamelContext() {
      return context;
    }

    @Override
    public void setCamelContext(CamelContext camelContext) {
      context = camelContext;
    }
  }
}
