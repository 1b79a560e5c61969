package org.elastauth.revocation;

import com.github.benmanes.caffeine.cache.Ticker;
import io.github.bucket4j.TimeMeter;
import io.micrometer.core.instrument.Counter;
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
import org.elastauth.http.ClientAddress;
import org.elastauth.http.HttpError;
import org.elastauth.net.TrustedProxies;
import org.elastauth.ratelimit.MemoryRateLimiter;
import org.elastauth.ratelimit.RateLimitSettings;
import org.elastauth.ratelimit.ThrottledAddresses;
import org.elastauth.ratelimit.Verdict;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * Rejects requests without {@code admin.credential} as bearer token (RFC 6750). An address that
 * sent wrong credentials too often receives 429, even with the right one: otherwise guessing could
 * go on. Clients that are known only by the address of their trusted proxy share it, so there the
 * right one is accepted: one of them must not lock out the administrator. This does not depend on
 * {@code rate_limit.enabled}.
 */
@Component("adminCredential")
public final class AdminCredential implements Processor {
  static final int MAX_WRONG = 10;

  private static final Logger LOG = LoggerFactory.getLogger(AdminCredential.class);
  private static final String SCHEME = "Bearer ";
  private static final String CHALLENGE = "Bearer realm=\"elastauth\"";
  private static final RateLimitSettings GUESSES =
      new RateLimitSettings(true, MAX_WRONG, Duration.ofMinutes(1), "memory", "memory");

  /** Null: every request is rejected. */
  private final byte[] expected;

  private final Counter refusals;
  private final TrustedProxies proxies;
  private final MemoryRateLimiter guesses;
  private final ThrottledAddresses throttled;

  public AdminCredential(
      AdminSettings admin,
      MeterRegistry meters,
      TrustedProxies proxies,
      Ticker ticker,
      TimeMeter time) {
    this.expected =
        admin.enabled() && !admin.credential().isEmpty() ? hash(admin.credential()) : null;
    this.refusals =
        Counter.builder("elastauth.admin.refusals")
            .description("Requests without the administrator's credential, or with a wrong one")
            .register(meters);
    this.proxies = proxies;
    this.guesses = new MemoryRateLimiter(GUESSES, ticker, time);
    this.throttled = new ThrottledAddresses(ticker);
  }

  /**
   * @throws HttpError 401 without the credential, 429 after too many wrong ones
   */
  @Override
  public void process(Exchange exchange) {
    HttpServerRequest request = (HttpServerRequest) exchange.getProperty("request");
    String client = ClientAddress.of(request, proxies);
    throttled.refuse(client);
    List<String> values = request.headers().getAll(HttpHeaders.AUTHORIZATION);
    String value = values.size() == 1 ? values.get(0) : "";
    if (!value.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
      throw refusal(CHALLENGE);
    }
    // comparing hashes does not leak where the credentials differ
    byte[] actual = hash(value.substring(SCHEME.length()).trim());
    if (expected == null || !MessageDigest.isEqual(expected, actual)) {
      count(client == null ? request.remoteAddress().hostAddress() : client);
      throw refusal(CHALLENGE + ", error=\"invalid_token\"");
    }
  }

  private void count(String client) {
    throttled.refuse(client);
    Verdict verdict = guesses.count(client);
    if (verdict.remaining() == 0) {
      throttled.add(client, Duration.ofMillis(verdict.resetMillis()));
      LOG.atWarn()
          .addKeyValue("client", client)
          .log("Too many wrong admin credentials from one address: it receives 429 for a minute");
    }
  }

  private HttpError refusal(String challenge) {
    refusals.increment();
    return HttpError.unauthorized("the administrator's credential is missing or wrong", challenge)
        .because("admin_credential");
  }

  private static byte[] hash(String text) {
    return Sha256.hex(text).getBytes(StandardCharsets.US_ASCII);
  }
}
