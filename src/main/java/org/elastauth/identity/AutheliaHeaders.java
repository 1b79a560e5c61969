package org.elastauth.identity;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.elastauth.http.HttpError;
import org.elastauth.net.TrustedProxies;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * Reads the identity from Authelia's headers (Remote-User and others) of the HTTP request. Message
 * headers of Camel are not safe: they can come from query parameters or forms.
 */
@Component("autheliaHeaders")
public final class AutheliaHeaders implements Processor {
  private static final Logger LOG = LoggerFactory.getLogger(AutheliaHeaders.class);

  private final CharSequence username;
  private final CharSequence groups;
  private final CharSequence email;
  private final CharSequence fullName;
  private final OptionalFields fields;
  private final String separator;
  private final TrustedProxies trustedProxies;
  private final Clock clock;

  /** Peers that were logged within the last minute. */
  private final Cache<String, Boolean> logged =
      Caffeine.newBuilder()
          .executor(Runnable::run)
          .maximumSize(100)
          .expireAfterWrite(Duration.ofMinutes(1))
          .build();

  public AutheliaHeaders(
      AutheliaSettings settings,
      OptionalFields fields,
      TrustedProxies trustedProxies,
      Clock clock) {
    this.username = HttpHeaders.createOptimized(settings.headerUsername());
    this.groups = HttpHeaders.createOptimized(settings.headerGroups());
    this.email = HttpHeaders.createOptimized(settings.headerEmail());
    this.fullName = HttpHeaders.createOptimized(settings.headerName());
    this.fields = fields;
    this.separator = AutheliaSettings.pattern(settings.groupSeparator());
    this.trustedProxies = trustedProxies;
    this.clock = clock;
  }

  /**
   * Sets the property {@code identity}.
   *
   * @throws HttpError 400 malformed, 401 no identity, 403 from a peer that is not trusted
   */
  @Override
  public void process(Exchange exchange) {
    exchange.setProperty("identity", read((HttpServerRequest) exchange.getProperty("request")));
  }

  private Identity read(HttpServerRequest request) {
    MultiMap headers = request.headers();
    String name = single(headers, username);
    String groupList = single(headers, groups);
    String address = single(headers, email);
    String title = single(headers, fullName);
    if (name == null && groupList == null && address == null && title == null) {
      throw HttpError.unidentified();
    }
    String peer = request.remoteAddress().hostAddress();
    if (!trustedProxies.contains(peer)) {
      if (logged.asMap().putIfAbsent(peer, Boolean.TRUE) == null) {
        LOG.atWarn()
            .addKeyValue("peer", peer)
            .log(
                "Identity headers rejected: their sender is not in trusted_proxies; add it if it is your reverse"
                    + " proxy (logged once a minute per address)");
      }
      throw HttpError.forbidden("identity headers are not accepted from this address")
          .because("untrusted_peer");
    }
    if (name == null || name.isBlank()) {
      throw HttpError.unidentified();
    }
    return IdentityRules.identity(
        username(name),
        utf8(address),
        utf8(title),
        groupList == null ? null : split(utf8(groupList)),
        clock.millis() / 1000,
        fields);
  }

  private Collection<String> split(String groups) {
    return groups.isEmpty() ? List.of() : List.of(groups.split(separator));
  }

  private static String single(MultiMap headers, CharSequence name) {
    List<String> values = headers.getAll(name);
    if (values.size() > 1) {
      throw HttpError.malformed(
          "malformed identity: the header " + name + " is there more than once");
    }
    return values.isEmpty() ? null : values.get(0);
  }

  private String username(String bytes) {
    String name = utf8(bytes);
    if (name.indexOf(IdentityRules.UNDECODABLE) >= 0) {
      throw HttpError.malformed("malformed identity: the header " + username + " is not UTF-8");
    }
    return name;
  }

  /** Netty decodes headers as ISO 8859-1, but the proxy sends UTF-8. */
  private static String utf8(String bytes) {
    if (bytes == null) {
      return "";
    }
    for (int i = 0; i < bytes.length(); i++) {
      if (bytes.charAt(i) >= 0x80) {
        return new String(bytes.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
      }
    }
    return bytes;
  }
}
