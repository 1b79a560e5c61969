package org.elastauth.routes;

import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An endpoint with a fixed contract, or several that belong together. A route file that serves them
 * is an adapter.
 *
 * @param endpoints with the name of the adapter in angle brackets
 * @param siblings the last words of the endpoints that an adapter must serve together
 */
record Port(List<String> endpoints, List<String> siblings, String in, String out) {
  static final List<Port> ALL =
      List.of(
          new Port(
              List.of("identity-<provider>"),
              List.of(),
              "the HTTP request",
              "property `identity`; nothing: \"not mine\"; or an `HttpError`"),
          new Port(List.of("rate-limit"), List.of(), "`identity` or none", "passes, or 429"),
          new Port(
              List.of("rate-limit-<store>-count"),
              List.of(),
              "`rateLimitKey`",
              "body: the number of requests in this window; null: not counted"),
          new Port(
              List.of("cache-<type>-get"),
              List.of("get", "put", "delete"),
              "`cacheKey`",
              "body: entry or null"),
          new Port(
              List.of("cache-<type>-put", "cache-<type>-renew", "cache-<type>-delete"),
              List.of("get", "put", "delete"),
              "`cacheKey`, `ttl` (seconds), body: entry",
              "–"),
          new Port(
              List.of("user-store-<store>"),
              List.of(),
              "`identity`, `roles`",
              "body: `Credential`"),
          new Port(
              List.of("user-store-<store>-revoke"),
              List.of(),
              "`identity`, `revocation`",
              "property `revocation`"),
          new Port(
              List.of("session-<store>-get", "session-<store>-put", "session-<store>-delete"),
              List.of("get", "put", "delete", "delete-all"),
              "`sessionKey`, body: session",
              "body: session or null"),
          new Port(
              List.of("session-<store>-delete-all"),
              List.of("get", "put", "delete", "delete-all"),
              "body: `ProviderLogout`",
              "–"),
          new Port(
              List.of("audit-<target>"),
              List.of(),
              "body: `AuditSegment`, a file of events",
              "body: the same; an exception: deliver it again later"));

  private static final Pattern ADAPTER = Pattern.compile("<\\w+>");

  /** The endpoints that must be served together with one of a name, if that is one of this port. */
  List<String> together(String name) {
    for (String endpoint : endpoints) {
      Matcher adapter =
          Pattern.compile(ADAPTER.matcher(endpoint).replaceFirst("(.+)")).matcher(name);
      if (adapter.matches() && !siblings.isEmpty()) {
        String stem = name.substring(0, adapter.end(1));
        return siblings.stream().map(sibling -> stem + "-" + sibling).toList();
      }
    }
    return List.of();
  }

  /** All endpoints that must be served together with one of a name. */
  static Set<String> siblings(String name) {
    return ALL.stream()
        .flatMap(port -> port.together(name).stream())
        .collect(java.util.stream.Collectors.toCollection(java.util.TreeSet::new));
  }
}
