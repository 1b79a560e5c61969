package org.elastauth.credential;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.camel.Exchange;
import org.elastauth.http.HeaderText;
import org.elastauth.http.ResponseSettings;
import org.elastauth.identity.Identity;
import org.elastauth.identity.RoleMapping;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * Sets the headers of {@code response.headers}, by default none. A header without a value is sent
 * empty: without it, some proxies would pass on the header that the client has sent.
 */
@Component
final class ResponseHeaders {
  private static final Logger LOG = LoggerFactory.getLogger(ResponseHeaders.class);

  /** Proxies refuse an answer with long headers; nginx reads 4 KiB by default. */
  private static final int MAX_BYTES = 2_048;

  private final List<Map.Entry<String, String>> headers;
  private final RoleMapping mapping;

  ResponseHeaders(ResponseSettings settings, RoleMapping mapping) {
    this.headers = List.copyOf(settings.headers().entrySet());
    this.mapping = mapping;
  }

  void set(Exchange exchange) {
    for (int i = 0; i < headers.size(); i++) {
      String name = headers.get(i).getKey();
      String value = HeaderText.write(value(exchange, headers.get(i).getValue()));
      if (value.length() > MAX_BYTES) {
        LOG.debug("The header {} is longer than {} bytes and is sent empty", name, MAX_BYTES);
        value = "";
      }
      exchange.getMessage().setHeader(name, value);
    }
  }

  private String value(Exchange exchange, String property) {
    Identity identity = (Identity) exchange.getProperty("identity");
    return switch (property) {
      case "username" -> identity.username();
      case "email" -> identity.email();
      case "full_name" -> identity.fullName();
      case "groups" -> joined(identity.groups());
      case "roles" -> joined(mapping.of(identity));
      default -> own(exchange.getProperty(property), exchange);
    };
  }

  private static String own(Object value, Exchange exchange) {
    if (value == null) {
      return "";
    }
    return value instanceof Collection<?> several
        ? joined(several)
        : exchange.getContext().getTypeConverter().convertTo(String.class, exchange, value);
  }

  /** Without texts that have a comma: one group must not be read as two. */
  private static String joined(Collection<?> texts) {
    return texts.stream()
        .map(String::valueOf)
        .filter(text -> text.indexOf(',') < 0)
        .collect(Collectors.joining(","));
  }
}
