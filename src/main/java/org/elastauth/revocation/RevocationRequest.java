package org.elastauth.revocation;

import io.netty.handler.codec.http.QueryStringDecoder;
import io.vertx.core.http.HttpServerRequest;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.elastauth.http.HttpError;
import org.elastauth.identity.IdentityRules;
import org.springframework.stereotype.Component;

/**
 * Reads the request of a revocation: sets the exchange properties {@code identity}, with the
 * username only, and {@code revocation}.
 */
@Component("revocationRequest")
public final class RevocationRequest implements Processor {
  private static final String DISABLE = "disable";
  private static final String API_KEYS = "api_keys";
  private static final String RELEASE = "release";

  private final Clock clock;

  public RevocationRequest(Clock clock) {
    this.clock = clock;
  }

  /**
   * @throws HttpError 400 for an invalid username or an unknown parameter: a misspelt {@code
   *     disable} must not be ignored
   */
  @Override
  public void process(Exchange exchange) {
    HttpServerRequest request = (HttpServerRequest) exchange.getProperty("request");
    String path = request.path();
    String name = decoded(path.substring(path.lastIndexOf('/') + 1));
    exchange.setProperty(
        "identity", IdentityRules.identity(name, "", "", List.of(), clock.millis() / 1000));
    Map<String, List<String>> query = query(request.query());
    for (String parameter : query.keySet()) {
      if (!Set.of(DISABLE, API_KEYS, RELEASE).contains(parameter)) {
        throw HttpError.malformed(
            "malformed query: the only parameters are disable, api_keys and release");
      }
    }
    exchange.setProperty(
        "revocation",
        new Revocation(isOn(query, DISABLE), isOn(query, API_KEYS), isOn(query, RELEASE)));
  }

  /** In a path, unlike in a query, a plus sign is not a space. */
  private static String decoded(String segment) {
    try {
      return URLDecoder.decode(segment.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException malformed) {
      throw HttpError.malformed("malformed username: it is not percent-encoded");
    }
  }

  private static Map<String, List<String>> query(String text) {
    try {
      return text == null
          ? Map.of()
          : new QueryStringDecoder(text, StandardCharsets.UTF_8, false).parameters();
    } catch (IllegalArgumentException malformed) {
      throw HttpError.malformed("malformed query: it is not percent-encoded");
    }
  }

  private static boolean isOn(Map<String, List<String>> query, String parameter) {
    List<String> values = query.getOrDefault(parameter, List.of("false"));
    if (values.size() != 1 || !values.get(0).equals("true") && !values.get(0).equals("false")) {
      throw HttpError.malformed("malformed query: " + parameter + " must be true or false");
    }
    return values.get(0).equals("true");
  }
}
