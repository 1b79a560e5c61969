package org.elastauth.oidc.login;

import org.apache.camel.Exchange;
import org.apache.camel.Message;

/** The pages that the gateway itself shows to a browser. They contain nothing of a request. */
final class LoginPages {
  /**
   * The pages need no script, style, image or frame. There is no {@code form-action}: Chromium also
   * applies it to the redirects after the form, to the provider and to wherever that redirects.
   */
  private static final String POLICY =
      "default-src 'none'; base-uri 'none'; frame-ancestors 'none'";

  /**
   * The referrer policy precedes that of the proxy's headers. With {@code no-referrer}, browsers
   * send {@code Origin: null} with the form, as another site's form could.
   */
  private static final String PAGE =
      """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width">
      <meta name="referrer" content="same-origin">
      <title>TITLE</title>
      </head>
      <body>
      <h1>TITLE</h1>
      BODY
      </body>
      </html>
      """;

  private LoginPages() {}

  /**
   * @param body HTML, in which all values are escaped
   */
  static void show(Exchange exchange, String title, String body) {
    Message message = exchange.getMessage();
    message.setHeader(Exchange.HTTP_RESPONSE_CODE, 200);
    message.setHeader("Content-Type", "text/html; charset=utf-8");
    message.setHeader("Content-Security-Policy", POLICY);
    message.setHeader("Cache-Control", "no-store");
    message.setBody(PAGE.replace("TITLE", title).replace("BODY", body));
  }

  /** HTML of a link. */
  static String link(String url, String text) {
    return "<p><a href=\"" + escape(url) + "\">" + text + "</a></p>";
  }

  /** For the value of an attribute in quotation marks. */
  private static String escape(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;")
        .replace("'", "&#39;");
  }
}
