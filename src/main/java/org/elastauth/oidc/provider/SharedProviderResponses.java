package org.elastauth.oidc.provider;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.elastauth.crypto.Envelope;
import org.elastauth.crypto.SecretKeys;
import org.elastauth.redis.SharedState;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Lazy;
import org.springframework.stereotype.Component;

/**
 * The provider's responses that gateways share through Redis. They are encrypted: a client of Redis
 * must neither replace the keys that verify tokens, nor read which users log in. Content: the time
 * of the request (8 bytes, epoch seconds), then the response.
 */
@Lazy
@Component
final class SharedProviderResponses {
  /** How far the clocks of two gateways may differ, in seconds. */
  private static final long SKEW = 60;

  /** Only so many bytes are read; a longer value is invalid. */
  private static final long MAX_BYTES = 64L * 1024;

  private final boolean used;
  private final String prefix;
  private final Envelope envelope;
  private final ProviderResponseParser parser;
  private final ObjectProvider<SharedState> redis;
  private final Clock clock;

  SharedProviderResponses(
      @Value("${elastauth.oidc.in_redis}") boolean used,
      @Value("${elastauth.cache.key_prefix}") String prefix,
      SecretKeys keys,
      ProviderResponseParser parser,
      ObjectProvider<SharedState> redis,
      Clock clock) {
    this.used = used;
    this.prefix = prefix + "oidc-";
    this.envelope = new Envelope(keys, "oidc");
    this.parser = parser;
    this.redis = redis;
    this.clock = clock;
  }

  /** Null if there is no valid response, or Redis is unreachable. */
  CompletionStage<ProviderResponse> get(ProviderRequest request) {
    // the keys in Redis are not newer than the rejected keys
    if (!used || !request.isShared()) {
      return CompletableFuture.completedFuture(null);
    }
    return redis
        .getObject()
        .ask("get", commands -> commands.getrange(bytes(key(request)), 0, MAX_BYTES))
        .handle(
            (value, failure) ->
                failure != null || value == null
                    ? null
                    : open(new String(value, StandardCharsets.UTF_8), request));
  }

  /** Does not fail if Redis is unreachable. */
  CompletionStage<ProviderResponse> put(ProviderRequest request, ProviderResponse response) {
    if (!used || !fits(response)) {
      return CompletableFuture.completedFuture(response);
    }
    return redis
        .getObject()
        .write(
            "set",
            commands ->
                commands.setex(
                    bytes(key(request)),
                    request.life().toSeconds(),
                    bytes(seal(response, request))))
        .handle((done, failure) -> response);
  }

  private String key(ProviderRequest request) {
    return prefix + request.name();
  }

  /** Null if it is invalid or expired. */
  ProviderResponse open(String text, ProviderRequest request) {
    byte[] content = text == null || text.isEmpty() ? null : envelope.open(key(request), text);
    if (content == null || content.length < Long.BYTES) {
      return null;
    }
    long at = ByteBuffer.wrap(content).getLong();
    long age = clock.millis() / 1000 - at;
    if (age < -SKEW || age >= request.life().toSeconds()) {
      return null;
    }
    String body =
        new String(content, Long.BYTES, content.length - Long.BYTES, StandardCharsets.UTF_8);
    try {
      return new ProviderResponse(parser.parse(request, body, at * 1000), body, at);
    } catch (UnusableResponseException unreadable) {
      return null;
    }
  }

  /** Whether the response fits into an envelope. */
  boolean fits(ProviderResponse response) {
    return bytes(response.text()).length <= Envelope.LARGEST - Long.BYTES;
  }

  String seal(ProviderResponse response, ProviderRequest request) {
    byte[] body = bytes(response.text());
    return envelope.seal(
        key(request),
        ByteBuffer.allocate(Long.BYTES + body.length).putLong(response.at()).put(body).array());
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
