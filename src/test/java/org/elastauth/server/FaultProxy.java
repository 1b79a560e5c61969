package org.elastauth.server;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A proxy before a real Elasticsearch that answers with an error in its place when told to, as a
 * load balancer or an overloaded node would, or holds one request back.
 */
public final class FaultProxy implements AutoCloseable {
  private static final String GATEWAY =
      ElasticsearchServer.basic(ElasticsearchServer.GATEWAY, ElasticsearchServer.GATEWAY_PASSWORD);

  private final HttpClient http = HttpClient.newHttpClient();
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final HttpServer server;
  private final String target;
  private final Map<String, AtomicInteger> now = new ConcurrentHashMap<>();
  private final Map<String, AtomicInteger> most = new ConcurrentHashMap<>();
  private final String path;
  private volatile Answer fault;
  private volatile String unknown;
  private volatile Hold hold;

  /** What some requests get in place of Elasticsearch's answer. */
  private record Answer(String method, int status, String type, String body) {
    boolean concerns(HttpExchange exchange) {
      return method.isEmpty() || method.equals(exchange.getRequestMethod());
    }

    void send(HttpExchange exchange) throws IOException {
      byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("Content-Type", type);
      exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
      exchange.getResponseBody().write(bytes);
    }
  }

  /** A request that waits until it is let go. */
  public static final class Hold {
    private final String method;
    private final String path;
    private final boolean asUser;
    private final CompletableFuture<Void> arrived = new CompletableFuture<>();
    private final CompletableFuture<Void> released = new CompletableFuture<>();

    private Hold(String method, String path, boolean asUser) {
      this.method = method;
      this.path = path;
      this.asUser = asUser;
    }

    private boolean concerns(HttpExchange exchange) {
      return method.equals(exchange.getRequestMethod())
          && exchange.getRequestURI().getPath().startsWith(path)
          && !(asUser && GATEWAY.equals(exchange.getRequestHeaders().getFirst("Authorization")));
    }

    public void awaitArrival() {
      arrived.join();
    }

    public void release() {
      released.complete(null);
    }
  }

  public FaultProxy(ElasticsearchServer elasticsearch) {
    this(elasticsearch, "");
  }

  /**
   * @param path what Elasticsearch is below here, beginning with a slash; all else is 404
   */
  public FaultProxy(ElasticsearchServer elasticsearch, String path) {
    this.target = elasticsearch.url();
    this.path = path;
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.setExecutor(threads);
    server.createContext("/", this::handle);
    server.start();
  }

  public String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort() + path;
  }

  /**
   * @param status what every request gets from now on; 0: what Elasticsearch says
   */
  public void answer(int status) {
    fault = status == 0 ? null : new Answer("", status, "text/plain", "");
  }

  /** Answers the requests of a method so from now on; an empty method is every method. */
  public void answer(String method, int status, String type, String body) {
    fault = new Answer(method, status, type, body);
  }

  /** Refuses one path from now on, as a release does that does not know it. */
  public void refuse(String path) {
    unknown = path;
  }

  /** Holds the next request of this method back. */
  public Hold holdNext(String method) {
    return holdNext(method, "/");
  }

  /** Holds the next request of this method back whose path begins so. */
  public Hold holdNext(String method, String path) {
    hold = new Hold(method, path, false);
    return hold;
  }

  /** Holds the next check of a user's password back. */
  public Hold holdNextProof() {
    hold = new Hold("GET", "/_security/_authenticate", true);
    return hold;
  }

  /** How many requests of this method were under way at once, at most. */
  public int mostAtOnce(String method) {
    return most.getOrDefault(method, new AtomicInteger()).get();
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      byte[] body = exchange.getRequestBody().readAllBytes();
      Hold held = hold;
      if (held != null && held.concerns(exchange)) {
        hold = null;
        held.arrived.complete(null);
        held.released.join();
      }
      if (exchange.getRequestURI().getPath().equals(unknown)) {
        exchange.sendResponseHeaders(400, -1);
        return;
      }
      Answer answer = fault;
      if (answer != null && answer.concerns(exchange)) {
        answer.send(exchange);
        return;
      }
      if (!exchange.getRequestURI().toString().startsWith(path + "/")) {
        exchange.sendResponseHeaders(404, -1);
        return;
      }
      HttpResponse<byte[]> response = pass(exchange, body);
      response
          .headers()
          .firstValue("Content-Type")
          .ifPresent(type -> exchange.getResponseHeaders().set("Content-Type", type));
      exchange.sendResponseHeaders(response.statusCode(), response.body().length);
      exchange.getResponseBody().write(response.body());
    }
  }

  private HttpResponse<byte[]> pass(HttpExchange exchange, byte[] body) throws IOException {
    String method = exchange.getRequestMethod();
    int running = now.computeIfAbsent(method, m -> new AtomicInteger()).incrementAndGet();
    most.computeIfAbsent(method, m -> new AtomicInteger()).accumulateAndGet(running, Math::max);
    try {
      return http.send(
          HttpRequest.newBuilder(
                  URI.create(target + exchange.getRequestURI().toString().substring(path.length())))
              .header("Authorization", exchange.getRequestHeaders().getFirst("Authorization"))
              .header("Content-Type", "application/json")
              .method(exchange.getRequestMethod(), HttpRequest.BodyPublishers.ofByteArray(body))
              .build(),
          HttpResponse.BodyHandlers.ofByteArray());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    } finally {
      now.get(method).decrementAndGet();
    }
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
