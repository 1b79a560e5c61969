package org.elastauth.redis;

import io.lettuce.core.cluster.api.sync.RedisClusterCommands;
import java.util.Map;
import java.util.function.BiConsumer;

/**
 * The Redis commands that a feature sends. At startup the gateway tries them and logs those that
 * the Redis user may not send.
 *
 * @param feature its name in the log
 * @param withoutChannel logged if the user may not use the channel; null if the feature needs none
 * @param attempts by the right that each needs. They get a key that does not exist and must not
 *     change anything
 */
public record RequiredRights(
    String feature,
    String withoutChannel,
    Map<String, BiConsumer<RedisClusterCommands<String, String>, String>> attempts) {
  /** For a feature that does not use Redis. */
  public static final RequiredRights NONE = new RequiredRights("", null, Map.of());
}
