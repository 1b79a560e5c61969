package org.elastauth.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Users who log in once and then ask without a pause until this is closed, which fails unless every
 * answer was the header of their login.
 */
public final class Load implements AutoCloseable {
  private final TestGateway gateway;
  private final AtomicBoolean on = new AtomicBoolean(true);
  private final ConcurrentLinkedQueue<String> wrong = new ConcurrentLinkedQueue<>();
  private final List<CompletableFuture<Void>> users;

  public Load(TestGateway gateway, String... names) {
    this.gateway = gateway;
    List<String> expected = Stream.of(names).map(gateway::login).toList();
    users =
        IntStream.range(0, names.length)
            .mapToObj(i -> CompletableFuture.runAsync(() -> ask(names[i], expected.get(i))))
            .toList();
  }

  private void ask(String name, String expected) {
    while (on.get()) {
      HttpResponse<String> response = gateway.decide(name);
      if (!TestGateway.authorization(response).orElse("").equals(expected)) {
        wrong.add(response.statusCode() + " " + response.body());
      }
    }
  }

  @Override
  public void close() {
    on.set(false);
    users.forEach(CompletableFuture::join);
    assertThat(wrong).isEmpty();
  }
}
