package org.elastauth.oidc;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import com.github.benmanes.caffeine.cache.Ticker;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.AsyncCallback;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.builder.ExchangeBuilder;
import org.apache.camel.builder.ThreadPoolProfileBuilder;
import org.apache.camel.support.AsyncProcessorSupport;
import org.apache.camel.util.concurrent.ThreadPoolRejectedPolicy;
import org.elastauth.config.Settings;
import org.elastauth.http.Refusal;
import org.elastauth.oidc.ProviderQuestion.Kind;
import org.springframework.context.annotation.Lazy;
import org.springframework.stereotype.Component;

/**
 * Answers the property {@code question} from memory, or by one run of {@code direct:provider-fetch}
 * that all share who want to know the same. Whoever waits holds no thread. While the provider is
 * away, its endpoints and keys stay good for a day: who holds a valid token is not locked out.
 */
@Lazy
@Component("providerAnswers")
public final class ProviderAnswers extends AsyncProcessorSupport {
  /** The route it runs. */
  public static final String FETCH = "direct:provider-fetch";

  /** A token that names an unknown key has the keys fetched anew, no more often than this. */
  private static final Duration INTERVAL = Duration.ofSeconds(5);

  private static final Duration OUTAGE = Duration.ofDays(1);

  /** How long a question that was answered before may wait for a newer answer. */
  private static final Duration REFRESH = Duration.ofSeconds(1);

  private static final Duration PAUSE = Duration.ofSeconds(1);
  private static final int FETCHING = 8;
  private static final int QUEUED = 1_000;

  /** Endpoints and keys are few, and none of them waits behind what is asked of tokens. */
  private static final int FETCHING_DOCUMENTS = 2;

  private static final int WAITING = 10_000;

  /** Tokens that name unknown keys are easily made up, and wait for seconds. */
  private static final int WAITING_ANEW = 1_000;

  private static final int RESUMING = 4;
  private static final long CHARACTERS = 16 << 20;
  private static final int OVERHEAD = 500;

  private record Failure(long nanos, Throwable cause) {}

  private final Cache<String, ProviderAnswer> known;
  private final Cache<String, Failure> failures =
      Caffeine.newBuilder()
          .executor(Runnable::run)
          .maximumSize(1_000)
          .expireAfterWrite(OUTAGE)
          .build();
  private final ConcurrentHashMap<String, CompletableFuture<Object>> flights =
      new ConcurrentHashMap<>();
  private final AtomicInteger waiting = new AtomicInteger();
  private final AtomicInteger waitingAnew = new AtomicInteger();
  private final CamelContext context;
  private final ProducerTemplate template;
  private final ExecutorService fetches;
  private final ExecutorService documents;
  private final ExecutorService resumed;
  private final Clock clock;
  private final Duration patience;

  /** When the keys were last asked for. */
  private volatile long keysAsked = System.nanoTime() - INTERVAL.toNanos();

  public ProviderAnswers(CamelContext context, Settings settings, Ticker ticker, Clock clock) {
    this.context = context;
    this.clock = clock;
    this.template = context.createProducerTemplate();
    this.fetches = pool("userinfo", FETCHING, QUEUED);
    this.documents = pool("provider", FETCHING_DOCUMENTS, FETCHING_DOCUMENTS);
    // takes whoever waits, so that nobody is turned away who has waited
    this.resumed = pool("provider-resume", RESUMING, WAITING + WAITING_ANEW);
    OidcSettings oidc = settings.oidc();
    this.patience =
        oidc.connectTimeout()
            .plus(oidc.readTimeout())
            .plus(settings.redis().readTimeout())
            .plus(INTERVAL);
    this.known =
        Caffeine.newBuilder()
            .executor(Runnable::run)
            .ticker(ticker)
            .maximumWeight(CHARACTERS)
            .weigher((String name, ProviderAnswer answer) -> OVERHEAD + answer.text().length())
            .expireAfter(
                Expiry.<String, ProviderAnswer>writing(
                    (name, answer) ->
                        answer.content() instanceof TokenClaims ? oidc.cache().userinfo() : OUTAGE))
            .build();
  }

  private ExecutorService pool(String name, int threads, int queue) {
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

  @Override
  public boolean process(Exchange exchange, AsyncCallback callback) {
    ProviderQuestion question = (ProviderQuestion) exchange.getProperty("question");
    ProviderAnswer answer = known.getIfPresent(question.name());
    Object atHand = answer == null ? null : answer.content();
    if (answer != null && isGood(answer, question)) {
      return finish(exchange, callback, atHand, null);
    }
    // one that did not do is none; who vouches for a token now may not do so later
    boolean isUsable = answer != null && question.isShared() && question.kind() != Kind.USERINFO;
    Failure failure = failures.getIfPresent(flight(question));
    if (failure != null && System.nanoTime() - failure.nanos < PAUSE.toNanos()) {
      return finish(exchange, callback, isUsable ? atHand : null, failure.cause);
    }
    AtomicInteger places = question.isShared() ? waiting : waitingAnew;
    if (places.incrementAndGet() > (question.isShared() ? WAITING : WAITING_ANEW)) {
      places.decrementAndGet();
      return finish(exchange, callback, isUsable ? atHand : null, tooMany());
    }
    CompletableFuture<Object> flight = join(question);
    if (isUsable && failure != null) {
      places.decrementAndGet();
      return finish(exchange, callback, atHand, null); // the provider is away for longer
    }
    flight
        .orTimeout((isUsable ? REFRESH : patience).toMillis(), TimeUnit.MILLISECONDS)
        .whenCompleteAsync(
            (content, failed) -> {
              places.decrementAndGet();
              set(exchange, failed != null && isUsable ? atHand : content, failed);
              callback.done(false);
            },
            resumed);
    return false;
  }

  private boolean isGood(ProviderAnswer answer, ProviderQuestion question) {
    return question.isShared()
        ? clock.millis() / 1000 - answer.at() < question.life().toSeconds()
        : !question.isKnown(answer.content());
  }

  /**
   * @param failure holds where there is no content
   */
  private static void set(Exchange exchange, Object content, Throwable failure) {
    if (content == null) {
      exchange.setException(cause(failure));
    } else {
      exchange.getMessage().setBody(content);
    }
  }

  private static boolean finish(
      Exchange exchange, AsyncCallback callback, Object content, Throwable failure) {
    set(exchange, content, failure);
    callback.done(true);
    return true;
  }

  /** A future of this request's own, so that its impatience is not that of the others. */
  private CompletableFuture<Object> join(ProviderQuestion question) {
    CompletableFuture<Object> mine = new CompletableFuture<>();
    CompletableFuture<Object> flight = flights.putIfAbsent(flight(question), mine);
    if (flight != null) {
      return flight.copy();
    }
    CompletableFuture<Object> copy = mine.copy();
    // keys that are asked for because of an unknown one wait until it is time again
    long wait = keysAsked + INTERVAL.toNanos() - System.nanoTime();
    if (question.isShared() || wait <= 0) {
      launch(question, mine);
    } else {
      CompletableFuture.delayedExecutor(wait, TimeUnit.NANOSECONDS, Runnable::run)
          .execute(() -> launch(question, mine));
    }
    return copy;
  }

  private void launch(ProviderQuestion question, CompletableFuture<Object> flight) {
    try {
      (question.isOfOneToken() ? fetches : documents).execute(() -> fetch(question, flight));
    } catch (RejectedExecutionException full) {
      land(question, flight, null, tooMany());
    }
  }

  private static String flight(ProviderQuestion question) {
    return question.isShared() ? question.name() : "anew " + question.name();
  }

  private void fetch(ProviderQuestion question, CompletableFuture<Object> flight) {
    ProviderAnswer answer = null;
    Throwable failure = new IllegalStateException("the run ended without an answer");
    try {
      if (question.kind() == Kind.KEYS) {
        keysAsked = System.nanoTime();
      }
      Exchange exchange =
          template.send(
              FETCH,
              ExchangeBuilder.anExchange(context)
                  .withProperty("question", question)
                  .withProperty("asked", clock.millis())
                  .build());
      failure = exchange.getException();
      answer = failure == null ? exchange.getMessage().getBody(ProviderAnswer.class) : null;
    } catch (RuntimeException unexpected) {
      failure = unexpected;
    } finally {
      land(question, flight, answer, failure);
    }
  }

  private void land(
      ProviderQuestion question,
      CompletableFuture<Object> flight,
      ProviderAnswer answer,
      Throwable failure) {
    if (answer == null) {
      failures.put(flight(question), new Failure(System.nanoTime(), failure));
    } else {
      failures.invalidate(flight(question));
      known.put(question.name(), answer);
    }
    flights.remove(flight(question), flight);
    if (answer == null) {
      flight.completeExceptionally(failure);
    } else {
      flight.complete(answer.content());
    }
  }

  private static Throwable cause(Throwable failure) {
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    return cause instanceof TimeoutException
        ? Refusal.unavailable("the identity provider takes too long; try again")
        : cause;
  }

  private static Refusal tooMany() {
    return new Refusal(429, "too many tokens at once; try again", 1);
  }
}
