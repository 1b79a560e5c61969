package org.elastauth.oidc.token;

import io.vertx.core.http.HttpServerRequest;
import java.util.List;
import org.apache.camel.Exchange;
import org.elastauth.http.HttpError;
import org.elastauth.oidc.BearerChallenge;
import org.springframework.context.annotation.Description;
import org.springframework.context.annotation.Lazy;
import org.springframework.stereotype.Component;

/** The token that a proxy sends in a header of its own, signed by the proxy. */
@Lazy
@Component("token")
@Description("The signed token of a proxy, such as Cloudflare Access.")
public final class SignedHeader {
  private final BearerToken tokens;

  SignedHeader(BearerToken tokens) {
    this.tokens = tokens;
  }

  /**
   * Sets the exchange property {@code identity} or {@code token}, as {@link BearerToken} does.
   *
   * @throws HttpError 400 if there are several headers, 401 if there is none
   */
  @Description(
      "Reads the JWT of this header. Sets the property identity if it was verified within the last minute; else the"
          + " property token, which direct:identity-oidc-token verifies by the settings oidc.*. A request without the"
          + " header receives 401.")
  public void fromHeader(String name, Exchange exchange) {
    HttpServerRequest request = (HttpServerRequest) exchange.getProperty("request");
    List<String> values = request.headers().getAll(name);
    if (values.isEmpty() || values.get(0).isBlank()) {
      throw BearerChallenge.missing();
    }
    if (values.size() > 1) {
      throw HttpError.malformed(
          "malformed identity: the header " + name + " is there more than once");
    }
    tokens.find(exchange, values.get(0).strip(), TokenUse.ACCESS, false);
  }
}
