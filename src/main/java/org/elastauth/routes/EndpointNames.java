package org.elastauth.routes;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.apache.camel.spi.ScheduledPollConsumerScheduler;
import org.apache.commons.text.similarity.LevenshteinDistance;
import org.elastauth.config.NearestName;
import org.springframework.scheduling.support.CronExpression;

/**
 * The components of a file's endpoints and their options, by what the components say of themselves.
 */
record EndpointNames(RouteFaults faults, BeanNames beans, CamelParts parts) {
  /** The options of files that are regular expressions; Camel's description does not tell. */
  private static final Set<String> REGEX = Set.of("include", "exclude");

  /** The components that read <code>${…}</code> themselves. */
  private static final Set<String> EVALUATE = Set.of("file", "sql", "bean", "class");

  /** The schedulers that Camel knows without a bean. */
  private static final Set<String> SCHEDULERS = Set.of("none", "quartz", "spring");

  /**
   * The components whose endpoints Camel creates for a check: they reach nothing before a start.
   */
  private static final Set<String> CREATED = Set.of("file", "log", "timer");

  private static final LevenshteinDistance ONE_LETTER = new LevenshteinDistance(1);

  /**
   * @param parent the step, or {@code from}
   */
  void check(Endpoint endpoint, String parent) {
    String scheme = endpoint.scheme();
    if (Endpoint.isOpen(scheme) || scheme.isEmpty()) {
      return;
    }
    if (!scheme.matches("[a-zA-Z][\\w.+-]*")) {
      faults.add(endpoint.line(), scheme + " is not an endpoint; write component:name");
      return;
    }
    if (!parts.has("component", scheme)) {
      boolean isBean = beans.beans().has(scheme);
      if (!isBean) {
        faults.add(
            endpoint.line(),
            "there is no component "
                + scheme
                + NearestName.hint(
                    scheme,
                    parts.names("component"),
                    "; add its jar to the folder lib, or correct the name"));
      }
      return;
    }
    JsonNode component = parts.component(scheme);
    boolean isConsumer = parent.equals("from");
    if (component.path("component").path(isConsumer ? "producerOnly" : "consumerOnly").asBoolean()
        && !parent.contains("poll")) {
      faults.add(
          endpoint.line(),
          scheme
              + " can only be used in "
              + (isConsumer ? "to" : "from")
              + "; choose another component");
    }
    if (scheme.equals("bean") || scheme.equals("class")) {
      bean(endpoint);
    }
    if (endpoint.path().contains("${") && parent.equals("to") && !EVALUATE.contains(scheme)) {
      faults.add(endpoint.line(), "to does not evaluate ${…}; use toD");
    }
    int before = faults.found().size();
    path(endpoint, component.path("properties"));
    if (!component.isMissingNode() && component.path("apis").isMissingNode()) {
      endpoint.options().forEach((name, value) -> option(scheme, component, name, value));
    }
    beans.needed(scheme, endpoint.options().containsKey("dataSource"), endpoint.line());
    if (CREATED.contains(scheme) && faults.found().size() == before) {
      creation(endpoint);
    }
  }

  /** What is between the scheme and the options. */
  private void path(Endpoint endpoint, JsonNode options) {
    for (Map.Entry<String, JsonNode> each : options.properties()) {
      JsonNode about = each.getValue();
      if (about.path("kind").asText().equals("path") && about.path("required").asBoolean()) {
        boolean isThere = endpoint.options().containsKey(each.getKey());
        if (endpoint.path().isEmpty() && !isThere) {
          faults.add(
              endpoint.line(),
              endpoint.scheme() + " has no " + each.getKey() + "; write it after the colon");
        } else if (!isThere
            && about.path("javaType").asText().equals("java.net.URI")
            && !Endpoint.isOpen(endpoint.path())
            && !isUrl(endpoint.path())) {
          faults.add(
              endpoint.line(),
              endpoint.path() + " is not a URL; write " + endpoint.scheme() + ":http://host/path");
        }
        return;
      }
    }
  }

  private static boolean isUrl(String text) {
    try {
      return new URI(text).getRawAuthority() != null;
    } catch (URISyntaxException malformed) {
      return false;
    }
  }

  /** What Camel refuses when it creates the endpoint. */
  private void creation(Endpoint endpoint) {
    String refusal = refusal(endpoint, "");
    if (!refusal.isEmpty()) {
      Map.Entry<String, YamlNode> cause =
          endpoint.options().entrySet().stream()
              .filter(option -> refusal(endpoint, option.getKey()).isEmpty())
              .findFirst()
              .orElse(Map.entry(endpoint.scheme(), YamlNode.scalar(endpoint.line(), "")));
      faults.add(
          cause.getValue().line(),
          "Camel cannot create "
              + endpoint.scheme()
              + " ("
              + refusal
              + "); correct "
              + cause.getKey());
    }
  }

  private String refusal(Endpoint endpoint, String left) {
    Map<String, Object> values = new TreeMap<>();
    for (Map.Entry<String, YamlNode> option : endpoint.options().entrySet()) {
      String text = option.getValue().asText();
      if (!Sandbox.isPlain(option.getKey()) || !Sandbox.isPlain(text)) {
        return ""; // only the start knows it
      }
      if (!option.getKey().equals(left)) {
        values.put(option.getKey(), text);
      }
    }
    return !Sandbox.isPlain(endpoint.path())
        ? ""
        : beans.camel().refusal(endpoint.scheme() + ":" + endpoint.path(), values);
  }

  private void bean(Endpoint endpoint) {
    YamlNode method =
        endpoint.options().getOrDefault("method", YamlNode.scalar(endpoint.line(), ""));
    String name = endpoint.path();
    if (endpoint.scheme().equals("class") || name.contains(".")) {
      beans.callOf(name, endpoint.line(), method);
    } else if (name.matches("[\\w-]+")) {
      beans.call(YamlNode.scalar(endpoint.line(), name), method);
    }
  }

  private void option(String scheme, JsonNode component, String name, YamlNode value) {
    JsonNode options = component.path("properties");
    if (!value.isScalar()) {
      faults.add(value.line(), name + " must be a single value, not a list or map; correct it");
      return;
    }
    String plain = name.replaceFirst("^(consumer|producer)\\.", "");
    JsonNode option = options.path(plain);
    if (plain.equals("scheduler.cron")
        && !Endpoint.isOpen(value.asText())
        && !CronExpression.isValidExpression(value.asText().replace('+', ' '))) {
      faults.add(
          value.line(),
          value.asText() + " is not a cron expression; write six fields, such as 0 0 * * * *");
    }
    if (option.isMissingNode()) {
      boolean isPrefixed =
          options.properties().stream()
              .map(each -> each.getValue().path("prefix").asText())
              .anyMatch(prefix -> !prefix.isEmpty() && plain.startsWith(prefix));
      if (!isPrefixed && !Endpoint.isOpen(name) && !plain.startsWith("scheduler.")) {
        Set<String> known = new TreeSet<>();
        options.fieldNames().forEachRemaining(known::add);
        if (component.path("component").path("lenientProperties").asBoolean()) {
          // a parameter of the other server, unless one letter is wrong
          known.removeIf(each -> ONE_LETTER.apply(each, name) < 0);
          if (known.isEmpty()) {
            return;
          }
        }
        faults.add(
            value.line(),
            scheme
                + " has no option "
                + name
                + NearestName.hint(name, known, "; correct or delete it"));
      }
      return;
    }
    String text = value.asText();
    if (plain.equals("scheduler") && !SCHEDULERS.contains(text)) {
      beans.reference(value, ScheduledPollConsumerScheduler.class);
    } else if (option.path("type").asText().equals("object") && !plain.equals("scheduler")) {
      beans.value(name, value, option.path("javaType").asText().replaceFirst("<.*", ""));
    }
    beans.registered(value);
    if (plain.equals("okStatusCodeRange")
        && !Endpoint.isOpen(text)
        && !text.matches("\\d{3}(-\\d{3})?(,\\d{3}(-\\d{3})?)*")) {
      faults.add(value.line(), name + "=" + text + " is not a range of codes; write 200-299");
    }
    if (scheme.equals("file") && REGEX.contains(plain) && !Endpoint.isOpen(text)) {
      pattern(name, value);
    }
    if (value.isScalar()
        && !Endpoint.isOpen(text)
        && !text.startsWith("#")
        && !text.startsWith("RAW(")) {
      Set<String> allowed = new TreeSet<>();
      option.path("enum").forEach(each -> allowed.add(each.asText()));
      boolean isAllowed = allowed.isEmpty() || allowed.stream().anyMatch(each -> same(each, text));
      String fault = isAllowed ? Values.fault(option, text) : "";
      if (!isAllowed) {
        faults.add(
            value.line(), name + "=" + text + " is not one of " + String.join(", ", allowed));
      } else if (!fault.isEmpty()) {
        faults.add(value.line(), name + "=" + text + " " + fault);
      }
    }
  }

  private void pattern(String name, YamlNode value) {
    try {
      Pattern.compile(value.asText());
    } catch (PatternSyntaxException malformed) {
      faults.add(
          value.line(),
          name + " is not a regular expression (" + malformed.getDescription() + "); correct it");
    }
  }

  static boolean same(String one, String other) {
    return fold(one).equals(fold(other));
  }

  private static String fold(String text) {
    return text.toLowerCase(Locale.ROOT).replaceAll("[-_]", "");
  }
}
