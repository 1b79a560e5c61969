package org.elastauth.identity;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.elastauth.http.HeaderText;
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
    HttpServerRequest request = (HttpServerRequest) exchange.getProperty("request");
    exchange.setProperty("identity", read(request, username, groups, email, fullName));
  }

  /**
   * The identity of these headers.
   *
   * @param groups null for none, and so are the next two
   * @throws HttpError as {@link #process}
   */
  public Identity read(
      HttpServerRequest request,
      CharSequence username,
      CharSequence groups,
      CharSequence email,
      CharSequence fullName) {
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
        username(name, username),
        address == null ? "" : HeaderText.read(address),
        title == null ? "" : HeaderText.read(title),
        groupList == null ? null : split(HeaderText.read(groupList)),
        clock.millis() / 1000,
        fields);
  }

  /** The groups of one text. */
  public Collection<String> split(String groups) {
    return groups.isEmpty() ? List.of() : List.of(groups.split(separator));
  }

  private static String single(MultiMap headers, CharSequence name) {
    if (name == null) {
      return null;
    }
    List<String> values = headers.getAll(name);
    if (values.size() > 1) {
      throw HttpError.malformed(
          "malformed identity: the header " + name + " is there more than once");
    }
    return values.isEmpty() ? null : values.get(0);
  }

  private static String username(String bytes, CharSequence header) {
    String name = HeaderText.read(bytes);
    if (name.indexOf(IdentityRules.UNDECODABLE) >= 0) {
      throw HttpError.malformed("malformed identity: the header " + header + " is not UTF-8");
    }
    return name;
  }
}
