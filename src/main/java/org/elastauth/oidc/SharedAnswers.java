package org.elastauth.oidc;

import com.nimbusds.oauth2.sdk.ParseException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.concurrent.CompletionStage;
import org.apache.camel.Body;
import org.apache.camel.ExchangeProperty;
import org.elastauth.config.Settings;
import org.elastauth.credential.Envelope;
import org.elastauth.credential.SecretKeys;
import org.elastauth.redis.SharedState;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Lazy;
import org.springframework.stereotype.Component;

/**
 * The provider's answers as gateways share them in Redis: sealed, as whoever may write there must
 * not choose the keys that tokens are verified with, nor see who has logged in. Content: when it
 * was said (8, epoch seconds), and what.
 */
@Lazy
@Component("sharedAnswers")
public final class SharedAnswers {
  /** How far the clocks of two gateways may be apart, in seconds. */
  private static final long SKEW = 60;

  private final String prefix;
  private final Envelope envelope;
  private final ProviderDocuments documents;
  private final Clock clock;
  private final ObjectProvider<SharedState> redis;

  public SharedAnswers(
      Settings settings,
      SecretKeys keys,
      ProviderDocuments documents,
      Clock clock,
      ObjectProvider<SharedState> redis) {
    this.redis = redis;
    this.prefix = settings.cache().keyPrefix() + "oidc-";
    this.envelope = new Envelope(keys, "oidc");
    this.documents = documents;
    this.clock = clock;
  }

  /** What another gateway stored in Redis; null if there is none, or Redis does not answer. */
  public CompletionStage<ProviderAnswer> get(
      @ExchangeProperty("question") ProviderQuestion question) {
    return redis
        .getObject()
        .ask(
            "get",
            commands -> commands.getrange(key(question).getBytes(StandardCharsets.UTF_8), 0, 65536))
        .thenApply(
            found ->
                open(found == null ? null : new String(found, StandardCharsets.UTF_8), question))
        .exceptionally(unavailable -> null);
  }

  /** Stores an answer for other gateways; it stays the body. */
  public CompletionStage<ProviderAnswer> put(
      @Body ProviderAnswer answer, @ExchangeProperty("question") ProviderQuestion question) {
    return redis
        .getObject()
        .write(
            "set",
            commands ->
                commands.setex(
                    key(question).getBytes(StandardCharsets.UTF_8),
                    life(question),
                    seal(answer, question).getBytes(StandardCharsets.UTF_8)))
        .handle((stored, unavailable) -> answer);
  }

  public String key(@ExchangeProperty("question") ProviderQuestion question) {
    return prefix + question.name();
  }

  /**
   * @return null if there is none, or none that is good
   */
  public ProviderAnswer open(
      @Body String text, @ExchangeProperty("question") ProviderQuestion question) {
    byte[] content = text == null || text.isEmpty() ? null : envelope.open(key(question), text);
    if (content == null || content.length < Long.BYTES) {
      return null;
    }
    long at = ByteBuffer.wrap(content).getLong();
    long age = clock.millis() / 1000 - at;
    if (age < -SKEW || age >= question.life().toSeconds()) {
      return null;
    }
    String said =
        new String(content, Long.BYTES, content.length - Long.BYTES, StandardCharsets.UTF_8);
    try {
      return new ProviderAnswer(documents.parse(question, said, at * 1000), said, at);
    } catch (ParseException | java.text.ParseException | IllegalArgumentException unreadable) {
      return null;
    }
  }

  /** Whether it can be opened again; else it is no use to anybody. */
  public boolean fits(@Body ProviderAnswer answer) {
    return answer.text().getBytes(StandardCharsets.UTF_8).length <= Envelope.LARGEST - Long.BYTES;
  }

  public String seal(
      @ExchangeProperty("answer") ProviderAnswer answer,
      @ExchangeProperty("question") ProviderQuestion question) {
    byte[] said = answer.text().getBytes(StandardCharsets.UTF_8);
    return envelope.seal(
        key(question),
        ByteBuffer.allocate(Long.BYTES + said.length).putLong(answer.at()).put(said).array());
  }

  /** Seconds. */
  public long life(@ExchangeProperty("question") ProviderQuestion question) {
    return question.life().toSeconds();
  }
}
