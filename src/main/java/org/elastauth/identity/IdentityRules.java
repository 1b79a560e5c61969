package org.elastauth.identity;

import java.util.Collection;
import java.util.List;
import java.util.TreeSet;
import org.elastauth.http.HttpError;
import org.elastauth.identity.OptionalFields.Field;

/**
 * The limits of identities from all sources. An invalid username results in 400. Other fields are
 * optional: the first usable value counts, and unusable values are dropped.
 */
public final class IdentityRules {
  private static final int MAX_USERNAME = 255;
  private static final int MAX_EMAIL = 320;
  private static final int MAX_FULL_NAME = 500;
  private static final int MAX_GROUP = 255;

  /** Beyond it the login is refused: dropped groups could decide that default_roles apply. */
  private static final int MAX_GROUPS = 5_000;

  private static final String NO_TEXT = "it is not a text";

  /** What a decoder puts in place of bytes that are not UTF-8. */
  static final int UNDECODABLE = 0xFFFD;

  private IdentityRules() {}

  /** For an administrator's request, which has no optional fields. */
  public static Identity identity(
      String username, String email, String fullName, Collection<String> groups, long asOf) {
    return identity(username, email, fullName, groups, asOf, null);
  }

  /**
   * @param username at least one character
   * @param email a text, empty for none, or several candidates
   * @param fullName the same
   * @param groups texts, untrimmed or empty, or other values, which are dropped; null if the login
   *     says nothing of groups
   * @param asOf when the groups were asserted
   * @param fields logs what is dropped
   * @throws HttpError 400
   */
  public static Identity identity(
      String username,
      Object email,
      Object fullName,
      Collection<?> groups,
      long asOf,
      OptionalFields fields) {
    checkUsername(username);
    List<String> usable = groups(username, groups, fields);
    return new Identity(
        username,
        first(username, Field.EMAIL, email, fields),
        first(username, Field.FULL_NAME, fullName, fields),
        usable == null ? List.of() : usable,
        usable == null ? 0 : asOf);
  }

  /**
   * Whether Elasticsearch 6.8 to 9 creates the user and accepts its login. Basic authentication
   * ends a username at a colon (RFC 7617, 2). Names with a leading underscore are internal users
   * and endpoints of Elasticsearch; dot segments do not survive in a URL.
   */
  public static boolean isUsername(String name) {
    int length = name.length();
    boolean valid =
        length > 0
            && length <= MAX_USERNAME
            && name.charAt(0) != '_'
            && name.charAt(0) != ' '
            && name.charAt(length - 1) != ' '
            && !name.equals(".")
            && !name.equals("..");
    for (int i = 0; valid && i < length; i++) {
      char c = name.charAt(i);
      valid = c >= ' ' && c <= '~' && c != ':';
    }
    return valid;
  }

  private static void checkUsername(String name) {
    if (!isUsername(name)) {
      throw HttpError.malformed(
          "malformed username: Elasticsearch accepts 1 to 255 printable ASCII characters without a colon,"
              + " no underscore or blank at the start, no blank at the end, and neither . nor ..");
    }
  }

  /** The first usable text; empty if there is none. */
  private static String first(String username, Field field, Object value, OptionalFields fields) {
    if (value instanceof String text && fault(field, text) == null) {
      return text;
    }
    for (Object candidate : value instanceof Collection<?> several ? several : List.of(value)) {
      String fault = candidate instanceof String text ? fault(field, text) : NO_TEXT;
      if (fault != null) {
        fields.dropped(username, field, fault);
      } else if (!candidate.equals("")) {
        return (String) candidate;
      }
    }
    return "";
  }

  /** Null for a usable text; empty ones are. */
  private static String fault(Field field, String text) {
    return switch (field) {
      case EMAIL -> isEmail(text) ? fault(text, MAX_EMAIL) : "it is not of the form name@host";
      case FULL_NAME -> fault(text, MAX_FULL_NAME);
      case GROUPS -> fault(text, MAX_GROUP);
    };
  }

  private static boolean isEmail(String text) {
    int at = text.indexOf('@');
    boolean valid =
        text.isEmpty() || at > 0 && at < text.length() - 1 && at == text.lastIndexOf('@');
    for (int i = 0; valid && i < text.length(); i++) {
      char c = text.charAt(i);
      valid = c > ' ' && !Character.isWhitespace(c) && c != '<' && c != '>' && c != ',';
    }
    return valid;
  }

  private static String fault(String text, int max) {
    if (text.length() > max && text.codePointCount(0, text.length()) > max) {
      return "it has more than " + max + " characters";
    }
    for (int i = 0; i < text.length(); i++) {
      int c = text.codePointAt(i);
      if (Character.isISOControl(c)) {
        return "it has a control character";
      }
      if (c == UNDECODABLE || c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE) {
        return "it is not UTF-8";
      }
      i += c > Character.MAX_VALUE ? 1 : 0;
    }
    return null;
  }

  /** Null if there are none, or if none is usable. */
  private static List<String> groups(String username, Collection<?> raw, OptionalFields fields) {
    if (raw == null || raw.isEmpty()) {
      return raw == null ? null : List.of();
    }
    TreeSet<String> groups = new TreeSet<>();
    boolean dropped = false;
    for (Object item : raw) {
      String group = item instanceof String text ? trim(text) : null;
      String fault = group == null ? NO_TEXT : fault(Field.GROUPS, group);
      if (fault != null) {
        fields.dropped(username, Field.GROUPS, fault);
        dropped = true;
      } else if (!group.isEmpty()) {
        groups.add(group);
      }
      if (groups.size() > MAX_GROUPS) {
        throw HttpError.malformed(
            "malformed groups: more than 5000; let the identity provider send fewer");
      }
    }
    return groups.isEmpty() && dropped ? null : List.copyOf(groups);
  }

  /** Removes only the blanks that HTTP allows around a list item (RFC 9110, 5.6.3). */
  private static String trim(String item) {
    int from = 0;
    int to = item.length();
    while (from < to && isBlank(item.charAt(from))) {
      from++;
    }
    while (from < to && isBlank(item.charAt(to - 1))) {
      to--;
    }
    return item.substring(from, to);
  }

  private static boolean isBlank(char c) {
    return c == ' ' || c == '\t';
  }
}
