package org.elastauth.identity;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import java.time.Duration;
import java.util.List;
import org.elastauth.http.HttpError;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;

/**
 * The headers or claims of the optional fields of an identity. A value that is not usable is
 * dropped, and never decides whether a user gets in. It is logged once an hour per user and field.
 */
@Component
public final class OptionalFields {
  private static final Logger LOG = LoggerFactory.getLogger(OptionalFields.class);
  private static final Duration LOG_INTERVAL = Duration.ofHours(1);
  private static final int LOGGED = 10_000;

  enum Field {
    EMAIL,
    FULL_NAME,
    GROUPS
  }

  static final String WHITELIST =
      "with enable_group_whitelist the identity provider must send it, empty for none";

  private final String source;
  private final List<String> names;
  private final boolean groupWhitelist;
  private final Cache<String, Boolean> logged;

  public OptionalFields(
      @Value("${elastauth.auth_provider}") String provider,
      @Value("${elastauth.oidc.claim_mappings.email}") String email,
      @Value("${elastauth.oidc.claim_mappings.full_name}") String fullName,
      @Value("${elastauth.oidc.claim_mappings.groups}") String groups,
      IdentitySettings settings,
      Ticker ticker) {
    AutheliaSettings headers = settings.authelia();
    switch (provider) {
      case "oidc" -> {
        this.source = "the claim ";
        this.names = List.of(email, fullName, groups);
      }
      case "authelia" -> {
        this.source = "the header ";
        this.names = List.of(headers.headerEmail(), headers.headerName(), headers.headerGroups());
      }
      default -> {
        this.source = "the field ";
        this.names = List.of("email", "full name", "groups");
      }
    }
    this.groupWhitelist = settings.enableGroupWhitelist();
    this.logged =
        Caffeine.newBuilder()
            .executor(Runnable::run)
            .ticker(ticker)
            .maximumSize(LOGGED)
            .expireAfterWrite(LOG_INTERVAL)
            .build();
  }

  /**
   * @throws HttpError 403 for a group while {@code group_whitelist} is enabled, because it cannot
   *     be on that list
   */
  void dropped(String username, Field field, String reason) {
    if (isNew(username, name(field))) {
      LOG.atWarn()
          .addKeyValue("user", username)
          .addKeyValue("field", name(field))
          .addKeyValue("reason", reason)
          .log(
              "A value of a login is not usable and was dropped; the login continues without it (logged once an hour"
                  + " per user and field)");
    }
    if (field == Field.GROUPS && groupWhitelist) {
      throw HttpError.forbidden(
          "a group of this user is not usable, so it is not on the whitelist");
    }
  }

  /**
   * Refuses a token without groups and subject while {@code group_whitelist} is enabled. With a
   * subject, {@link GroupWhitelist} does, which knows the groups of a session that is refreshed.
   *
   * @throws HttpError 403
   */
  public void requireGroups(String username) {
    if (groupWhitelist) {
      throw unknownGroups(username, WHITELIST);
    }
  }

  /**
   * 403 for a login whose groups are unknown, logged once an hour per user.
   *
   * @param reason with what to do
   */
  public HttpError unknownGroups(String username, String reason) {
    String message = "the groups of this login are unknown (" + name(Field.GROUPS) + "): " + reason;
    if (isNew(username, message)) {
      LOG.atWarn()
          .addKeyValue("user", username)
          .addKeyValue("reason", message)
          .log("Refused: a login says nothing of groups (logged once an hour per user)");
    }
    return HttpError.forbidden(message).because("unknown_groups");
  }

  private String name(Field field) {
    return source + names.get(field.ordinal());
  }

  private boolean isNew(String username, String what) {
    return logged.asMap().putIfAbsent(username + '\n' + what, Boolean.TRUE) == null;
  }
}
