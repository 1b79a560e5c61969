package org.elastauth.oidc.provider;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import com.github.benmanes.caffeine.cache.Ticker;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.camel.CamelContext;
import org.apache.camel.builder.ThreadPoolProfileBuilder;
import org.apache.camel.util.concurrent.ThreadPoolRejectedPolicy;
import org.elastauth.http.HttpError;
import org.elastauth.oidc.OidcSettings;
import org.elastauth.oidc.TokenClaims;
import org.elastauth.oidc.provider.ProviderRequest.Kind;
import org.elastauth.redis.AsyncAnswer;
import org.elastauth.redis.RedisSettings;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.context.annotation.Lazy;
import org.springframework.stereotype.Component;

/**
 * The provider's responses in memory. Requests for the same response share one fetch, and wait for
 * it without a thread. While the provider is unreachable, its endpoints and keys stay valid for a
 * day, so that valid tokens are not rejected.
 */
@Lazy
@Component
final class ProviderResponseCache {
  /** The shortest time between two fetches of keys because of tokens that name an unknown key. */
  private static final Duration INTERVAL = Duration.ofSeconds(5);

  private static final Duration OUTAGE = Duration.ofDays(1);

  /** How long a request waits for a newer response where it has an older one. */
  private static final Duration REFRESH = Duration.ofSeconds(1);

  private static final Duration PAUSE = Duration.ofSeconds(1);

  private static final int USERINFO_THREADS = 8;
  private static final int USERINFO_QUEUE = 1_000;

  /** Endpoints and keys have threads of their own, so that they never queue behind userinfo. */
  private static final int DOCUMENT_THREADS = 2;

  private static final int WAITING = 10_000;

  /** Clients can make up tokens with unknown keys, and each of them waits for seconds. */
  private static final int WAITING_FOR_NEWER = 1_000;

  private static final int RESUMING = 4;
  private static final long CHARACTERS = 16 << 20;
  private static final int OVERHEAD = 500;

  private record Failure(long nanos, Throwable cause) {}

  private final Cache<String, ProviderResponse> known;
  private final Cache<String, Failure> failures =
      Caffeine.newBuilder()
          .executor(Runnable::run)
          .maximumSize(1_000)
          .expireAfterWrite(OUTAGE)
          .build();
  private final ConcurrentHashMap<String, CompletableFuture<ProviderResponse>> flights =
      new ConcurrentHashMap<>();
  private final Semaphore places = new Semaphore(WAITING);
  private final Semaphore placesForNewer = new Semaphore(WAITING_FOR_NEWER);
  private final ProviderHttp http;
  private final ProviderResponseParser parser;
  private final SharedProviderResponses shared;
  private final CircuitBreaker breaker;

  /** Clients can make up tokens that the userinfo endpoint fails on. */
  private final CircuitBreaker userinfoBreaker;

  private final ExecutorService userinfo;
  private final ExecutorService documents;
  private final ExecutorService resumed;
  private final Clock clock;
  private final Duration patience;

  /** When the keys were last fetched. */
  private volatile long keysFetched = System.nanoTime() - INTERVAL.toNanos();

  ProviderResponseCache(
      ProviderHttp http,
      ProviderResponseParser parser,
      SharedProviderResponses shared,
      @Qualifier("providerBreaker") CircuitBreaker breaker,
      @Qualifier("userinfoBreaker") CircuitBreaker userinfoBreaker,
      CamelContext context,
      OidcSettings oidcSettings,
      RedisSettings redis,
      Ticker ticker,
      Clock clock) {
    this.http = http;
    this.parser = parser;
    this.shared = shared;
    this.breaker = breaker;
    this.userinfoBreaker = userinfoBreaker;
    this.clock = clock;
    this.userinfo = pool(context, "userinfo", USERINFO_THREADS, USERINFO_QUEUE);
    this.documents = pool(context, "provider", DOCUMENT_THREADS, DOCUMENT_THREADS);
    // has room for all that wait, so that no request is rejected after it has waited
    this.resumed = pool(context, "provider-resume", RESUMING, WAITING + WAITING_FOR_NEWER);
    OidcSettings oidc = oidcSettings;
    this.patience =
        oidc.connectTimeout().plus(oidc.readTimeout()).plus(redis.readTimeout()).plus(INTERVAL);
    this.known =
        Caffeine.newBuilder()
            .executor(Runnable::run)
            .ticker(ticker)
            .maximumWeight(CHARACTERS)
            .weigher((String name, ProviderResponse said) -> OVERHEAD + said.text().length())
            .expireAfter(
                Expiry.<String, ProviderResponse>writing(
                    (name, said) ->
                        said.content() instanceof TokenClaims ? oidc.cache().userinfo() : OUTAGE))
            .build();
  }

  private ExecutorService pool(CamelContext context, String name, int threads, int queue) {
    return context
        .getExecutorServiceManager()
        .newThreadPool(
            this,
            name,
            new ThreadPoolProfileBuilder(name)
                .poolSize(threads)
                .maxPoolSize(threads)
                .maxQueueSize(queue)
                .rejectedPolicy(ThreadPoolRejectedPolicy.Abort)
                .build());
  }

  /** The content of the response. A stage that did not end at once ends on a thread for that. */
  <T> CompletableFuture<T> get(ProviderRequest request, Class<T> type) {
    ProviderResponse response = known.getIfPresent(request.name());
    if (response != null && isValid(response, request)) {
      return CompletableFuture.completedFuture(type.cast(response.content()));
    }
    // rejected keys will not do, and what userinfo said of a token may have changed
    T stale =
        response == null || !request.isShared() || request.isAboutOneToken()
            ? null
            : type.cast(response.content());
    Failure failure = failures.getIfPresent(flight(request));
    if (failure != null && System.nanoTime() - failure.nanos < PAUSE.toNanos()) {
      return ended(stale, failure.cause);
    }
    Semaphore mine = request.isShared() ? places : placesForNewer;
    if (!mine.tryAcquire()) {
      return ended(stale, tooMany());
    }
    CompletableFuture<ProviderResponse> flight = join(request);
    if (stale != null && failure != null) {
      mine.release();
      return ended(stale, null); // the provider has been unreachable for a while
    }
    CompletableFuture<T> content = new CompletableFuture<>();
    flight
        .orTimeout((stale == null ? patience : REFRESH).toMillis(), TimeUnit.MILLISECONDS)
        .whenCompleteAsync(
            (said, failed) -> {
              mine.release();
              end(content, failed == null ? type.cast(said.content()) : stale, failed);
            },
            resumed);
    return content;
  }

  private boolean isValid(ProviderResponse response, ProviderRequest request) {
    return request.isShared()
        ? clock.millis() / 1000 - response.at() < request.life().toSeconds()
        : response.content() != request.rejected();
  }

  private static <T> CompletableFuture<T> ended(T content, Throwable failure) {
    CompletableFuture<T> ended = new CompletableFuture<>();
    end(ended, content, failure);
    return ended;
  }

  /**
   * @param failure counts where there is no content
   */
  private static <T> void end(CompletableFuture<T> future, T content, Throwable failure) {
    if (content == null) {
      future.completeExceptionally(refusal(failure));
    } else {
      future.complete(content);
    }
  }

  private static Throwable refusal(Throwable failure) {
    Throwable cause = AsyncAnswer.cause(failure);
    if (cause instanceof RejectedExecutionException) {
      return tooMany();
    }
    return cause instanceof TimeoutException
        ? HttpError.unavailable("the identity provider takes too long; try again")
        : cause;
  }

  private static HttpError tooMany() {
    return new HttpError(429, "too many tokens at once; try again", 1);
  }

  private static String flight(ProviderRequest request) {
    return request.isShared() ? request.name() : "newer " + request.name();
  }

  /** A future of this request's own, so that its timeout does not end the others' wait. */
  private CompletableFuture<ProviderResponse> join(ProviderRequest request) {
    CompletableFuture<ProviderResponse> mine = new CompletableFuture<>();
    CompletableFuture<ProviderResponse> flight = flights.putIfAbsent(flight(request), mine);
    if (flight != null) {
      return flight.copy();
    }
    CompletableFuture<ProviderResponse> copy = mine.copy();
    long wait = keysFetched + INTERVAL.toNanos() - System.nanoTime();
    if (request.isShared() || wait <= 0) {
      fetch(request, mine);
    } else {
      CompletableFuture.delayedExecutor(wait, TimeUnit.NANOSECONDS, Runnable::run)
          .execute(() -> fetch(request, mine));
    }
    return copy;
  }

  private void fetch(ProviderRequest request, CompletableFuture<ProviderResponse> flight) {
    if (request.kind() == Kind.KEYS) {
      keysFetched = System.nanoTime();
    }
    CompletableFuture.completedFuture(request)
        .thenCompose(shared::get)
        .thenCompose(said -> said == null ? ask(request) : CompletableFuture.completedFuture(said))
        .whenComplete((said, failure) -> land(request, flight, said, failure));
  }

  private CompletionStage<ProviderResponse> ask(ProviderRequest request) {
    return CompletableFuture.supplyAsync(
            () -> waitForProvider(request), request.isAboutOneToken() ? userinfo : documents)
        .thenCompose(said -> shared.put(request, said));
  }

  private ProviderResponse waitForProvider(ProviderRequest request) {
    long asked = clock.millis();
    CircuitBreaker guard = request.isAboutOneToken() ? userinfoBreaker : breaker;
    try {
      // 401, 403 and 429 concern one token, and do not open the breaker for all
      return parser.read(guard.executeCallable(() -> http.send(request.http())), request, asked);
    } catch (HttpError unusable) {
      throw unusable;
    } catch (Exception unanswered) {
      throw parser.unavailable(unanswered, request);
    }
  }

  private void land(
      ProviderRequest request,
      CompletableFuture<ProviderResponse> flight,
      ProviderResponse said,
      Throwable failure) {
    if (failure == null) {
      failures.invalidate(flight(request));
      known.put(request.name(), said);
    } else {
      failures.put(flight(request), new Failure(System.nanoTime(), refusal(failure)));
    }
    flights.remove(flight(request), flight);
    if (failure == null) {
      flight.complete(said);
    } else {
      flight.completeExceptionally(refusal(failure));
    }
  }
}
