package org.elastauth.config;

import java.lang.reflect.Constructor;
import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.env.OriginTrackedMapPropertySource;
import org.springframework.core.convert.ConversionException;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.env.PropertySource;
import org.springframework.core.env.StandardEnvironment;

/**
 * Reads a record of settings: environment before files, own names before aliases. Spring's Binder
 * does not suit: it drops underscores in group names, resolves placeholders in passwords and stops
 * at the first fault.
 */
public final class SettingsReader<T> {
  static final String PREFIX = "elastauth.";

  /** Properties of the frameworks, which are no unknown settings. */
  private static final Pattern FRAMEWORKS =
      Pattern.compile("(spring|camel|logging|debug|trace)\\b|elastauth$");

  private static final Pattern SHELL_DEFAULT =
      Pattern.compile("\\$\\{([A-Za-z_][A-Za-z0-9_]*):-([^}]*)}");

  private static final Pattern INDEXED = Pattern.compile("(.+)\\[(\\d{1,4})]");

  /** Kubernetes injects these variables for Services named elastauth or elastauth-…. */
  private static final Pattern INJECTED =
      Pattern.compile(
          "ELASTAUTH_(.+_)?"
              + "(SERVICE_HOST=.*|SERVICE_PORT(_.+)?=.*|PORT(_\\d+_(TCP|UDP|SCTP))?=(tcp|udp|sctp)://.*"
              + "|PORT_\\d+_(TCP|UDP|SCTP)_(PROTO|PORT|ADDR)=.*)");

  /** A name of a setting; the lowest rank in use wins. */
  private record Spelling(Setting setting, int rank, boolean opposite) {}

  /**
   * The value of a name in one place.
   *
   * @param texts by map key, empty for no map; then by list index, -1 for no list
   */
  private record Found(
      Spelling spelling, Object place, Map<String, TreeMap<Integer, String>> texts) {}

  private final ConfigurableEnvironment environment;
  private final Map<String, Object> variables;
  private final Class<T> type;
  private final Consumer<Map<String, String>> defaults;
  private final Map<String, Setting> settings = new LinkedHashMap<>();

  /** By variable, or by {@link #plain} path. */
  private final Map<String, Spelling> spellings = new LinkedHashMap<>();

  /** By path; entries of a map by {@code path[key} in lower case. */
  private final Map<String, Found> found = new LinkedHashMap<>();

  private final Map<String, String> texts = new LinkedHashMap<>();
  private final Map<String, String> written = new LinkedHashMap<>();
  private final Map<String, Object> records = new LinkedHashMap<>();
  private final Map<String, Object> values = new LinkedHashMap<>();
  private final Set<String> unknown = new LinkedHashSet<>();
  private final List<Fault> unreadable = new ArrayList<>();
  private final List<Fault> invalid = new ArrayList<>();

  /**
   * @param defaults adds defaults that depend on other settings, by path
   */
  public SettingsReader(
      ConfigurableEnvironment environment, Class<T> type, Consumer<Map<String, String>> defaults) {
    this.environment = environment;
    this.variables = environment.getSystemEnvironment();
    this.type = type;
    this.defaults = defaults;
  }

  /**
   * @param records all parts of the settings, by class name
   * @param values of settings that are no secrets, lists or maps, by name; durations in ms
   * @param unreadable faults of values with a wrong type
   * @param invalid faults of values that break a rule
   * @param unknown configured names that belong to no setting
   * @param known the own names of all settings
   */
  public record Reading<T>(
      T settings,
      Map<String, Object> records,
      Map<String, Object> values,
      List<Fault> unreadable,
      List<Fault> invalid,
      Collection<String> unknown,
      Collection<String> known) {}

  public Reading<T> read() {
    find(type, "");
    variables.forEach((name, value) -> readVariable(name, value.toString().trim()));
    for (PropertySource<?> source : environment.getPropertySources()) {
      if (source instanceof EnumerablePropertySource<?> file
          && !source
              .getName()
              .equals(StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME)) {
        Stream.of(file.getPropertyNames()).forEach(name -> readProperty(file, name));
      }
    }
    found.forEach(
        (path, value) -> {
          Setting setting = value.spelling().setting();
          String text = value.texts().values().iterator().next().firstEntry().getValue();
          if (!setting.isList() && !setting.isMap() && !text.isBlank()) {
            texts.put(path, value.spelling().opposite() ? opposite(text) : text);
          }
        });
    defaults.accept(texts);
    T read = build(type, "");
    List<String> known =
        settings.values().stream()
            .flatMap(setting -> Stream.of(PREFIX + setting.path(), setting.variable()))
            .toList();
    return new Reading<>(read, records, values, unreadable, invalid, unknown, known);
  }

  private void find(Class<?> record, String parent) {
    RecordComponent[] components = record.getRecordComponents();
    for (int i = 0; i < components.length; i++) {
      if (components[i].getType().isRecord()) {
        find(components[i].getType(), below(components[i], parent));
        continue;
      }
      String path = parent + Setting.snake(components[i].getName());
      DefaultValue byDefault =
          record.getDeclaredConstructors()[0].getParameters()[i].getAnnotation(DefaultValue.class);
      Setting setting = new Setting(path, components[i], byDefault);
      settings.put(path, setting);
      List<String> names = setting.spellings();
      for (String name : names) {
        spellings.put(
            Setting.isVariable(name) ? name : plain(name),
            new Spelling(setting, names.indexOf(name), name.startsWith("!")));
      }
    }
  }

  private static String below(RecordComponent component, String parent) {
    return component.isAnnotationPresent(Inline.class)
        ? parent
        : parent + Setting.snake(component.getName()) + ".";
  }

  private void readVariable(String name, String value) {
    Spelling spelling = spellings.get(name);
    Setting map =
        settings.values().stream()
            .filter(Setting::isMap)
            .filter(setting -> name.matches(setting.variable() + "_.+"))
            .findFirst()
            .orElse(null);
    if (spelling != null && !spelling.setting().isMap()) {
      if (!value.isEmpty()) {
        add(spelling, variables, "", -1, value);
      }
    } else if (map != null) {
      String key = name.substring(map.variable().length() + 1);
      // names of groups and headers often contain dashes, names of variables cannot
      add(spellings.get(map.variable()), variables, key.replace('_', '-'), -1, value);
      if (map.holdsLists()) {
        add(spellings.get(map.variable()), variables, key, -1, value);
      }
    } else if (name.startsWith("ELASTAUTH_") && !INJECTED.matcher(name + "=" + value).matches()) {
      unknown.add(name);
    }
  }

  private void readProperty(EnumerablePropertySource<?> source, String name) {
    if (!name.startsWith(PREFIX)) {
      if (source instanceof OriginTrackedMapPropertySource
          && !FRAMEWORKS.matcher(name).lookingAt()) {
        unknown.add(name);
      }
      return;
    }
    Matcher indexed = INDEXED.matcher(name);
    int index = indexed.matches() ? Integer.parseInt(indexed.group(2)) : -1;
    String path = (index < 0 ? name : indexed.group(1)).substring(PREFIX.length());
    int end = path.length();
    for (int i = 1; i < path.length() && end == path.length(); i++) {
      Spelling map = spellings.get(plain(path.substring(0, i)));
      if (map != null && map.setting().isMap() && ".[".indexOf(path.charAt(i)) >= 0) {
        end = i;
      }
    }
    Spelling spelling = spellings.get(plain(path.substring(0, end)));
    String key = path.substring(end).replaceFirst("^\\.", "").replaceFirst("^\\[(.*)]$", "$1");
    String value = resolved(source, name);
    if (spelling == null) {
      unknown.add(name);
    } else if (spelling.setting().isMap() != key.isEmpty()) {
      add(spelling, source, key, index, value);
    }
  }

  /** Adds a value, unless a name with precedence, or the same name in an earlier place, has one. */
  private void add(Spelling spelling, Object place, String key, int index, String value) {
    String path = spelling.setting().path();
    String name = key.isEmpty() ? path : path + '[' + key.toLowerCase(Locale.ROOT);
    Found before = found.get(name);
    if (before == null || spelling.rank() < before.spelling().rank()) {
      before = new Found(spelling, place, new LinkedHashMap<>());
      found.put(name, before);
    }
    if (before.spelling() == spelling && before.place() == place) {
      before.texts().computeIfAbsent(key, absent -> new TreeMap<>()).put(index, value);
    }
  }

  private String resolved(EnumerablePropertySource<?> source, String name) {
    Object raw = source.getProperty(name);
    try {
      return environment.resolveRequiredPlaceholders(shell(raw == null ? "" : raw.toString()));
    } catch (IllegalArgumentException unresolved) {
      unreadable.add(
          new Fault(
              name.substring(PREFIX.length()),
              "",
              "refers to a variable that is not set; set it, or write ${NAME:default}"));
      return "";
    }
  }

  /** As in a shell, {@code ${NAME:-default}} is the default also if the variable is empty. */
  private String shell(String text) {
    return SHELL_DEFAULT
        .matcher(text)
        .replaceAll(
            match -> {
              boolean isSet = !variables.getOrDefault(match.group(1), "").toString().isEmpty();
              return Matcher.quoteReplacement(isSet ? "${" + match.group(1) + "}" : match.group(2));
            });
  }

  public static boolean isOn(String text) {
    return Set.of("true", "on", "yes", "1").contains(text.toLowerCase(Locale.ROOT));
  }

  public static boolean isOff(String text) {
    return Set.of("false", "off", "no", "0").contains(text.toLowerCase(Locale.ROOT));
  }

  private static String opposite(String text) {
    return isOn(text) ? "false" : isOff(text) ? "true" : text;
  }

  private <R> R build(Class<R> record, String parent) {
    List<Object> parts = new ArrayList<>();
    for (RecordComponent component : record.getRecordComponents()) {
      parts.add(
          component.getType().isRecord()
              ? build(component.getType(), below(component, parent))
              : value(settings.get(parent + Setting.snake(component.getName()))));
    }
    try {
      @SuppressWarnings("unchecked")
      Constructor<R> constructor = (Constructor<R>) record.getDeclaredConstructors()[0];
      R built = constructor.newInstance(parts.toArray());
      if (record.getEnclosingClass() == null && record != TlsFiles.class) {
        records.put(record.getName(), built);
      }
      if (built instanceof Checked checked) {
        checked.check(new Faults(parent, written, invalid));
      }
      return built;
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(record + " cannot be created", e);
    }
  }

  private Object value(Setting setting) {
    String path = setting.path();
    Object value = null;
    if (setting.isMap()) {
      value = map(setting);
    } else if (setting.isList() && found.containsKey(path)) {
      List<String> items = items(found.get(path).texts().get(""));
      written.put(path, setting.isSecret() ? Faults.HIDDEN : String.join(",", items));
      value = items;
    } else if (texts.containsKey(path)) {
      written.put(path, setting.isSecret() ? Faults.HIDDEN : texts.get(path));
      try {
        value = setting.convert(texts.get(path));
      } catch (ConversionException e) {
        unreadable.add(new Fault(path, written.get(path), setting.reason(e)));
      }
    }
    if (value == null) {
      value = setting.defaultValue();
      written.putIfAbsent(path, setting.defaultText());
    }
    if (!setting.isSecret() && !setting.isList() && !setting.isMap() && value != null) {
      values.put(PREFIX + path, value instanceof Duration time ? time.toMillis() : value);
    }
    Rules.check(setting, value, new Faults("", written, invalid));
    return value;
  }

  private Map<String, Object> map(Setting setting) {
    Map<String, Object> map = new LinkedHashMap<>();
    for (Found entry : found.values()) {
      if (entry.spelling().setting() == setting) {
        entry
            .texts()
            .forEach(
                (key, texts) ->
                    map.put(
                        key, setting.holdsLists() ? items(texts) : texts.firstEntry().getValue()));
      }
    }
    return map;
  }

  /** Splits a text at commas, but not the items of a list. */
  private static List<String> items(TreeMap<Integer, String> texts) {
    Stream<String> items =
        texts.containsKey(-1) ? Stream.of(texts.get(-1).split(",")) : texts.values().stream();
    return items.filter(item -> !item.isBlank()).map(String::trim).toList();
  }

  /** A path without the characters in which its spellings differ. */
  private static String plain(String path) {
    return path.replaceAll("[_!-]", "").toLowerCase(Locale.ROOT);
  }
}
