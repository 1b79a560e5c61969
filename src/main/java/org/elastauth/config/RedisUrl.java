package org.elastauth.config;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where Redis is: {@code redis://[[user]:password@]host[:port][/db]}, {@code rediss://} with TLS,
 * several hosts for a cluster, {@code redis-sentinel://…#master} for Sentinels.
 *
 * @param nodes the server; several: members of one cluster; with a master: the Sentinels
 * @param master what the Sentinels call it; empty without Sentinels
 * @param username empty: the default user
 * @param password empty: none
 */
public record RedisUrl(
    boolean tls, List<Node> nodes, String master, String username, String password, int db) {
  private static final Pattern FORM =
      Pattern.compile(
          "(?<scheme>redis|rediss|redis-sentinel|rediss-sentinel)://"
              + "((?<user>[^:]*)(:(?<password>.*))?@)?"
              + "(?<nodes>[^@/#?]+)(/(?<db>\\d{0,9}))?(#(?<master>[A-Za-z0-9._-]+))?");
  private static final Pattern NODE =
      Pattern.compile("(?<host>\\[[0-9A-Fa-f:.]+]|[A-Za-z0-9._-]+)(:(?<port>\\d{1,5}))?");

  /**
   * @param host without the brackets of an IPv6 address
   */
  public record Node(String host, int port) {}

  /** Nothing that is secret. */
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
   * @throws IllegalArgumentException says what to write instead, and quotes nothing
   */
  static RedisUrl parse(String text, int otherwise) {
    if (text.startsWith("jdbc:")) {
      throw new IllegalArgumentException(
          "is a database; with cache.type database it is cache.url, or ELASTAUTH_CACHE_URL");
    }
    Matcher url = FORM.matcher(text);
    if (!url.matches()) {
      throw new IllegalArgumentException(
          "is not of the form redis://user:password@host:port/db, with rediss:// for TLS, host:port,host:port"
              + " for a cluster, or redis-sentinel://host:port,host:port/db#master; write % and what else is"
              + " special in user and password as %25 and the like");
    }
    boolean sentinel = url.group("scheme").endsWith("sentinel");
    if (!sentinel && url.group("master") != null) {
      throw new IllegalArgumentException("names a master, which only redis-sentinel:// takes");
    }
    int port = sentinel ? 26379 : 6379;
    List<Node> nodes =
        Arrays.stream(url.group("nodes").split(",", -1)).map(node -> node(node, port)).toList();
    String db = url.group("db");
    return new RedisUrl(
        url.group("scheme").startsWith("rediss"),
        nodes,
        sentinel ? (url.group("master") == null ? "mymaster" : url.group("master")) : "",
        decoded(url.group("user")),
        decoded(url.group("password")),
        db == null || db.isEmpty() ? otherwise : Integer.parseInt(db));
  }

  private static Node node(String text, int port) {
    Matcher node = NODE.matcher(text);
    if (!node.matches()) {
      throw new IllegalArgumentException("names no host, or none of the form host:port");
    }
    int named = node.group("port") == null ? port : Integer.parseInt(node.group("port"));
    if (named < 1 || named > 65535) {
      throw new IllegalArgumentException("has a port that is not between 1 and 65535");
    }
    return new Node(node.group("host").replaceAll("[\\[\\]]", ""), named);
  }

  private static String decoded(String part) {
    if (part == null) {
      return "";
    }
    try {
      // the decoder is made for forms, in which a plus is a space
      return URLDecoder.decode(part.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException malformed) {
      throw new IllegalArgumentException(
          "has a % in user or password that begins no %XX; write it as %25", malformed);
    }
  }
}
