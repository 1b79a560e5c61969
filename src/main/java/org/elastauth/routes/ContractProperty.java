package org.elastauth.routes;

import java.util.List;

/**
 * The exchange properties of the gateway's routes. A route of an operator may read all, set those
 * that its port sets, and use any name that begins with {@code my}.
 *
 * @param setBy routes in lower case, Java classes otherwise
 */
record ContractProperty(String name, String type, String setBy, String readBy, String meaning) {
  /** The prefix of an operator's own properties. */
  static final String OWN = "my";

  static final List<ContractProperty> ALL =
      List.of(
          new ContractProperty(
              "request",
              "HttpServerRequest",
              "the HTTP server",
              "identity providers, OpenID Connect, rate limit, revocation",
              "the HTTP request; nothing of it becomes a Camel header"),
          new ContractProperty(
              "identity",
              "Identity",
              "identity-*, oidc-session, revoke",
              "credential, rate limit, user store, session",
              "the user, with full name, email and groups"),
          new ContractProperty(
              "cacheKey",
              "String",
              "credential, revoke, reread",
              "cache-*",
              "the key of the user's entry"),
          new ContractProperty(
              "credential",
              "Credential",
              "credential",
              "credential",
              "the password and its window, while the cache is written or renewed"),
          new ContractProperty(
              "ttl",
              "Long, seconds",
              "credential",
              "cache-*",
              "how long the entry may live; 0: do not store it"),
          new ContractProperty(
              "roles",
              "List of String",
              "credential",
              "user-store-*",
              "the roles of the user's groups"),
          new ContractProperty(
              "storeBypassed",
              "String",
              "cache-*, SharedState",
              "cache-*, SharedState",
              "the store (`redis` or `database`) that failed this request; it is not asked again"),
          new ContractProperty(
              "tier",
              "Tier",
              "DecryptCredential, SingleFlight",
              "the HTTP server",
              "where the credential came from, such as `memory` or `elasticsearch`, for the metrics"),
          new ContractProperty(
              "rateLimitKey",
              "String",
              "rate-limit",
              "RedisRateLimiter, MemoryRateLimiter",
              "what the request is counted by; null: not counted"),
          new ContractProperty(
              "refusal",
              "Exception",
              "authenticate, oidc-callback, oidc-logout, LogoutTokenVerifier",
              "Responses, oidc-callback",
              "the error that answers the request after another step"),
          new ContractProperty(
              "token",
              "Token",
              "identity-oidc, oidc-logout",
              "identity-oidc, oidc-logout",
              "the token of the request, its hash, its use and its claims"),
          new ContractProperty(
              "session",
              "Session",
              "oidc-session, oidc-callback, oidc-logout",
              "oidc-*",
              "the session of the browser"),
          new ContractProperty(
              "sessionKey",
              "String",
              "oidc-session, oidc-callback, oidc-logout",
              "session-*",
              "SHA-256 of the id in the session cookie"),
          new ContractProperty(
              "login",
              "AuthorizationResponse",
              "oidc-callback",
              "oidc-callback",
              "the response of the provider, and the login that it belongs to"),
          new ContractProperty(
              "spentCookies",
              "List of String",
              "oidc-*",
              "Responses, oidc-*",
              "values of `Set-Cookie` that delete cookies, on an error too"),
          new ContractProperty(
              "revocation",
              "Revocation",
              "revoke",
              "revoke, user-store-*",
              "what an administrator revokes, and what came of it"));

  static List<String> names() {
    return ALL.stream().map(ContractProperty::name).toList();
  }
}
