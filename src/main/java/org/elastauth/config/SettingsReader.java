package org.elastauth.config;

import java.lang.reflect.Constructor;
import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.env.OriginTrackedMapPropertySource;
import org.springframework.core.convert.ConversionException;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.env.PropertySource;
import org.springframework.core.env.StandardEnvironment;

/**
 * Reads a record of settings from every place and spelling: the environment first, then the files,
 * each with the setting's own name before its aliases. Spring's Binder drops the underscore of a
 * group's name, resolves placeholders in passwords and stops at the first fault.
 */
final class SettingsReader<T> {
  static final String PREFIX = "elastauth.";

  /** What else the file may configure. */
  private static final Pattern FRAMEWORKS =
      Pattern.compile("(spring|camel|logging|debug|trace)\\b|elastauth$");

  private static final Pattern SHELL_DEFAULT =
      Pattern.compile("\\$\\{([A-Za-z_][A-Za-z0-9_]*):-([^}]*)}");

  private static final Pattern INDEXED = Pattern.compile("(.+)\\[(\\d{1,4})]");

  /** Kubernetes injects these, with these values, for Services named elastauth or elastauth-…. */
  private static final Pattern INJECTED =
      Pattern.compile(
          "ELASTAUTH_(.+_)?"
              + "(SERVICE_HOST=.*|SERVICE_PORT(_.+)?=.*|PORT(_\\d+_(TCP|UDP|SCTP))?=(tcp|udp|sctp)://.*"
              + "|PORT_\\d+_(TCP|UDP|SCTP)_(PROTO|PORT|ADDR)=.*)");

  /** A value, and the name that it was written under. */
  private record Found(String name, String value) {}

  private final ConfigurableEnvironment environment;
  private final Map<String, Object> variables;
  private final Class<T> type;
  private final Consumer<Map<String, String>> defaults;
  private final Map<String, Setting> settings = new LinkedHashMap<>();

  /**
   * From the files, by {@link #plain} path, and in a map by {@code path[key}: the items of a list
   * by index, anything else at -1.
   */
  private final Map<String, Map<Integer, Found>> files = new LinkedHashMap<>();

  private final Set<String> maps = new HashSet<>();

  private final Map<String, String> texts = new LinkedHashMap<>();
  private final Map<String, Object> collections = new LinkedHashMap<>();
  private final Map<String, String> written = new LinkedHashMap<>();
  private final Map<String, Object> records = new LinkedHashMap<>();
  private final Map<String, Object> values = new LinkedHashMap<>();
  private final List<String> unknown = new ArrayList<>();
  private final List<Fault> unreadable = new ArrayList<>();
  private final List<Fault> invalid = new ArrayList<>();

  /**
   * @param defaults adds settings that were left out and depend on others, by path
   */
  SettingsReader(
      ConfigurableEnvironment environment, Class<T> type, Consumer<Map<String, String>> defaults) {
    this.environment = environment;
    this.variables = environment.getSystemEnvironment();
    this.type = type;
    this.defaults = defaults;
  }

  /**
   * @param records those that the settings consist of, by the name of their class
   * @param values of single settings that are no secrets, by name; durations in milliseconds
   * @param unreadable faults of values that are not of their setting's type
   * @param invalid faults of values that break a rule
   * @param unknown names that belong to no setting, as written
   * @param known every name that a file or a variable of our own may bear
   */
  record Reading<T>(
      T settings,
      Map<String, Object> records,
      Map<String, Object> values,
      List<Fault> unreadable,
      List<Fault> invalid,
      List<String> unknown,
      Collection<String> known) {}

  Reading<T> read() {
    find(type, "");
    for (PropertySource<?> source : environment.getPropertySources()) {
      if (source instanceof EnumerablePropertySource<?> file
          && !source
              .getName()
              .equals(StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME)) {
        collect(file);
      }
    }
    settings.values().forEach(this::resolve);
    defaults.accept(texts);
    T read = build(type, "");
    findUnknown();
    List<String> known =
        settings.values().stream()
            .flatMap(setting -> Stream.of(PREFIX + setting.path(), setting.variable()))
            .toList();
    return new Reading<>(read, records, values, unreadable, invalid, unknown, known);
  }

  private void find(Class<?> record, String parent) {
    RecordComponent[] components = record.getRecordComponents();
    for (int i = 0; i < components.length; i++) {
      RecordComponent component = components[i];
      if (component.getType().isRecord()) {
        find(component.getType(), below(component, parent));
        continue;
      }
      String path = parent + Setting.snake(component.getName());
      DefaultValue byDefault =
          record.getDeclaredConstructors()[0].getParameters()[i].getAnnotation(DefaultValue.class);
      settings.put(path, new Setting(path, component, byDefault));
      if (component.getType() == Map.class) {
        maps.add(plain(path));
      }
    }
  }

  private static String below(RecordComponent component, String parent) {
    return component.isAnnotationPresent(Inline.class)
        ? parent
        : parent + Setting.snake(component.getName()) + ".";
  }

  /** Takes over what no source before this one holds. */
  private void collect(EnumerablePropertySource<?> source) {
    Set<String> before = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
    before.addAll(files.keySet());
    for (String name : source.getPropertyNames()) {
      if (name.startsWith(PREFIX)) {
        Matcher indexed = INDEXED.matcher(name);
        boolean isItem = indexed.matches();
        String spelling = spelling((isItem ? indexed.group(1) : name).substring(PREFIX.length()));
        if (!before.contains(spelling)) {
          files
              .computeIfAbsent(spelling, absent -> new TreeMap<>())
              .put(isItem ? Integer.parseInt(indexed.group(2)) : -1, found(source, name));
        }
      } else if (source instanceof OriginTrackedMapPropertySource
          && !FRAMEWORKS.matcher(name).lookingAt()) {
        unknown.add(name);
      }
    }
  }

  /** The plain path; after that of a map, its key as written. */
  private String spelling(String path) {
    for (int i = 1; i < path.length(); i++) {
      if (".[".indexOf(path.charAt(i)) >= 0 && maps.contains(plain(path.substring(0, i)))) {
        String key = path.substring(i).replaceFirst("^\\.", "").replaceFirst("^\\[(.*)]$", "$1");
        return plain(path.substring(0, i)) + '[' + key;
      }
    }
    return plain(path);
  }

  private Found found(EnumerablePropertySource<?> source, String name) {
    Object raw = source.getProperty(name);
    String text = shell(raw == null ? "" : raw.toString());
    try {
      return new Found(name, environment.resolveRequiredPlaceholders(text));
    } catch (IllegalArgumentException unresolved) {
      unreadable.add(
          new Fault(
              name.substring(PREFIX.length()),
              "",
              "refers to a variable that is not set; write ${NAME} of one that is, or ${NAME:default}"));
      return new Found(name, "");
    }
  }

  /** As in a shell, {@code ${NAME:-default}} is the default for an empty variable too. */
  private String shell(String text) {
    return SHELL_DEFAULT
        .matcher(text)
        .replaceAll(
            match -> {
              Object value = variables.get(match.group(1));
              boolean isSet = value != null && !value.toString().isEmpty();
              return Matcher.quoteReplacement(isSet ? "${" + match.group(1) + "}" : match.group(2));
            });
  }

  private void resolve(Setting setting) {
    if (setting.isMap()) {
      collections.put(setting.path(), map(setting));
      return;
    }
    for (String spelling : setting.spellings()) {
      Map<Integer, Found> values =
          Setting.isVariable(spelling) ? variable(spelling) : files.get(plain(spelling));
      if (values == null) {
        continue;
      }
      String text = values.values().iterator().next().value();
      if (setting.isList()) {
        List<String> items = items(values);
        collections.put(setting.path(), items);
        written.put(setting.path(), setting.isSecret() ? Faults.HIDDEN : String.join(",", items));
      } else if (!text.isBlank()) {
        texts.put(setting.path(), spelling.startsWith("!") ? opposite(text) : text);
      }
      return;
    }
  }

  private Map<Integer, Found> variable(String name) {
    String value = variables.getOrDefault(name, "").toString().trim();
    return value.isEmpty() ? null : Map.of(-1, new Found(name, value));
  }

  static boolean isOn(String text) {
    return Set.of("true", "on", "yes", "1").contains(text.toLowerCase(Locale.ROOT));
  }

  static boolean isOff(String text) {
    return Set.of("false", "off", "no", "0").contains(text.toLowerCase(Locale.ROOT));
  }

  private static String opposite(String text) {
    return isOn(text) ? "false" : isOff(text) ? "true" : text;
  }

  /** A text is split at its commas, the items of a list are not. */
  private static List<String> items(Map<Integer, Found> values) {
    Stream<String> texts =
        values.containsKey(-1)
            ? Stream.of(values.get(-1).value().split(","))
            : values.values().stream().map(Found::value);
    return texts.filter(item -> !item.isBlank()).map(String::trim).toList();
  }

  private Map<String, Object> map(Setting setting) {
    Map<String, Object> map = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    String variable = setting.variable() + "_";
    variables.forEach(
        (name, value) -> {
          if (name.startsWith(variable) && name.length() > variable.length()) {
            String key = name.substring(variable.length());
            Object read = entry(setting, Map.of(-1, new Found(name, value.toString())));
            // a variable's name cannot hold a dash, that of a group or header often does
            map.put(key.replace('_', '-'), read);
            if (setting.holdsLists()) {
              map.put(key, read);
            }
          }
        });
    Map<String, Object> all = new LinkedHashMap<>(map);
    String prefix = plain(setting.path()) + '[';
    files.forEach(
        (spelling, values) -> {
          String key = spelling.startsWith(prefix) ? spelling.substring(prefix.length()) : "";
          if (!key.isEmpty() && !map.containsKey(key)) {
            all.put(key, entry(setting, values));
          }
        });
    return all;
  }

  private static Object entry(Setting setting, Map<Integer, Found> values) {
    return setting.holdsLists() ? items(values) : values.values().iterator().next().value();
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
      throw new IllegalStateException(record + " cannot be made", e);
    }
  }

  private Object value(Setting setting) {
    Object value = collections.get(setting.path());
    String text = texts.get(setting.path());
    if (text != null) {
      written.put(setting.path(), setting.isSecret() ? Faults.HIDDEN : text);
      try {
        value = setting.convert(text);
      } catch (ConversionException e) {
        unreadable.add(new Fault(setting.path(), written.get(setting.path()), setting.reason(e)));
      }
    }
    if (value == null) {
      value = setting.defaultValue();
      written.putIfAbsent(setting.path(), setting.defaultText());
    }
    if (!setting.isSecret() && !setting.isList() && !setting.isMap() && value != null) {
      values.put(PREFIX + setting.path(), value instanceof Duration time ? time.toMillis() : value);
    }
    Rules.check(setting, value, new Faults("", written, invalid));
    return value;
  }

  private void findUnknown() {
    Set<String> spellings = new HashSet<>();
    for (Setting setting : settings.values()) {
      setting
          .spellings()
          .forEach(name -> spellings.add(Setting.isVariable(name) ? name : plain(name)));
    }
    files.forEach(
        (path, values) -> {
          if (!spellings.contains(path.replaceFirst("\\[.*", ""))) {
            unknown.add(values.values().iterator().next().name());
          }
        });
    Stream<String> entries =
        settings.values().stream().filter(Setting::isMap).map(map -> map.variable() + "_");
    Pattern expected = Pattern.compile(entries.collect(Collectors.joining("|")));
    variables.forEach(
        (name, value) -> {
          if (name.startsWith("ELASTAUTH_")
              && !spellings.contains(name)
              && !expected.matcher(name).lookingAt()
              && !INJECTED.matcher(name + "=" + value).matches()) {
            unknown.add(name);
          }
        });
  }

  /** A path without what its spellings differ in. */
  private static String plain(String path) {
    return path.replaceAll("[_!-]", "").toLowerCase(Locale.ROOT);
  }
}
