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
import org.elastauth.config.HeapShare;
import org.elastauth.http.HttpError;
import org.elastauth.oidc.OidcSettings;
import org.elastauth.oidc.provider.ProviderRequest.Kind;
import org.elastauth.redis.AsyncAnswer;
import org.elastauth.redis.RedisSettings;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.context.annotation.Lazy;
import org.springframework.stereotype.Component;

/**
 * The provider's responses in memory. Requests for the same response share one fetch, and occupy no
 * thread while they wait. While the provider is unreachable, its endpoints and keys stay valid for
 * a day, so that valid tokens are not rejected.
 */
@Lazy
@Component
final class ProviderResponseCache {
  /** The minimum time between two fetches of keys that tokens with unknown key ids cause. */
  private static final Duration KEYS_INTERVAL = Duration.ofSeconds(5);

  private static final Duration MAX_STALE = Duration.ofDays(1);

  /** How long a request waits for a new response before it uses the old one. */
  private static final Duration MAX_REFRESH = Duration.ofSeconds(1);

  /** After a failure, requests fail for this time without another fetch. */
  private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

  private static final int USERINFO_THREADS = 8;
  private static final int USERINFO_QUEUE = 1_000;

  /** Endpoints and keys have their own threads, so that they never queue behind userinfo. */
  private static final int DOCUMENT_THREADS = 2;

  private static final int MAX_WAITING = 10_000;

  /**
   * Clients can invent tokens with unknown key ids, and each of these requests waits for seconds.
   */
  private static final int MAX_WAITING_FOR_NEWER = 1_000;

  private static final int RESUME_THREADS = 4;
  private static final long MAX_BYTES = 16 << 20;
  private static final int OVERHEAD = 500;

  /** The text, and the claims that were read from it. */
  private static final int COPIES = 3;

  private record Failure(long nanos, Throwable cause) {}

  private final Cache<String, ProviderResponse> known;
  private final Cache<String, Failure> failures =
      Caffeine.newBuilder()
          .executor(Runnable::run)
          .maximumSize(1_000)
          .expireAfterWrite(MAX_STALE)
          .build();
  private final ConcurrentHashMap<String, CompletableFuture<ProviderResponse>> flights =
      new ConcurrentHashMap<>();
  private final Semaphore places = new Semaphore(MAX_WAITING);
  private final Semaphore placesForNewer = new Semaphore(MAX_WAITING_FOR_NEWER);
  private final ProviderHttp http;
  private final ProviderResponseParser parser;
  private final SharedProviderResponses shared;
  private final CircuitBreaker breaker;

  /** Clients can invent tokens on which the userinfo endpoint fails. */
  private final CircuitBreaker userinfoBreaker;

  private final ExecutorService userinfo;
  private final ExecutorService documents;
  private final ExecutorService resumed;
  private final Clock clock;
  private final Duration patience;

  /** When the keys were last fetched. */
  private volatile long keysFetched = System.nanoTime() - KEYS_INTERVAL.toNanos();

  ProviderResponseCache(
      ProviderHttp http,
      ProviderResponseParser parser,
      SharedProviderResponses shared,
      @Qualifier("providerBreaker") CircuitBreaker breaker,
      @Qualifier("userinfoBreaker") CircuitBreaker userinfoBreaker,
      CamelContext context,
      OidcSettings oidc,
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
    // the queue holds all waiting requests, so that none is rejected after its wait
    this.resumed =
        pool(context, "provider-resume", RESUME_THREADS, MAX_WAITING + MAX_WAITING_FOR_NEWER);
    this.patience =
        oidc.connectTimeout()
            .plus(oidc.readTimeout())
            .plus(redis.readTimeout())
            .plus(KEYS_INTERVAL);
    this.known =
        Caffeine.newBuilder()
            .executor(Runnable::run)
            .ticker(ticker)
            .maximumWeight(HeapShare.PROVIDER_RESPONSES.bytes(MAX_BYTES))
            .weigher((String name, ProviderResponse response) -> weight(response))
            .expireAfter(
                Expiry.<String, ProviderResponse>writing(
                    (name, response) ->
                        response.content() instanceof Userinfo
                            ? oidc.cache().userinfo()
                            : MAX_STALE))
            .build();
  }

  /** Endpoints and keys are two documents, which every token needs: they are never evicted. */
  private static int weight(ProviderResponse response) {
    return response.content() instanceof Userinfo
        ? OVERHEAD + COPIES * response.text().length()
        : 0;
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

  /** The content of the response. If it is not in memory, the stage ends on a resume thread. */
  <T> CompletableFuture<T> get(ProviderRequest request, Class<T> type) {
    ProviderResponse response = known.getIfPresent(request.name());
    if (response != null && isValid(response, request)) {
      return CompletableFuture.completedFuture(type.cast(response.content()));
    }
    // rejected keys lack the token's key, and userinfo may have changed
    T stale =
        response == null || !request.isShared() || request.isAboutOneToken()
            ? null
            : type.cast(response.content());
    Failure failure = failures.getIfPresent(flight(request));
    if (failure != null && System.nanoTime() - failure.nanos < RETRY_AFTER.toNanos()) {
      return ended(stale, failure.cause);
    }
    Semaphore permits = request.isShared() ? places : placesForNewer;
    if (!permits.tryAcquire()) {
      return ended(stale, tooMany());
    }
    CompletableFuture<ProviderResponse> flight = join(request);
    if (stale != null && failure != null) {
      permits.release();
      return ended(stale, null); // the provider was unreachable before
    }
    CompletableFuture<T> content = new CompletableFuture<>();
    flight
        .orTimeout((stale == null ? patience : MAX_REFRESH).toMillis(), TimeUnit.MILLISECONDS)
        .whenCompleteAsync(
            (fetched, failed) -> {
              permits.release();
              end(content, failed == null ? type.cast(fetched.content()) : stale, failed);
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

  /** The failure is used only if there is no content. */
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
    return new HttpError(429, "too many tokens are being verified; try again", 1);
  }

  private static String flight(ProviderRequest request) {
    return request.isShared() ? request.name() : "newer " + request.name();
  }

  /** A copy of the shared future, so that a timeout does not affect the other requests. */
  private CompletableFuture<ProviderResponse> join(ProviderRequest request) {
    CompletableFuture<ProviderResponse> mine = new CompletableFuture<>();
    CompletableFuture<ProviderResponse> flight = flights.putIfAbsent(flight(request), mine);
    if (flight != null) {
      return flight.copy();
    }
    CompletableFuture<ProviderResponse> copy = mine.copy();
    long wait = keysFetched + KEYS_INTERVAL.toNanos() - System.nanoTime();
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
        .thenCompose(
            response ->
                response == null ? ask(request) : CompletableFuture.completedFuture(response))
        .whenComplete((response, failure) -> land(request, flight, response, failure));
  }

  private CompletionStage<ProviderResponse> ask(ProviderRequest request) {
    return CompletableFuture.supplyAsync(
            () -> waitForProvider(request), request.isAboutOneToken() ? userinfo : documents)
        .thenCompose(response -> shared.put(request, response));
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
      ProviderResponse response,
      Throwable failure) {
    if (failure == null) {
      failures.invalidate(flight(request));
      known.put(request.name(), response);
    } else {
      failures.put(flight(request), new Failure(System.nanoTime(), refusal(failure)));
    }
    flights.remove(flight(request), flight);
    if (failure == null) {
      flight.complete(response);
    } else {
      flight.completeExceptionally(refusal(failure));
    }
  }
}
