package org.elastauth.http;

import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.springframework.stereotype.Component;

/** The HTTP contract: the file {@code openapi.yaml}, and a page that is made from it. */
@Component("contract")
public final class Contract {
  /** The address of the page, with the query that asks for the file. */
  static final String OPENAPI = "/elastauth/docs?openapi";

  private static final String QUERY = OPENAPI.substring(OPENAPI.indexOf('?') + 1);

  /** Sets the body and its type. */
  public void read(@ExchangeProperty("request") HttpServerRequest request, Exchange exchange) {
    boolean openapi = QUERY.equals(request.query());
    exchange
        .getMessage()
        .setHeader(
            Exchange.CONTENT_TYPE, openapi ? "application/yaml" : "text/html; charset=utf-8");
    exchange.getMessage().setBody(resource(openapi ? "/openapi.yaml" : "/docs.html"));
  }

  private static byte[] resource(String name) {
    try (InputStream in = Contract.class.getResourceAsStream(name)) {
      return in.readAllBytes();
    } catch (IOException damagedJar) {
      throw new UncheckedIOException(damagedJar);
    }
  }
}
