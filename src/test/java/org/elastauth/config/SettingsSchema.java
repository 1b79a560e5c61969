package org.elastauth.config;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.elastauth.config.DescribedSettings.Described;
import org.elastauth.config.Rules.Between;
import org.elastauth.config.Rules.Matches;
import org.elastauth.config.Rules.Name;
import org.elastauth.config.Rules.OneOf;
import org.elastauth.config.Rules.Url;

/**
 * Makes the JSON Schemas of the configuration files, for editors. They accept what the gateway
 * reads without a warning: each spelling of a name, words in any case, and variables in place of a
 * value.
 */
final class SettingsSchema {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String DRAFT = "http://json-schema.org/draft-07/schema#";
  private static final String VARIABLE = "\\$\\{[^}]+\\}";
  private static final String SWITCH = "true|yes|on|1|false|no|off|0";
  private static final String DURATION =
      "\\s*(\\d{1,9}|(\\d{1,9}d)?(\\d{1,9}h)?(\\d{1,9}m)?(\\d{1,9}s)?(\\d{1,9}ms)?)\\s*";

  /** What only a regular expression of Java has. */
  private static final Pattern JAVA = Pattern.compile("&&|\\\\p|\\(\\?[a-z<]");

  private static final Map<String, List<String>> ADAPTERS =
      Map.of(
          "auth_provider", List.of("authelia", "oidc"),
          "cache.type", List.of("memory", "redis", "hybrid", "database", "file", "none"),
          "user_store", List.of("elasticsearch", "dry-run"),
          "session.store", List.of("memory", "redis", "hybrid"),
          "rate_limit.store", List.of("memory", "redis"));

  private final DescribedSettings described;
  private final ObjectNode definitions = JSON.createObjectNode();
  private final ObjectNode root = group("The settings of the gateway.");

  private SettingsSchema(DescribedSettings described) {
    this.described = described;
  }

  /** Of {@code config.yml}, and of all below {@code elastauth} elsewhere. */
  static ObjectNode ofConfig(DescribedSettings described) {
    return new SettingsSchema(described).config();
  }

  /** Of {@code application.yaml}, which contains the settings below {@code elastauth}. */
  static ObjectNode ofApplication() {
    ObjectNode schema = JSON.createObjectNode().put("$schema", DRAFT);
    schema.put("title", "application.yaml of elastauth");
    schema.putArray("type").add("object").add("null");
    ObjectNode properties = schema.putObject("properties");
    properties.putObject("elastauth").put("$ref", "config.schema.json");
    properties
        .putObject("my")
        .put("description", "Settings for routes of your own: my.folder is {{my.folder}} there.");
    for (String framework : List.of("spring", "camel", "logging", "debug", "trace")) {
      properties.putObject(framework).put("description", "A setting of Spring Boot or Camel.");
    }
    schema.putObject("patternProperties").putObject("^(spring|camel|logging|my|elastauth)\\.");
    return schema.put("additionalProperties", false);
  }

  private ObjectNode config() {
    ObjectNode schema = JSON.createObjectNode().put("$schema", DRAFT);
    schema.put("title", "config.yml of elastauth");
    definitions
        .putObject("file")
        .put("description", "The path of a file that contains the secret.")
        .putArray("type")
        .add("string")
        .add("null");
    described.settings().forEach((path, each) -> definitions.set(path, definition(each)));
    for (Described each : described.settings().values()) {
      Setting setting = each.setting();
      add(setting.path(), reference(setting.path()), false);
      for (String alias : setting.aliases()) {
        if (!Setting.isVariable(alias)) {
          addAlias(setting, alias);
        }
      }
    }
    described.groups().forEach((path, text) -> parent(path + ".x").put("description", text));
    root.withObject("/properties")
        .putObject("my")
        .put("description", "Settings for routes of your own: my.folder is {{my.folder}} there.");
    schema.setAll(root);
    schema.set("definitions", definitions);
    return schema;
  }

  private void addAlias(Setting setting, String alias) {
    String[] parts = alias.split("[=|]");
    ObjectNode other = JSON.createObjectNode();
    if (parts.length > 1) {
      other.setAll(choice(true));
      words(other, SWITCH);
    } else {
      other.putArray("allOf").add(reference(setting.path()));
    }
    String text = "Another name of " + setting.path() + ".";
    other.put("description", text).put("deprecated", true).put("deprecationMessage", text);
    definitions.set(parts[0], other);
    add(parts[0], reference(parts[0]), true);
  }

  /** Adds a setting by a name of it, and by the other spellings of that name. */
  private void add(String path, ObjectNode value, boolean isAlias) {
    ObjectNode group = parent(path);
    String name = path.substring(path.lastIndexOf('.') + 1);
    ObjectNode properties = (ObjectNode) group.get("properties");
    if (!properties.has(name)) {
      properties.set(name, value);
    }
    addSpellings(group, name, value);
    if (path.contains(".")) {
      String flat = "^" + path.replace(".", "[._-]") + "$";
      patterns(root).set(flat, value);
    }
    Setting setting =
        described.settings().containsKey(path) ? described.settings().get(path).setting() : null;
    if (setting != null && setting.isSecret() && !setting.isMap() && !isAlias) {
      ObjectNode file = JSON.createObjectNode().put("$ref", "#/definitions/file");
      properties.set(name + "_file", file);
      addSpellings(group, name + "_file", file);
    }
  }

  private static void addSpellings(ObjectNode group, String name, ObjectNode value) {
    if (name.contains("_")) {
      String camel =
          Pattern.compile("_(.)")
              .matcher(name)
              .replaceAll(m -> m.group(1).toUpperCase(Locale.ROOT));
      patterns(group).set("^(" + camel + "|" + name.replace('_', '-') + ")$", value);
    }
  }

  private static ObjectNode patterns(ObjectNode group) {
    return group.withObject("/patternProperties");
  }

  /** The group that contains the last part of a path. */
  private ObjectNode parent(String path) {
    ObjectNode group = root;
    String[] parts = path.split("\\.");
    for (int i = 0; i < parts.length - 1; i++) {
      ObjectNode properties = (ObjectNode) group.get("properties");
      if (!properties.has(parts[i])) {
        properties.set(parts[i], group(null));
      }
      ObjectNode inner = (ObjectNode) properties.get(parts[i]);
      addSpellings(group, parts[i], inner);
      group = inner;
    }
    return group;
  }

  private static ObjectNode group(String description) {
    ObjectNode group = JSON.createObjectNode();
    if (description != null) {
      group.put("description", description);
    }
    group.putArray("type").add("object").add("null");
    group.putObject("properties");
    return group.put("additionalProperties", false);
  }

  private static ObjectNode reference(String path) {
    return JSON.createObjectNode().put("$ref", "#/definitions/" + path);
  }

  private ObjectNode definition(Described each) {
    Setting setting = each.setting();
    ObjectNode value = JSON.createObjectNode().put("description", each.text());
    Class<?> type = setting.component().getType();
    OneOf words = setting.rule(OneOf.class);
    if (setting.isMap()) {
      ObjectNode item = setting.holdsLists() ? list(text(setting)) : text(setting);
      value.putArray("type").add("object").add("null");
      value.set("additionalProperties", item);
    } else if (setting.isList()) {
      value.setAll(list(text(setting)));
    } else if (words != null) {
      value.setAll(choice(false, words.value()));
      words(value, Stream.of(words.value()).collect(Collectors.joining("|")));
    } else if (type == boolean.class) {
      value.setAll(choice(true));
      words(value, SWITCH);
    } else if (type == int.class || type == Duration.class) {
      value.setAll(number(setting));
    } else {
      value.setAll(text(setting));
    }
    if (ADAPTERS.containsKey(setting.path())) {
      ArrayNode examples = value.putArray("examples");
      ADAPTERS.get(setting.path()).forEach(examples::add);
    }
    if (setting.byDefault() != null && !setting.isSecret() && !setting.defaultText().isEmpty()) {
      putDefault(setting, value);
    }
    return value;
  }

  private static void putDefault(Setting setting, ObjectNode value) {
    Object byDefault = setting.defaultValue();
    if (setting.isList()) {
      ArrayNode items = value.putArray("default");
      Stream.of(setting.byDefault().value()).forEach(items::add);
    } else if (byDefault instanceof Boolean isOn) {
      value.put("default", isOn);
    } else if (byDefault instanceof Integer number) {
      value.put("default", number);
    } else {
      value.put("default", setting.defaultText());
    }
  }

  /** These words, which editors complete, or what {@link #words} adds. */
  private static ObjectNode choice(boolean isSwitch, String... words) {
    ObjectNode choice = JSON.createObjectNode();
    ArrayNode any = choice.putArray("anyOf");
    if (isSwitch) {
      any.addObject().put("type", "boolean");
      any.addObject().putArray("enum").add(0).add(1);
    } else {
      ArrayNode values = any.addObject().putArray("enum");
      Stream.of(words).forEach(values::add);
    }
    any.addObject().put("type", "null");
    return choice;
  }

  /** Adds these words in any case, and a variable. */
  private static void words(ObjectNode choice, String words) {
    StringBuilder anyCase = new StringBuilder();
    for (char each : words.toCharArray()) {
      if (Character.isLetter(each)) {
        anyCase.append('[').append(each).append(Character.toUpperCase(each)).append(']');
      } else {
        anyCase.append(each == '_' ? "[_-]" : String.valueOf(each));
      }
    }
    pattern(choice, "\\s*(" + anyCase + ")\\s*");
  }

  private static void pattern(ObjectNode choice, String pattern) {
    ((ArrayNode) choice.get("anyOf"))
        .addObject()
        .put("type", "string")
        .put("pattern", "^(" + pattern + ")$|" + VARIABLE);
  }

  private static ObjectNode list(ObjectNode item) {
    ObjectNode list = JSON.createObjectNode();
    ArrayNode any = list.putArray("anyOf");
    any.addObject().put("type", "array").set("items", item);
    any.addObject().put("type", "string").put("description", "Separated by commas.");
    any.addObject().put("type", "null");
    return list;
  }

  private static ObjectNode number(Setting setting) {
    Between range = setting.rule(Between.class);
    boolean isDuration = setting.component().getType() == Duration.class;
    ObjectNode number = JSON.createObjectNode();
    ArrayNode any = number.putArray("anyOf");
    ObjectNode plain = any.addObject().put("type", "integer");
    if (range != null) {
      plain.put("minimum", range.orZero() ? 0 : smallest(setting, range.value()[0]));
      plain.put("maximum", smallest(setting, range.value()[1]));
    }
    pattern(number, isDuration ? DURATION : "\\s*[-+]?\\d{1,9}\\s*");
    any.addObject().put("type", "null");
    return number;
  }

  /** The number of a range; of a duration, its seconds. */
  private static long smallest(Setting setting, String text) {
    return setting.convert(text) instanceof Duration time
        ? time.plusMillis(999).toSeconds()
        : Long.parseLong(text);
  }

  private static ObjectNode text(Setting setting) {
    ObjectNode text = JSON.createObjectNode();
    text.putArray("type").add("string").add("number").add("null");
    Matches rule = setting.rule(Matches.class);
    String pattern = null;
    if (setting.rule(Name.class) != null) {
      pattern = "\\s*[A-Za-z][A-Za-z0-9_-]{0,29}\\s*";
    } else if (setting.rule(Url.class) != null) {
      pattern = "|https?://\\S+";
    } else if (rule != null && !JAVA.matcher(rule.value()[0]).find()) {
      pattern = rule.value()[0];
    }
    if (pattern != null) {
      text.put("pattern", "^(" + pattern + ")$|" + VARIABLE);
    }
    return text;
  }
}
