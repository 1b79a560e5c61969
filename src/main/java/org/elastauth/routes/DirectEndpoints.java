package org.elastauth.routes;

import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The names of the {@code direct:} endpoints in a route file, from its text. Nothing is loaded.
 *
 * @param called also from the description of a {@code process} step, where a bean calls the route;
 *     not from a branch that the configuration does not take
 * @param isYaml false for a file that the check of the routes refuses
 */
record DirectEndpoints(Set<String> served, Set<String> called, boolean isYaml) {
  private static final Pattern DIRECT = Pattern.compile("direct:(?://)?([^?,'\")\\s]+)");
  private static final Pattern EQUALS = Pattern.compile("'([^']*)' == '([^']*)'");

  static DirectEndpoints of(RouteFile file, UnaryOperator<String> placeholders) {
    CheckedFile read = file.read();
    Walk walk = new Walk(placeholders);
    walk.into("", read.root());
    return new DirectEndpoints(walk.served, walk.called, read.isRead() || read.faults().isEmpty());
  }

  /** Through the content of a file. */
  private static final class Walk {
    private final Set<String> served = new TreeSet<>();
    private final Set<String> called = new TreeSet<>();
    private final UnaryOperator<String> placeholders;

    Walk(UnaryOperator<String> placeholders) {
      this.placeholders = placeholders;
    }

    void into(String parent, YamlNode node) {
      if (node.isScalar()) {
        collect(node.text(), called);
      } else if (node.get("precondition").asText().equals("true")) {
        intoTaken(node);
      } else {
        node.asList().forEach(item -> into(parent, item));
        collect(byName(node), called);
        node.asMap().forEach((key, value) -> intoField(parent, key, value));
      }
    }

    private void intoField(String parent, String key, YamlNode value) {
      if (key.equals("from")) {
        YamlNode uri = value.isScalar() ? value : value.get("uri");
        collect(uri.asText() + byName(value), served);
        into(key, value.get("steps"));
      } else if (!key.equals("message")
          && (!key.equals("description") || parent.equals("process"))) {
        into(key, value);
      }
    }

    /** As editors write an endpoint: uri direct, and the name as a parameter. */
    private static String byName(YamlNode endpoint) {
      return endpoint.get("uri").asText().equals("direct")
          ? " direct:" + endpoint.get("parameters").get("name").asText()
          : "";
    }

    /** The branch that a choice with precondition takes; all that may be, if this is not known. */
    private void intoTaken(YamlNode choice) {
      for (YamlNode branch : choice.get("when").asList()) {
        Matcher equals = EQUALS.matcher(placeholders.apply(branch.get("simple").asText()));
        boolean isKnown = equals.matches();
        boolean isTaken = isKnown && equals.group(1).equals(equals.group(2));
        if (isTaken || !isKnown) {
          into("when", branch);
        }
        if (isTaken) {
          return;
        }
      }
      into("otherwise", choice.get("otherwise"));
    }

    private void collect(String text, Set<String> names) {
      if (text.contains("direct:")) {
        Matcher direct = DIRECT.matcher(placeholders.apply(text));
        while (direct.find()) {
          names.add(direct.group(1));
        }
      }
    }
  }
}
