package org.elastauth.identity;

import java.util.Set;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.elastauth.http.HttpError;
import org.springframework.stereotype.Component;

/** Rejects users with a group outside {@code group_whitelist}, if it is enabled. */
@Component("groupWhitelist")
public final class GroupWhitelist implements Processor {
  private final Set<String> groups;
  private final boolean enabled;

  public GroupWhitelist(IdentitySettings settings) {
    this.enabled = settings.enableGroupWhitelist();
    this.groups = Set.copyOf(settings.groupWhitelist());
  }

  /**
   * @throws HttpError 403
   */
  @Override
  public void process(Exchange exchange) {
    if (enabled && !groups.containsAll(((Identity) exchange.getProperty("identity")).groups())) {
      throw HttpError.forbidden("a group of this user is not on the whitelist")
          .because("group_whitelist");
    }
  }
}
