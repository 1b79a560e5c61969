package org.elastauth.ratelimit;

import org.apache.camel.AsyncCallback;
import org.apache.camel.AsyncProducer;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.support.AsyncProcessorSupport;

/**
 * Counts by the operator's route, {@code direct:rate-limit-NAME-count}. The packaged adapters are
 * beans without a route, because each request is counted.
 */
public final class RouteRateLimiter extends AsyncProcessorSupport {
  private final String endpoint;
  private AsyncProducer producer;

  /**
   * @param store its name
   */
  public RouteRateLimiter(String store) {
    this.endpoint = "direct:rate-limit-" + store + "-count";
  }

  @Override
  public boolean process(Exchange exchange, AsyncCallback callback) {
    try {
      return producer(exchange.getContext()).process(exchange, callback);
    } catch (Exception failure) {
      exchange.setException(failure);
      callback.done(true);
      return true;
    }
  }

  private synchronized AsyncProducer producer(CamelContext context) throws Exception {
    if (producer == null) {
      producer = context.getEndpoint(endpoint).createAsyncProducer();
      producer.start();
    }
    return producer;
  }
}
