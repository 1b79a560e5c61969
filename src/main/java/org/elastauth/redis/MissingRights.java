package org.elastauth.redis;

import java.util.Set;

/**
 * The rights that the Redis user lacks for a feature.
 *
 * @param rights as an ACL rule names them
 * @param consequence what happens without them; empty: memory is used instead of Redis
 */
public record MissingRights(String feature, Set<String> rights, String consequence) {}
