package org.elastauth.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.elastauth.config.DescribedSettings.Described;
import org.elastauth.config.Rules.Between;
import org.elastauth.config.Rules.Name;
import org.elastauth.config.Rules.OneOf;
import org.elastauth.config.Rules.Url;
import org.junit.jupiter.api.Test;

/** The page of the settings is made from the records and the comments in application.yaml. */
class SettingsPageTest {
  private static final Path PAGE = Path.of("src/docs/reference/settings.md");
  private static final Path MADE = Path.of("target/settings.md");
  private static final Pattern CODE =
      Pattern.compile("(?<![`\\w])[\\w.-]+(://|_|\\.[a-z]+[_.])[^\\s;,)]*[^\\s;,.):]|--[A-Za-z-]+");

  @Test
  void thePageSaysWhatTheCodeSays() throws IOException {
    String made = page(DescribedSettings.read());
    Files.writeString(MADE, made);
    assertThat(Files.readString(PAGE)).as("copy %s to %s", MADE, PAGE).isEqualTo(made);
  }

  @Test
  void everySettingIsDescribed() throws IOException {
    DescribedSettings all = DescribedSettings.read();
    assertThat(all.settings()).containsOnlyKeys(TestSettings.all().keySet());
    assertThat(all.settings().values())
        .extracting(Described::text)
        .as("a comment in application.yaml for each")
        .doesNotContain("");
  }

  private static String page(DescribedSettings all) {
    List<String> groups =
        all.settings().keySet().stream().map(SettingsPageTest::group).distinct().toList();
    return """
        # Settings

        Every setting, in the order of [`application.yaml`](../../../application.yaml). How to set them:
        [configuration](../configuration.md). Editors complete and check them with the JSON Schemas of
        [`application.yaml`](application.schema.json) and of [`config.yml`](config.schema.json).

        - *Environment* lists the variables. Each path under *Other names* is also a variable: `cache.redis_host` is
          `ELASTAUTH_CACHE_REDIS_HOST`. Add `_FILE` to a variable of a secret, or `_file` to its name, to name
          [a file with the secret](../configuration.md#secrets).
        - Other names are those of elastauth 1 and 2, Keyline, traefikoidc and Authly. A name `a = x or y` is a switch:
          true means `x`, false means `y`.

        Groups: %s
        %s"""
        .formatted(
            groups.stream()
                .map(group -> "[" + group + "](#" + group.toLowerCase(Locale.ROOT) + ")")
                .collect(Collectors.joining(", ")),
            groups.stream().map(group -> section(all, group)).collect(Collectors.joining()));
  }

  private static String group(String path) {
    return path.contains(".") ? path.substring(0, path.indexOf('.')) : "General";
  }

  private static String section(DescribedSettings all, String group) {
    String intro = all.groups().getOrDefault(group, "");
    return "\n## "
        + group
        + "\n"
        + (intro.isEmpty() ? "" : "\n" + sentence(intro) + "\n")
        + all.settings().entrySet().stream()
            .filter(entry -> group(entry.getKey()).equals(group))
            .map(entry -> setting(all, entry.getValue()))
            .collect(Collectors.joining());
  }

  private static String setting(DescribedSettings all, Described described) {
    Setting setting = described.setting();
    String path = setting.path();
    String parent = path.contains(".") ? path.substring(0, path.lastIndexOf('.')) : "";
    String shared = parent.contains(".") ? all.groups().getOrDefault(parent, "") : "";
    List<String> lines = new ArrayList<>();
    lines.add("\n### " + path + "\n");
    lines.add(sentence(described.text()) + (shared.isEmpty() ? "" : " " + sentence(shared)) + "\n");
    lines.add("- Type: " + type(setting));
    lines.add("- Default: " + byDefault(described));
    lines.add("- Environment: " + names(setting, Setting::isVariable, variable(setting)));
    if (setting.aliases().stream().anyMatch(name -> !Setting.isVariable(name))) {
      lines.add("- Other names: " + names(setting, name -> !Setting.isVariable(name)));
    }
    lines.add("- Since: 1.0");
    return String.join("\n", lines) + "\n";
  }

  private static String variable(Setting setting) {
    return setting.variable() + (setting.isMap() ? "_NAME" : "");
  }

  private static String byDefault(Described described) {
    String value = described.value();
    boolean isExample =
        described.setting().byDefault() != null
            && described.setting().defaultText().isEmpty()
            && !value.matches("\\[]|\"\"|");
    return isExample ? "none; for example " + code(value) : value.isEmpty() ? "none" : code(value);
  }

  private static String names(Setting setting, Predicate<String> which, String... first) {
    return Stream.concat(Stream.of(first), setting.aliases().stream().filter(which).sorted())
        .map(
            name -> {
              String[] parts = name.split("[=|]");
              return code(parts[0])
                  + (parts.length > 1 ? " = " + code(parts[1]) + " or " + code(parts[2]) : "");
            })
        .collect(Collectors.joining(", "));
  }

  private static String type(Setting setting) {
    Class<?> type = setting.component().getType();
    OneOf words = setting.rule(OneOf.class);
    Between range = setting.rule(Between.class);
    String text =
        words != null
            ? "one of "
                + Stream.of(words.value())
                    .map(SettingsPageTest::code)
                    .collect(Collectors.joining(", "))
            : setting.rule(Name.class) != null
                ? "name of an [adapter](../configuration.md#adapters)"
                : setting.isMap()
                    ? (setting.holdsLists() ? "lists" : "texts") + " by name"
                    : setting.isList()
                        ? "list of texts"
                        : type == Duration.class
                            ? "duration"
                            : type == int.class
                                ? "whole number"
                                : type == boolean.class
                                    ? "switch"
                                    : setting.rule(Url.class) != null ? "URL" : "text";
    return text
        + (range == null
            ? ""
            : " from "
                + code(range.value()[0])
                + " to "
                + code(range.value()[1])
                + (range.orZero() ? ", or " + code("0") : ""))
        + (setting.isSecret() ? ", secret" : "");
  }

  private static String code(String text) {
    return "`" + text + "`";
  }

  /** A comment as a sentence of Markdown. */
  private static String sentence(String comment) {
    String text = CODE.matcher(comment).replaceAll("`$0`").replace("<", "&lt;").replace("*", "\\*");
    boolean isWord = text.matches("[a-z]+[ ,].*");
    String first = isWord ? text.substring(0, 1).toUpperCase(Locale.ROOT) : text.substring(0, 1);
    return first + text.substring(1) + (text.matches(".*[.:]") ? "" : ".");
  }
}
