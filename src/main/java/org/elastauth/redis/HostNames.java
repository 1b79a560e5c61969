package org.elastauth.redis;

import io.netty.resolver.AddressResolver;
import io.netty.resolver.AddressResolverGroup;
import io.netty.resolver.InetNameResolver;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Promise;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Resolves the host names of Redis as the JVM does, but on threads of its own: name servers that do
 * not answer must not stall an event loop. Netty's own resolver would keep an address for the TTL
 * of its DNS record, which is 600 s in Docker, and would read the hosts file once.
 */
final class HostNames extends AddressResolverGroup<InetSocketAddress> {
  private static final int MOST_THREADS = 16;
  private static final int IDLE_SECONDS = 5;

  private final long timeoutMillis;
  private final ExecutorService threads =
      new ThreadPoolExecutor(
          0,
          MOST_THREADS,
          IDLE_SECONDS,
          TimeUnit.SECONDS,
          new SynchronousQueue<>(),
          task -> {
            Thread thread = new Thread(task, "redis-host-name");
            thread.setDaemon(true);
            return thread;
          });

  /**
   * One for each name, as many connections ask at the same time. A late one is left to itself: from
   * Java 21 on, the next one then has the last known address at once.
   */
  private final ConcurrentHashMap<String, CompletableFuture<List<InetAddress>>> lookups =
      new ConcurrentHashMap<>();

  /**
   * @param timeout how long a connection waits for the name servers
   */
  HostNames(Duration timeout) {
    this.timeoutMillis = timeout.toMillis();
  }

  @Override
  protected AddressResolver<InetSocketAddress> newResolver(EventExecutor loop) {
    return new Resolver(loop).asAddressResolver();
  }

  private CompletableFuture<List<InetAddress>> addresses(String name) {
    CompletableFuture<List<InetAddress>> lookup =
        lookups.computeIfAbsent(
            name, asked -> CompletableFuture.supplyAsync(() -> lookUp(asked), threads));
    return lookup
        .copy()
        .orTimeout(timeoutMillis, TimeUnit.MILLISECONDS)
        .whenComplete((found, failure) -> lookups.remove(name, lookup));
  }

  private static List<InetAddress> lookUp(String name) {
    try {
      return List.of(InetAddress.getAllByName(name));
    } catch (UnknownHostException unknown) {
      throw new CompletionException(unknown);
    }
  }

  private UnknownHostException failure(String name, Throwable failure) {
    Throwable cause = AsyncAnswer.cause(failure);
    if (cause instanceof TimeoutException) {
      return new UnknownHostException(
          "host name "
              + name
              + ": the name servers did not answer within "
              + timeoutMillis
              + " ms");
    }
    // the JVM repeats an earlier failure without its reason
    boolean bare = name.equals(cause.getMessage());
    return new UnknownHostException(
        "host name " + cause.getMessage() + (bare ? ": it has no address" : ""));
  }

  private final class Resolver extends InetNameResolver {
    Resolver(EventExecutor loop) {
      super(loop);
    }

    /** Any address, so that a dead one among several does not end all attempts. */
    @Override
    protected void doResolve(String name, Promise<InetAddress> answer) {
      addresses(name)
          .whenComplete(
              (found, failure) -> {
                if (failure == null) {
                  answer.trySuccess(any(found));
                } else {
                  answer.tryFailure(failure(name, failure));
                }
              });
    }

    /** Of the preferred family: the machine may have no route to the other. */
    private static InetAddress any(List<InetAddress> found) {
      Class<?> preferred = found.get(0).getClass();
      List<InetAddress> usable = found.stream().filter(preferred::isInstance).toList();
      return usable.get(ThreadLocalRandom.current().nextInt(usable.size()));
    }

    @Override
    protected void doResolveAll(String name, Promise<List<InetAddress>> answer) {
      addresses(name)
          .whenComplete(
              (found, failure) -> {
                if (failure == null) {
                  answer.trySuccess(found);
                } else {
                  answer.tryFailure(failure(name, failure));
                }
              });
    }
  }
}
