package org.elastauth.editor;

import io.vertx.core.http.HttpServerRequest;
import java.time.Clock;
import java.util.Collection;
import org.apache.camel.Exchange;
import org.elastauth.http.HttpError;
import org.elastauth.identity.AutheliaHeaders;
import org.elastauth.identity.Identity;
import org.elastauth.identity.IdentityRules;
import org.elastauth.identity.OptionalFields;
import org.springframework.context.annotation.Description;
import org.springframework.stereotype.Component;

/** Makes the property {@code identity} of a request, within the rules of all identities. */
@Component("identity")
@Description("Sets the property identity, after the checks that every identity passes.")
public final class IdentityParts {
  private final AutheliaHeaders headers;
  private final OptionalFields fields;
  private final Clock clock;

  public IdentityParts(AutheliaHeaders headers, OptionalFields fields, Clock clock) {
    this.headers = headers;
    this.fields = fields;
    this.clock = clock;
  }

  /**
   * @param groups null for none, and so are the next two
   * @throws HttpError 400 malformed, 401 no identity, 403 from a peer that is not trusted
   */
  @Description(
      "From these headers of a trusted proxy: username, groups, email, full name; the last three may be left out. A"
          + " request without username receives 401, one from another address 403.")
  public void fromHeaders(
      String username, String groups, String email, String fullName, Exchange exchange) {
    HttpServerRequest request = (HttpServerRequest) exchange.getProperty("request");
    exchange.setProperty("identity", headers.read(request, username, groups, email, fullName));
  }

  /**
   * By name, because Camel removes quotation marks around a value in the place of a parameter, and
   * with them the difference between two users.
   *
   * @param groups null for none, and so are the next two
   * @throws HttpError 400 malformed, 401 no identity
   */
  @Description(
      "From the properties of these names: username, groups (a list, or one text with authelia.group_separator),"
          + " email, full name; the last three may be left out. Without a username, the request receives 401.")
  public void fromProperties(
      String username, String groups, String email, String fullName, Exchange exchange) {
    String name = text(exchange, username);
    if (name.isBlank()) {
      throw HttpError.unidentified();
    }
    Identity identity =
        IdentityRules.identity(
            name,
            text(exchange, email),
            text(exchange, fullName),
            groups(exchange, groups),
            clock.millis() / 1000,
            fields);
    exchange.setProperty("identity", identity);
  }

  private static String text(Exchange exchange, String property) {
    String text = property == null ? null : exchange.getProperty(property, String.class);
    return text == null ? "" : text;
  }

  /** Null for a login that says nothing of groups. */
  private Collection<?> groups(Exchange exchange, String property) {
    Object value = property == null ? null : exchange.getProperty(property);
    return value == null || value instanceof Collection<?>
        ? (Collection<?>) value
        : headers.split(text(exchange, property));
  }
}
