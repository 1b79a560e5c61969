package org.elastauth.http;

import java.security.Principal;
import java.util.List;

/**
 * What was decided about a request.
 *
 * @param at epoch milliseconds
 * @param user null if unknown
 * @param path of the route; empty for a response outside the routes
 * @param reason one of few words; {@code none} if access was granted
 * @param tier where the credential came from: a cache or the user store; empty without one
 * @param peer address of the connection
 * @param forwardedFor the values of X-Forwarded-For, which the peer may have invented
 */
public record Decision(
    String id,
    long at,
    Principal user,
    String path,
    int status,
    String reason,
    String tier,
    String peer,
    List<String> forwardedFor) {}
