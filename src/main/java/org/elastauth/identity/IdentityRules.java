package org.elastauth.identity;

import java.util.Collection;
import java.util.List;
import java.util.TreeSet;
import org.elastauth.http.HttpError;

/** The limits of identities from all sources. A violation results in 400 with the field's name. */
public final class IdentityRules {
  private static final int MAX_USERNAME = 255;
  private static final int MAX_EMAIL = 320;
  private static final int MAX_FULL_NAME = 500;
  private static final int MAX_GROUP = 255;

  private IdentityRules() {}

  /**
   * @param username at least one character
   * @param groups may be untrimmed or empty
   * @throws HttpError 400
   */
  public static Identity identity(
      String username, String email, String fullName, Collection<String> groups, long asOf) {
    checkUsername(username);
    checkEmail(email);
    if (characters(fullName) > MAX_FULL_NAME || hasControl(fullName)) {
      throw HttpError.malformed(
          "malformed full name: at most 500 characters, none of them a control character");
    }
    return new Identity(username, email, fullName, groups(groups), asOf);
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

  private static void checkEmail(String email) {
    if (email.isEmpty()) {
      return;
    }
    int at = email.indexOf('@');
    boolean valid =
        characters(email) <= MAX_EMAIL
            && at > 0
            && at < email.length() - 1
            && at == email.lastIndexOf('@');
    for (int i = 0; valid && i < email.length(); i++) {
      char c = email.charAt(i);
      valid =
          c > ' '
              && !Character.isISOControl(c)
              && !Character.isWhitespace(c)
              && c != '<'
              && c != '>'
              && c != ',';
    }
    if (!valid) {
      throw HttpError.malformed("malformed email: at most 320 characters in the form name@host");
    }
  }

  private static List<String> groups(Collection<String> raw) {
    if (raw.isEmpty()) {
      return List.of();
    }
    TreeSet<String> groups = new TreeSet<>();
    for (String item : raw) {
      String group = trim(item);
      if (group.isEmpty()) {
        continue;
      }
      if (characters(group) > MAX_GROUP || hasControl(group)) {
        throw HttpError.malformed(
            "malformed group: at most 255 characters, none of them a control character");
      }
      groups.add(group);
    }
    return List.copyOf(groups);
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

  private static int characters(String text) {
    return text.codePointCount(0, text.length());
  }

  private static boolean hasControl(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (Character.isISOControl(text.charAt(i))) {
        return true;
      }
    }
    return false;
  }
}
