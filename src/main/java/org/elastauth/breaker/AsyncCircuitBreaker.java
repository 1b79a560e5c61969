package org.elastauth.breaker;

import static org.apache.camel.ExchangePropertyKey.CIRCUIT_BREAKER_RESPONSE_FROM_FALLBACK;
import static org.apache.camel.ExchangePropertyKey.CIRCUIT_BREAKER_RESPONSE_REJECTED;
import static org.apache.camel.ExchangePropertyKey.CIRCUIT_BREAKER_RESPONSE_SHORT_CIRCUITED;
import static org.apache.camel.ExchangePropertyKey.CIRCUIT_BREAKER_RESPONSE_STATE;
import static org.apache.camel.ExchangePropertyKey.CIRCUIT_BREAKER_RESPONSE_SUCCESSFUL_EXECUTION;
import static org.apache.camel.ExchangePropertyKey.EXCEPTION_CAUGHT;
import static org.apache.camel.ExchangePropertyKey.EXCEPTION_HANDLED;
import static org.apache.camel.ExchangePropertyKey.FAILURE_ENDPOINT;
import static org.apache.camel.ExchangePropertyKey.TO_ENDPOINT;
import static org.apache.camel.ExchangePropertyKey.TRY_ROUTE_BLOCK;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import java.util.List;
import org.apache.camel.AsyncCallback;
import org.apache.camel.AsyncProcessor;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.component.resilience4j.ResilienceProcessor;
import org.apache.camel.support.AsyncProcessorConverterHelper;
import org.apache.camel.support.ExchangeHelper;

/**
 * The {@code circuitBreaker} of camel-resilience4j, with the same properties and the same copy of
 * the exchange for its steps, but no thread waits for asynchronous steps. The steps must end by a
 * timeout of their own: there is no {@code timeoutEnabled} and no bulkhead.
 */
final class AsyncCircuitBreaker extends ResilienceProcessor {
  private final AsyncProcessor steps;

  /** Null without {@code onFallback}. */
  private final AsyncProcessor fallback;

  /**
   * @param camels provides the configuration of the route, and is not used otherwise
   */
  AsyncCircuitBreaker(ResilienceProcessor camels) {
    this(camels, camels.next());
    if (camels.isTimeoutEnabled() || camels.isBulkheadEnabled()) {
      throw new IllegalArgumentException("timeoutEnabled and bulkheadEnabled are not supported");
    }
    setDisabled(camels.isDisabled());
    setCircuitBreaker(camels.getCircuitBreaker());
    setCircuitBreakerRegistry(camels.getCircuitBreakerRegistry());
  }

  private AsyncCircuitBreaker(ResilienceProcessor camels, List<Processor> children) {
    super(
        camels.getCircuitBreaker().getCircuitBreakerConfig(),
        null,
        null,
        children.get(0),
        children.size() > 1 ? children.get(1) : null,
        false,
        null,
        null);
    this.steps = AsyncProcessorConverterHelper.convert(children.get(0));
    this.fallback =
        children.size() > 1 ? AsyncProcessorConverterHelper.convert(children.get(1)) : null;
  }

  /** Always asynchronous: the steps call back even when they return true. */
  @Override
  public boolean process(Exchange exchange, AsyncCallback callback) {
    // as in a doTry, so that the route's error handler does not act first
    exchange.setProperty(TRY_ROUTE_BLOCK, true);
    AsyncCallback done =
        ended -> {
          exchange.removeProperty(TRY_ROUTE_BLOCK);
          callback.done(false);
        };
    CircuitBreaker breaker = getCircuitBreaker();
    if (breaker.tryAcquirePermission()) {
      long began = breaker.getCurrentTimestamp();
      Exchange copy = ExchangeHelper.createCorrelatedCopy(exchange, false);
      // shared: the steps end before the route does, so a unit of work of their own adds only cost
      copy.getExchangeExtension().setUnitOfWork(exchange.getUnitOfWork());
      steps.process(copy, ended -> conclude(exchange, copy, began, done));
    } else {
      fallBack(exchange, done);
    }
    return false;
  }

  private void conclude(Exchange exchange, Exchange copy, long began, AsyncCallback done) {
    CircuitBreaker breaker = getCircuitBreaker();
    long took = breaker.getCurrentTimestamp() - began;
    Exception failure = copy.getException();
    if (failure != null) {
      breaker.onError(took, breaker.getTimestampUnit(), failure);
      exchange.setException(failure);
      fallBack(exchange, done);
      return;
    }
    breaker.onResult(took, breaker.getTimestampUnit(), exchange);
    ExchangeHelper.copyResults(exchange, copy);
    exchange.setProperty(CIRCUIT_BREAKER_RESPONSE_SUCCESSFUL_EXECUTION, true);
    exchange.setProperty(CIRCUIT_BREAKER_RESPONSE_FROM_FALLBACK, false);
    exchange.setProperty(CIRCUIT_BREAKER_RESPONSE_STATE, breaker.getState().name());
    done.done(false);
  }

  /** The exchange has an exception, unless the breaker is open. */
  private void fallBack(Exchange exchange, AsyncCallback done) {
    exchange.setProperty(CIRCUIT_BREAKER_RESPONSE_STATE, getCircuitBreaker().getState().name());
    exchange.setProperty(CIRCUIT_BREAKER_RESPONSE_SUCCESSFUL_EXECUTION, false);
    exchange.setProperty(CIRCUIT_BREAKER_RESPONSE_FROM_FALLBACK, fallback != null);
    exchange.setProperty(CIRCUIT_BREAKER_RESPONSE_SHORT_CIRCUITED, true);
    if (fallback == null) {
      exchange.setProperty(CIRCUIT_BREAKER_RESPONSE_REJECTED, true);
      done.done(false);
      return;
    }
    if (exchange.getProperty(FAILURE_ENDPOINT) == null) {
      exchange.setProperty(FAILURE_ENDPOINT, exchange.getProperty(TO_ENDPOINT));
    }
    // the route continues after the fallback
    exchange.setProperty(EXCEPTION_HANDLED, true);
    exchange.setProperty(EXCEPTION_CAUGHT, exchange.getException());
    exchange.setRouteStop(false);
    exchange.setException(null);
    exchange.getExchangeExtension().setRedeliveryExhausted(false);
    fallback.process(exchange, done);
  }
}
