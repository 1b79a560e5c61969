package org.elastauth.http;

import org.apache.camel.Exchange;
import org.apache.camel.Message;

/**
 * A response that sends a browser to another page: the status 302, {@code Location} and {@code
 * Set-Cookie}.
 *
 * @param message for clients that are no browser
 * @param location absolute URL
 * @param cookie the value of Set-Cookie
 */
public record Redirect(String message, String location, String cookie) {
  private static final int FOUND = 302;

  /** A route's last step but {@code marshal}, and {@code stop} where others follow. */
  public void respond(Message out) {
    out.setHeader(Exchange.HTTP_RESPONSE_CODE, FOUND);
    out.setHeader("Cache-Control", "no-store");
    out.setHeader("Location", location);
    out.setHeader("Set-Cookie", cookie);
    out.setBody(ErrorBody.of(message, FOUND));
  }
}
