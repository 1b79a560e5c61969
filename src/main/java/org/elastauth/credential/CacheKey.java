package org.elastauth.credential;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.apache.camel.ExchangeProperty;
import org.elastauth.config.Settings;
import org.elastauth.identity.Identity;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.stereotype.Component;

/** The name under which a user's credential is cached: prefix + URL-encode(base64(username)). */
@Component("cacheKey")
public final class CacheKey {
  private final String prefix;

  @Autowired
  public CacheKey(Settings settings) {
    this(settings.cache().keyPrefix());
  }

  CacheKey(String prefix) {
    this.prefix = prefix;
  }

  public String of(@ExchangeProperty("identity") Identity identity) {
    return of(identity.username());
  }

  String of(String username) {
    byte[] name = username.getBytes(StandardCharsets.US_ASCII);
    return prefix
        + URLEncoder.encode(Base64.getEncoder().encodeToString(name), StandardCharsets.US_ASCII);
  }
}
