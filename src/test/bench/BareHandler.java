import com.github.benmanes.caffeine.cache.Ticker;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.vertx.core.AbstractVerticle;
import io.vertx.core.Context;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import java.util.List;
import org.elastauth.cache.CacheSettings;
import org.elastauth.cache.MemoryCache;
import org.elastauth.credential.CacheKey;
import org.elastauth.credential.Credential;
import org.elastauth.credential.Fingerprint;
import org.elastauth.credential.SealedCredentials;
import org.elastauth.crypto.SecretKeys;
import org.elastauth.credential.Window;
import org.elastauth.http.HttpError;
import org.elastauth.identity.Identity;
import org.elastauth.identity.IdentityRules;
import org.elastauth.net.TrustedProxies;
import org.springframework.boot.context.properties.bind.Binder;

/**
 * The gateway's decision as one hand-written Vert.x handler: the same checks, the same entry
 * opened, the same answer, nothing else. It is what the routes are measured against.
 *
 * <p>Arguments: port, and redis:// URI if the entries lie in Redis. The secret key comes from
 * ELASTAUTH_SECRET_KEY.
 */
public final class BareHandler extends AbstractVerticle {
  private static final long LIFETIME = 7 * 24 * 3600;
  private static final CacheSettings SETTINGS =
      new Binder().bindOrCreate("elastauth.cache", CacheSettings.class);
  private static final SecretKeys KEYS =
      new SecretKeys(List.of(System.getenv("ELASTAUTH_SECRET_KEY")), "");
  private static final SealedCredentials SEALED = new SealedCredentials(KEYS);
  private static final CacheKey CACHE_KEY = new CacheKey(SETTINGS.keyPrefix());
  private static final TrustedProxies PROXIES = new TrustedProxies(List.of("127.0.0.0/8"));
  private static final MemoryCache MEMORY = new MemoryCache(SETTINGS, Ticker.systemTicker());

  private final int port;
  private final RedisAsyncCommands<String, String> redis;

  private BareHandler(int port, RedisAsyncCommands<String, String> redis) {
    this.port = port;
    this.redis = redis;
  }

  public static void main(String... args) {
    int port = Integer.parseInt(args[0]);
    RedisAsyncCommands<String, String> redis =
        args.length == 1 ? null : RedisClient.create(args[1]).connect().async();
    Vertx.vertx()
        .deployVerticle(
            () -> new BareHandler(port, redis),
            new DeploymentOptions().setInstances(Runtime.getRuntime().availableProcessors()))
        .onFailure(
            failure -> {
              failure.printStackTrace();
              System.exit(1);
            });
  }

  @Override
  public void start() {
    vertx.createHttpServer().requestHandler(this::decide).listen(port, "127.0.0.1");
  }

  private void decide(HttpServerRequest request) {
    Identity identity;
    try {
      identity = identity(request);
    } catch (HttpError refusal) {
      request.response().setStatusCode(refusal.status()).end();
      return;
    }
    String key = CACHE_KEY.of(identity.username());
    if (redis == null) {
      answer(request, identity, key, MEMORY.get(key));
      return;
    }
    Context eventLoop = context;
    redis
        .get(key)
        .whenComplete(
            (entry, failure) ->
                eventLoop.runOnContext(
                    reply -> {
                      if (failure == null) {
                        answer(request, identity, key, entry);
                      } else {
                        request.response().setStatusCode(503).end();
                      }
                    }));
  }

  private static Identity identity(HttpServerRequest request) {
    String username = one(request, "Remote-User");
    String groups = one(request, "Remote-Groups");
    String email = one(request, "Remote-Email");
    String fullName = one(request, "Remote-Name");
    if (!PROXIES.contains(request.remoteAddress().hostAddress())) {
      throw HttpError.forbidden("identity headers are not accepted from this address");
    }
    if (username == null) {
      throw HttpError.unidentified();
    }
    return IdentityRules.identity(
        username,
        email == null ? "" : email,
        fullName == null ? "" : fullName,
        groups == null ? List.of() : List.of(groups.split(",")),
        now());
  }

  private static String one(HttpServerRequest request, String name) {
    String first = request.headers().get(name);
    if (first != null && request.headers().getAll(name).size() > 1) {
      throw HttpError.malformed(name);
    }
    return first;
  }

  private void answer(HttpServerRequest request, Identity identity, String key, String entry) {
    Fingerprint fingerprint =
        Fingerprint.of(identity);
    Credential credential = entry == null ? null : SEALED.open(identity.username(), key, entry);
    if (credential == null
        || credential.window().isPast(now())
        || !credential.fingerprint().equals(fingerprint)) {
      credential = settle(identity, key, fingerprint);
    }
    request
        .response()
        .putHeader("Authorization", credential.authorization())
        .putHeader("Cache-Control", "no-store")
        .putHeader("Content-Type", "application/json")
        .end("{\"status\":\"OK\",\"user\":\"" + credential.username() + "\"}");
  }

  /** Fills the cache, once a user. */
  private Credential settle(Identity identity, String key, Fingerprint fingerprint) {
    Window window = Window.of(identity.username(), now(), LIFETIME);
    String password = KEYS.password(KEYS.currentId(), identity.username(), window.issued(), 1);
    Credential credential = new Credential(identity.username(), password, window, 1, identity.asOf(), fingerprint);
    String entry = SEALED.seal(key, credential);
    if (redis == null) {
      MEMORY.put(key, entry, window.until() - now());
    } else {
      redis.setex(key, window.until() - now(), entry);
    }
    return credential;
  }

  private static long now() {
    return System.currentTimeMillis() / 1000;
  }
}
