package org.elastauth.identity;

import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.elastauth.http.HttpError;
import org.springframework.stereotype.Component;

/**
 * Rejects users with a group outside {@code group_whitelist}, if it is enabled, and tokens that say
 * nothing of groups: their users choose the scopes, so they could leave a group out. Groups compare
 * without case.
 */
@Component("groupWhitelist")
public final class GroupWhitelist implements Processor {
  /** As configured, and in lower case: most groups are found without a conversion. */
  private final Set<String> groups;

  private final boolean enabled;
  private final OptionalFields fields;

  public GroupWhitelist(IdentitySettings settings, OptionalFields fields) {
    this.fields = fields;
    this.enabled = settings.enableGroupWhitelist();
    this.groups =
        settings.groupWhitelist().stream()
            .flatMap(group -> Stream.of(group, fold(group)))
            .collect(Collectors.toUnmodifiableSet());
  }

  @Override
  public void process(Exchange exchange) {
    if (enabled) {
      refuse((Identity) exchange.getProperty("identity"));
    }
  }

  /**
   * @throws HttpError 403 for a group that is not on the whitelist, and for a token without groups,
   *     if it is enabled
   */
  public void refuse(Identity identity) {
    if (!enabled) {
      return;
    }
    boolean isOfToken = !identity.subject().isEmpty();
    if (isOfToken && !identity.saysGroups()) {
      throw fields.unknownGroups(identity.username(), OptionalFields.WHITELIST);
    }
    for (String group : identity.groups()) {
      if (!groups.contains(group) && !groups.contains(fold(group))) {
        throw HttpError.forbidden("a group of this user is not on the whitelist")
            .because("group_whitelist");
      }
    }
  }

  /** Lower case, but a non-ASCII character never becomes ASCII: U+212A (Kelvin) is not k. */
  public static String fold(String group) {
    return group
        .codePoints()
        .map(c -> c >= 0x80 && Character.toLowerCase(c) < 0x80 ? c : Character.toLowerCase(c))
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }
}
