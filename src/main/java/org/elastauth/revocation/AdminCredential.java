package org.elastauth.revocation;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.List;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.elastauth.crypto.Sha256;
import org.elastauth.http.HttpError;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/** Rejects requests without {@code admin.credential} as bearer token (RFC 6750). */
@Component("adminCredential")
public final class AdminCredential implements Processor {
  private static final Logger LOG = LoggerFactory.getLogger(AdminCredential.class);
  private static final String SCHEME = "Bearer ";
  private static final String CHALLENGE = "Bearer realm=\"elastauth\"";

  /** Null: every request is rejected. */
  private final byte[] expected;

  private final MeterRegistry meters;

  /** Peers logged within the last minute. */
  private final Cache<String, Boolean> logged =
      Caffeine.newBuilder()
          .executor(Runnable::run)
          .maximumSize(100)
          .expireAfterWrite(Duration.ofMinutes(1))
          .build();

  public AdminCredential(AdminSettings admin, MeterRegistry meters) {
    this.expected =
        admin.enabled() && !admin.credential().isEmpty() ? hash(admin.credential()) : null;
    this.meters = meters;
  }

  @Override
  public void process(Exchange exchange) {
    HttpServerRequest request = (HttpServerRequest) exchange.getProperty("request");
    List<String> values = request.headers().getAll(HttpHeaders.AUTHORIZATION);
    String value = values.size() == 1 ? values.get(0) : "";
    if (!value.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
      throw refusal(request, CHALLENGE);
    }
    // comparing hashes does not leak where the credentials differ
    byte[] actual = hash(value.substring(SCHEME.length()).trim());
    if (expected == null || !MessageDigest.isEqual(expected, actual)) {
      throw refusal(request, CHALLENGE + ", error=\"invalid_token\"");
    }
  }

  private HttpError refusal(HttpServerRequest request, String challenge) {
    meters.counter("elastauth.admin.refusals").increment();
    String peer = request.remoteAddress().hostAddress();
    if (logged.asMap().putIfAbsent(peer, Boolean.TRUE) == null) {
      LOG.atWarn()
          .addKeyValue("peer", peer)
          .log(
              "Refused: an administration request without a valid admin.credential; logged once a minute");
    }
    return HttpError.unauthorized("the administrator's credential is missing or wrong", challenge);
  }

  private static byte[] hash(String text) {
    return Sha256.hex(text).getBytes(StandardCharsets.US_ASCII);
  }
}
