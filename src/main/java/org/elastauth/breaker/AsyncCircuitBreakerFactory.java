package org.elastauth.breaker;

import org.apache.camel.NamedNode;
import org.apache.camel.Processor;
import org.apache.camel.Route;
import org.apache.camel.component.resilience4j.ResilienceProcessor;
import org.apache.camel.processor.DefaultProcessorFactory;
import org.springframework.stereotype.Component;

/**
 * Makes every {@code circuitBreaker} in the routes asynchronous that names a breaker. One without,
 * as the operator's route may have, is Camel's. Camel 4.22 has {@code
 * resilience4jConfiguration.asynchronous} (CAMEL-24209); an upgrade replaces this package.
 */
@Component
final class AsyncCircuitBreakerFactory extends DefaultProcessorFactory {
  @Override
  public Processor createProcessor(Route route, NamedNode definition) throws Exception {
    Processor made = super.createProcessor(route, definition);
    return made instanceof ResilienceProcessor camels && camels.getCircuitBreaker() != null
        ? new AsyncCircuitBreaker(camels)
        : made;
  }
}
