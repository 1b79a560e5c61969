package org.elastauth.http;

import org.apache.camel.Exchange;
import org.apache.camel.Message;

/**
 * A redirect: the status 302, {@code Location} and {@code Set-Cookie}.
 *
 * @param message for clients other than browsers
 * @param location absolute URL
 * @param cookie the value of Set-Cookie
 */
public record Redirect(String message, String location, String cookie) {
  private static final int FOUND = 302;

  /** Only {@code marshal}, and {@code stop} if needed, follow this step. */
  public void respond(Message out) {
    out.setHeader(Exchange.HTTP_RESPONSE_CODE, FOUND);
    out.setHeader("Cache-Control", "no-store");
    out.setHeader("Location", location);
    out.setHeader("Set-Cookie", cookie);
    out.setBody(ErrorBody.of(message, FOUND));
  }
}
