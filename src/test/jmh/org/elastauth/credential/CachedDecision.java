package org.elastauth.credential;

import com.github.benmanes.caffeine.cache.Ticker;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.elastauth.crypto.SecretKeys;
import org.elastauth.http.Decisions;
import org.elastauth.identity.Identity;
import org.elastauth.identity.IdentityRules;
import org.elastauth.net.TrustedProxies;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** The pieces that a request with a cached credential comes by, one by one. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class CachedDecision {
  private static final String USER = "john.doe";
  private static final String EMAIL = "john.doe@example.org";
  private static final String NAME = "John Doe";
  private static final List<String> GROUPS = List.of("developers", "admins", "team-1");

  private final Identity identity = IdentityRules.identity(USER, EMAIL, NAME, GROUPS, 0);
  private final CacheKey cacheKey = new CacheKey("elastauth-");
  private final SealedCredentials sealed =
      new SealedCredentials(new SecretKeys(List.of(SecretKeys.generate()), ""));
  private final Credential credential =
      new Credential(
          USER,
          "JX2EF9MVcggfUrzpT5EDuHl0vPqBWSJ2",
          new Window(1_768_469_664, 1_768_473_264),
          1,
          0,
          Fingerprint.of(identity));
  private final String key = cacheKey.of(USER);
  private final String entry = sealed.seal(key, credential);
  private final GrantAccess grantAccess = 
      new GrantAccess(
          new Decisions(
              new SimpleMeterRegistry(), new TrustedProxies(List.of()), Ticker.systemTicker()));
  private final Exchange exchange = new DefaultExchange(new DefaultCamelContext());

  @Benchmark
  public Identity identity() {
    return IdentityRules.identity(USER, EMAIL, NAME, GROUPS, 0);
  }

  @Benchmark
  public String cacheKey() {
    return cacheKey.of(USER);
  }

  @Benchmark
  public Credential open() {
    return sealed.open(USER, key, entry);
  }

  @Benchmark
  public Fingerprint fingerprint() {
    return Fingerprint.of(identity);
  }

  @Benchmark
  public String authorization() {
    return credential.authorization();
  }

  @Benchmark
  public Object grantAccess() {
    exchange.getMessage().setBody(credential);
    grantAccess.process(exchange);
    return exchange.getMessage().getBody();
  }
}
