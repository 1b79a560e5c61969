package org.elastauth.credential;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Processor;
import org.elastauth.identity.Identity;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;

/**
 * Sets the property {@code cacheKey}: the cache key of a user's credential, prefix +
 * URL-encode(base64(username)).
 */
@Component("cacheKey")
public final class CacheKey implements Processor {
  private final String prefix;

  public CacheKey(@Value("${elastauth.cache.key_prefix}") String prefix) {
    this.prefix = prefix;
  }

  @Override
  public void process(Exchange exchange) {
    Identity identity = (Identity) exchange.getProperty("identity");
    exchange.setProperty("cacheKey", of(identity.username()));
  }

  /** The user of a key; null if the gateway did not create the key. */
  public String username(String key) {
    if (!key.startsWith(prefix)) {
      return null;
    }
    try {
      byte[] name =
          Base64.getDecoder()
              .decode(URLDecoder.decode(key.substring(prefix.length()), StandardCharsets.US_ASCII));
      String username = new String(name, StandardCharsets.US_ASCII);
      return of(username).equals(key) ? username : null;
    } catch (IllegalArgumentException malformed) {
      return null;
    }
  }

  /** As spring-redis expects it for DEL. */
  public List<String> asList(@ExchangeProperty("cacheKey") String key) {
    return List.of(key);
  }

  public String of(String username) {
    byte[] name = username.getBytes(StandardCharsets.US_ASCII);
    return prefix
        + URLEncoder.encode(Base64.getEncoder().encodeToString(name), StandardCharsets.US_ASCII);
  }
}
