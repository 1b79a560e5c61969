package org.elastauth.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpHeaders;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * After each test class, looks through the debug log of its gateways for what they must never tell:
 * what they were configured with in secret, each password, token and cookie that they or their
 * clients sent, and whatever looks like a token.
 */
public final class SecretsInLog implements AfterAllCallback {
  /** The debug log of all gateways in this JVM. */
  static final Path LOG = TestRun.FOLDER.resolve("gateways.log");

  /** Shorter words may stand in a log by chance. */
  private static final int SHORTEST = 8;

  private static final Pattern HEADERS =
      Pattern.compile("authorization|cookie|set-cookie|location", Pattern.CASE_INSENSITIVE);
  private static final Pattern KEYS =
      Pattern.compile(".*(password|secret|secret_key|previous_keys|credential)");

  /** What passwords, tokens, keys and cookies are made of; also each part of a token. */
  private static final Pattern WORD = Pattern.compile("[A-Za-z0-9_+/=-]{" + SHORTEST + ",}");

  private static final Pattern TOKEN =
      Pattern.compile("eyJ[A-Za-z0-9_-]{10}|(?i:basic|bearer) [A-Za-z0-9+/_-]{16}");
  private static final Set<String> SECRETS = ConcurrentHashMap.newKeySet();
  private static long read;

  /** What a gateway is configured with. */
  static void configured(String key, Object value) {
    if (KEYS.matcher(key).matches()) {
      words(String.valueOf(value)).forEach(SECRETS::add);
    }
  }

  /** What a client sent or got. */
  static void sent(HttpHeaders headers) {
    headers
        .map()
        .forEach(
            (name, values) -> {
              if (HEADERS.matcher(name).matches()) {
                values.forEach(value -> credentials(name, value));
              }
            });
  }

  private static void credentials(String name, String value) {
    switch (name.toLowerCase(Locale.ROOT)) {
      case "authorization" -> {
        String credentials = value.substring(value.indexOf(' ') + 1);
        words(credentials).forEach(SECRETS::add);
        if (value.startsWith("Basic ")) {
          String pair = new String(Base64.getDecoder().decode(credentials), StandardCharsets.UTF_8);
          words(pair.substring(pair.indexOf(':') + 1)).forEach(SECRETS::add);
        }
      }
      case "location" -> parameters(value);
      default ->
          Stream.of(value.split("; *"))
              .filter(pair -> pair.matches("[^=]*(elastauth|_token)[^=]*=.+"))
              .flatMap(pair -> words(pair.substring(pair.indexOf('=') + 1)))
              .forEach(SECRETS::add);
    }
  }

  private static void parameters(String url) {
    Matcher parameter =
        Pattern.compile("[?&](state|nonce|code|id_token_hint)=([^&]+)").matcher(url);
    while (parameter.find()) {
      words(parameter.group(2)).forEach(SECRETS::add);
    }
  }

  private static Stream<String> words(String text) {
    return WORD.matcher(text).results().map(MatchResult::group);
  }

  @Override
  public void afterAll(ExtensionContext context) {
    check(context.getDisplayName());
  }

  /** Reads what was logged since the last call of this. */
  static void check(String tests) {
    List<String> telling = news().lines().filter(SecretsInLog::tells).limit(20).toList();
    if (!telling.isEmpty()) {
      throw new AssertionError(
          "these lines of the debug log of "
              + tests
              + " hold a secret:\n"
              + String.join("\n", telling));
    }
  }

  private static boolean tells(String line) {
    return TOKEN.matcher(line).find() || words(line).anyMatch(SECRETS::contains);
  }

  private static synchronized String news() {
    if (!Files.exists(LOG)) {
      return "";
    }
    try (var file = Files.newByteChannel(LOG)) {
      read = Math.min(read, file.size()); // another file, since the month ended
      file.position(read);
      var bytes = ByteBuffer.allocate(Math.toIntExact(file.size() - read));
      while (bytes.hasRemaining() && file.read(bytes) >= 0) {}
      read = file.position();
      return new String(bytes.array(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
