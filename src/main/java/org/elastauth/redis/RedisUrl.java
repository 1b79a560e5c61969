package org.elastauth.redis;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Where Redis is: {@code redis://[[user]:password@]host[:port][/db]}, {@code rediss://} with TLS,
 * several hosts for a cluster, {@code redis-sentinel://…#master} for Sentinels. Lettuce's RedisURI
 * is not used, because its error messages quote the password and it ignores unknown parts.
 *
 * @param nodes the server; several: members of one cluster; with a master: the Sentinels
 * @param master its name at the Sentinels; empty without Sentinels
 * @param username empty: the default user
 * @param password empty: none
 */
public record RedisUrl(
    boolean tls, List<Node> nodes, String master, String username, String password, int db) {
  private static final Pattern FORM =
      Pattern.compile(
          "(?<scheme>rediss?(?<sentinel>-sentinel)?)://((?<user>[^:]*)(:(?<password>.*))?@)?"
              + "(?<nodes>[^@/#?]+)(/(?<db>\\d{0,9}))?(#(?<master>[A-Za-z0-9._-]+))?");
  private static final Pattern NODE =
      Pattern.compile("(?<host>\\[[0-9A-Fa-f:.]+]|[A-Za-z0-9._-]+)(:(?<port>\\d{1,5}))?");

  /**
   * @param host without the brackets of an IPv6 address
   */
  public record Node(String host, int port) {}

  /** Without the password. */
  @Override
  public String toString() {
    return "RedisUrl" + nodes;
  }

  public boolean isSentinel() {
    return !master.isEmpty();
  }

  public boolean isCluster() {
    return !isSentinel() && nodes.size() > 1;
  }

  /**
   * @param otherwise the database where the URL names none
   * @throws IllegalArgumentException if the URL is malformed; the message does not quote it
   */
  static RedisUrl parse(String text, int otherwise) {
    Matcher url = FORM.matcher(text);
    require(
        !text.startsWith("jdbc:"),
        "is a database; with cache.type database it is cache.url, or ELASTAUTH_CACHE_URL");
    require(
        url.matches(),
        "is not of the form redis://user:password@host:port/db, with rediss:// for TLS, host:port,host:port"
            + " for a cluster, or redis-sentinel://host:port,host:port/db#master; percent-encode special"
            + " characters in user and password");
    boolean sentinel = url.group("sentinel") != null;
    String master = or(url.group("master"), sentinel ? "mymaster" : "");
    require(sentinel || master.isEmpty(), "names a master, which only redis-sentinel:// supports");
    return new RedisUrl(
        url.group("scheme").startsWith("rediss"),
        Stream.of(url.group("nodes").split(",", -1))
            .map(node -> node(node, sentinel ? 26379 : 6379))
            .toList(),
        master,
        decoded(or(url.group("user"), "")),
        decoded(or(url.group("password"), "")),
        or(url.group("db"), "").isEmpty() ? otherwise : Integer.parseInt(url.group("db")));
  }

  private static Node node(String text, int otherwise) {
    Matcher node = NODE.matcher(text);
    require(node.matches(), "names no host, or a host that is not of the form host:port");
    int port = node.group("port") == null ? otherwise : Integer.parseInt(node.group("port"));
    require(port >= 1 && port <= 65535, "has a port that is not between 1 and 65535");
    return new Node(node.group("host").replaceAll("[\\[\\]]", ""), port);
  }

  private static String decoded(String part) {
    require(
        !part.matches(".*%(?![0-9A-Fa-f]{2}).*"),
        "has a % in user or password that is not part of a %XX; write it as %25");
    // URLDecoder would decode a plus as a space
    return URLDecoder.decode(part.replace("+", "%2B"), StandardCharsets.UTF_8);
  }

  private static String or(String part, String otherwise) {
    return part == null ? otherwise : part;
  }

  private static void require(boolean condition, String message) {
    if (!condition) {
      throw new IllegalArgumentException(message);
    }
  }
}
