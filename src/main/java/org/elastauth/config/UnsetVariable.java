package org.elastauth.config;

import java.util.regex.Pattern;
import org.springframework.util.PlaceholderResolutionException;

/** A value refers to a variable that is not set, or has the characters of such a reference. */
public final class UnsetVariable {
  private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_.-]{0,80}");
  private static final Pattern CAPITALS = Pattern.compile("[A-Z][A-Z0-9_]{0,80}");

  private UnsetVariable() {}

  /**
   * @param isSecret whether the value may be one, and what looks like a name a part of it
   * @return empty if the name must not be shown
   */
  static String name(IllegalArgumentException unresolved, boolean isSecret) {
    if (!(unresolved instanceof PlaceholderResolutionException placeholder)) {
      return "";
    }
    String name = placeholder.getPlaceholder();
    // the whole value, or the host of a URL
    boolean isAlone =
        placeholder
            .getValues()
            .get(0)
            .matches("(?s)([a-z]{1,20}://)?" + Pattern.quote("${" + name + "}") + "([:/].*)?");
    boolean isShown =
        isAlone && CAPITALS.matcher(name).matches()
            || !isSecret && placeholder.getValues().size() == 1 && NAME.matcher(name).matches();
    return isShown ? name : "";
  }

  /** What is wrong with an own setting that cannot be resolved, and how to mend it. */
  public static String ofOwn(String setting, IllegalArgumentException unresolved) {
    return SettingsReader.missing(name(unresolved, ShownValue.isSecret(setting)));
  }
}
