package org.elastauth.identity;

import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpServerRequest;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.camel.Exchange;
import org.apache.camel.component.platform.http.vertx.HttpMessage;
import org.elastauth.config.Settings;
import org.elastauth.http.Refusal;
import org.springframework.stereotype.Component;

/**
 * The identity that Authelia's forwarded headers carry (Remote-User and its kin). It is read from
 * the HTTP request itself: message headers could come from a query parameter or a form.
 */
@Component("autheliaHeaders")
public final class AutheliaHeaders {
  private static final Pattern COMMA = Pattern.compile(",");

  private final Settings.Authelia names;
  private final TrustedProxies trustedProxies;
  private final Set<String> whitelist;
  private final boolean whitelisted;
  private final Clock clock;

  public AutheliaHeaders(Settings settings, Clock clock) {
    this.names = settings.authelia();
    this.trustedProxies = new TrustedProxies(settings.trustedProxies());
    this.whitelisted = settings.enableGroupWhitelist();
    this.whitelist = Set.copyOf(settings.groupWhitelist());
    this.clock = clock;
  }

  /**
   * @throws Refusal 400 malformed, 401 no identity, 403 from a peer that is not trusted or with a
   *     group outside the whitelist
   */
  public Identity read(Exchange exchange) {
    HttpServerRequest request = exchange.getMessage(HttpMessage.class).getRequest();
    MultiMap headers = request.headers();
    String username = one(headers, names.headerUsername());
    String groups = one(headers, names.headerGroups());
    String email = one(headers, names.headerEmail());
    String fullName = one(headers, names.headerName());
    if (username == null && groups == null && email == null && fullName == null) {
      throw Refusal.unidentified();
    }
    if (!trustedProxies.contains(request.remoteAddress().hostAddress())) {
      throw Refusal.forbidden("identity headers are not accepted from this address");
    }
    if (username == null || username.isBlank()) {
      throw Refusal.unidentified();
    }
    Identity identity =
        IdentityRules.identity(
            utf8(username, names.headerUsername()),
            email == null ? "" : utf8(email, names.headerEmail()),
            fullName == null ? "" : utf8(fullName, names.headerName()),
            groups == null ? List.of() : split(utf8(groups, names.headerGroups())),
            clock.millis() / 1000);
    if (whitelisted && !whitelist.containsAll(identity.groups())) {
      throw Refusal.forbidden("a group of this user is not on the whitelist");
    }
    return identity;
  }

  private static Collection<String> split(String groups) {
    return groups.isEmpty() ? List.of() : List.of(COMMA.split(groups));
  }

  private static String one(MultiMap headers, String name) {
    String first = headers.get(name);
    if (first != null && headers.getAll(name).size() > 1) {
      throw Refusal.malformed(
          "malformed identity: the header " + name + " is there more than once");
    }
    return first;
  }

  /** Netty hands each byte of a header over as one char; what the proxy sent is UTF-8. */
  private static String utf8(String bytes, String name) {
    for (int i = 0; i < bytes.length(); i++) {
      if (bytes.charAt(i) >= 0x80) {
        return decode(bytes, name);
      }
    }
    return bytes;
  }

  private static String decode(String bytes, String name) {
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(bytes.getBytes(StandardCharsets.ISO_8859_1)))
          .toString();
    } catch (CharacterCodingException malformed) {
      throw Refusal.malformed("malformed identity: the header " + name + " is not UTF-8");
    }
  }
}
