package org.elastauth.http;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.elastauth.config.Checked;
import org.elastauth.config.Faults;
import org.elastauth.config.Rules;

/**
 * Headers that a 200 has in addition to Authorization.
 *
 * @param headers the exchange property that becomes the value, by the name of the header
 */
public record ResponseSettings(Map<String, String> headers) implements Checked {
  private static final Set<String> OF_IDENTITIES =
      Set.of("username", "email", "full_name", "groups", "roles");

  private static final Pattern OWN = Pattern.compile("my[A-Za-z0-9_-]{0,60}");

  /** Headers of the gateway, of the connection, and those by which proxies and browsers act. */
  private static final Set<String> RESERVED =
      Set.of(
          "authorization",
          "cache-control",
          "clear-site-data",
          "connection",
          "date",
          "host",
          "keep-alive",
          "location",
          "refresh",
          "retry-after",
          "server",
          "set-cookie",
          "strict-transport-security",
          "te",
          "trailer",
          "transfer-encoding",
          "upgrade",
          "www-authenticate",
          "x-sendfile");

  private static final List<String> RESERVED_PREFIXES =
      List.of("access-control-", "camel", "content-", "proxy-", "ratelimit-", "x-accel-");

  @Override
  public void check(Faults faults) {
    headers.forEach(
        (name, property) -> {
          String key = "headers." + name;
          String plain = name.toLowerCase(Locale.ROOT);
          if (!name.matches(Rules.HEADER)) {
            faults.add(key, "is not the name of an HTTP header");
          } else if (RESERVED.contains(plain)
              || RESERVED_PREFIXES.stream().anyMatch(plain::startsWith)) {
            faults.add(
                key, "***", "is a header that has a meaning of its own; choose another name");
          } else if (!OF_IDENTITIES.contains(property) && !OWN.matcher(property).matches()) {
            faults.add(
                key,
                "***",
                "is neither username, email, full_name, groups, roles nor a property whose name begins with my");
          }
        });
  }
}
