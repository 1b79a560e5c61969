package org.elastauth.replay;

import org.elastauth.config.Alias;
import org.elastauth.config.Rules.OneOf;
import org.springframework.boot.context.properties.bind.DefaultValue;

public record ReplaySettings(
    @DefaultValue("false") @Alias("disable_replay_detection=false|true") boolean enabled,
    @DefaultValue("false") boolean bearer,
    @DefaultValue("memory") @OneOf({"memory", "redis"}) String store,
    @DefaultValue("memory") @OneOf({"memory", "fail_open", "fail_closed"}) String policy) {

  /** Whether used tokens are remembered in Redis. */
  public boolean inRedis() {
    return enabled && store.equals("redis");
  }
}
