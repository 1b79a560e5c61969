package org.elastauth.oidc.login;

import java.util.List;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The paths of the gateway's login and logout. A login must not lead back to them. They are
 * compared as the most lenient server on the way might read them: decoded, without empty segments
 * and parameters, in any case. Servers resolve dot segments differently, so a path with one counts
 * if it has the names of an own path at all; browsers resolve them before they send a path.
 */
final class OwnPaths {
  /** A path that is encoded more often counts as an own path. */
  private static final int MAX_ENCODINGS = 5;

  private static final Pattern ENCODED = Pattern.compile("%([0-9a-fA-F]{2})");
  private static final List<String> USUAL = List.of("elastauth", "oidc");

  /** With the prefix that a proxy may remove. */
  private final List<String> published;

  /**
   * @param callback the path of the redirect URL
   */
  OwnPaths(String callback) {
    List<String> segments = segments(callback);
    this.published = segments.size() > 1 ? segments.subList(0, segments.size() - 1) : USUAL;
  }

  /**
   * @param page a path, possibly with a query
   */
  boolean contains(String page) {
    String path = page.split("[?#]", 2)[0];
    for (int i = 0; i < MAX_ENCODINGS; i++) {
      List<String> segments = segments(path);
      if (isBelow(USUAL, segments) || isBelow(published, segments)) {
        return true;
      }
      if (!ENCODED.matcher(path).find()) {
        return false;
      }
      path = ENCODED.matcher(path).replaceAll(OwnPaths::decode);
    }
    return true;
  }

  private static String decode(MatchResult octet) {
    String c = Character.toString(Integer.parseInt(octet.group(1), 16));
    return Matcher.quoteReplacement(c);
  }

  private static boolean isBelow(List<String> folder, List<String> segments) {
    return segments.contains("..")
        ? segments.containsAll(folder)
        : segments.size() >= folder.size() && segments.subList(0, folder.size()).equals(folder);
  }

  private static List<String> segments(String path) {
    return Stream.of(path.replace('\\', '/').toLowerCase(Locale.ROOT).split("/"))
        .map(segment -> segment.replaceFirst("(?s);.*", "").trim())
        .filter(name -> !name.isEmpty() && !name.equals("."))
        .toList();
  }
}
