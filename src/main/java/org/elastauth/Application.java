package org.elastauth;

import org.apache.camel.CamelContext;
import org.apache.camel.spring.boot.CamelAutoConfiguration;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.ComponentScan;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/** The gateway: all beans of its packages. The routes are in routes/. */
@SpringBootConfiguration(proxyBeanMethods = false)
@Import(SharedBeans.class)
// the scan reads each class that it finds, and a start uses none of these
@ComponentScan(
    resourcePattern = "{room:(?!command|doctor|explain|migrate|rotation)[a-z]+}/**/*.class")
public class Application {
  /** Camel Main brings its own CamelContext. */
  @Configuration(proxyBeanMethods = false)
  @ConditionalOnMissingBean(CamelContext.class)
  @ImportAutoConfiguration(CamelAutoConfiguration.class)
  static class CamelInSpringBoot {}
}
