package org.elastauth.elasticsearch;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A host of {@code elasticsearch.hosts}: {@code [http(s)://]host[:port][/path]}. {@link
 * java.net.URI} does not suit: it finds no host in a name with an underscore, which containers
 * have.
 *
 * @param isComplete whether scheme and port are configured, not assumed
 * @param path of a proxy, before the path of every request; empty, or with a leading slash
 */
record ElasticsearchHost(String scheme, String name, int port, String path, boolean isComplete) {
  private static final int DEFAULT_PORT = 9200;

  private static final Pattern FORM =
      Pattern.compile(
          "((?<scheme>[A-Za-z][A-Za-z0-9+.-]*)://)?"
              + "(?<name>\\[[0-9A-Fa-f:.]+]|(?!\\d+(:|/|$))[A-Za-z0-9._-]+)(:(?<port>\\d{1,5}))?"
              + "(?<path>(/(?!\\.{1,2}(/|$))([A-Za-z0-9._~-]|%[0-9A-Fa-f]{2})+)*)/?");

  /**
   * @param tls whether a host without a scheme is encrypted
   * @throws IllegalArgumentException if the text has another form; the message does not quote it
   */
  static ElasticsearchHost parse(String text, boolean tls) {
    Matcher url = FORM.matcher(text);
    require(
        !text.contains("@"),
        "contains a user; set elasticsearch.username and elasticsearch.password separately");
    require(!text.matches(".*[?#].*"), "has a query or a fragment; remove it");
    require(
        url.matches(),
        "is not of the form http(s)://host:port/path, where port (9200) and path are optional");
    String scheme =
        url.group("scheme") == null
            ? tls ? "https" : "http"
            : url.group("scheme").toLowerCase(Locale.ROOT);
    require(scheme.matches("https?"), "has another scheme than http:// and https://");
    int port = url.group("port") == null ? DEFAULT_PORT : Integer.parseInt(url.group("port"));
    require(port >= 1 && port <= 65535, "has a port that is not between 1 and 65535");
    return new ElasticsearchHost(
        scheme,
        url.group("name"),
        port,
        url.group("path"),
        url.group("scheme") != null && url.group("port") != null);
  }

  private static void require(boolean condition, String message) {
    if (!condition) {
      throw new IllegalArgumentException(message);
    }
  }
}
