package org.elastauth.http;

import java.util.Set;
import org.apache.camel.Exchange;
import org.apache.camel.spi.HeaderFilterStrategy;
import org.springframework.stereotype.Component;

/**
 * A closed door for HTTP headers, both ways. Camel would make message headers of request headers,
 * query parameters and form fields, and response headers of message headers, so that a client could
 * plant one in the answer that a proxy then copies upstream. Here nothing comes in, and only what
 * the routes themselves set goes out.
 */
@Component("httpHeaders")
public final class HttpHeaders implements HeaderFilterStrategy {
  private static final Set<String> OUT = Set.of("Authorization", "Cache-Control", "Retry-After");

  @Override
  public boolean applyFilterToCamelHeaders(String name, Object value, Exchange exchange) {
    return !OUT.contains(name);
  }

  @Override
  public boolean applyFilterToExternalHeaders(String name, Object value, Exchange exchange) {
    return true;
  }
}
