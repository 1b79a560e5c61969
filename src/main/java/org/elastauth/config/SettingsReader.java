package org.elastauth.config;

import java.lang.reflect.Constructor;
import java.lang.reflect.RecordComponent;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.elastauth.config.SettingNames.Spelling;
import org.springframework.boot.env.OriginTrackedMapPropertySource;
import org.springframework.boot.origin.OriginLookup;
import org.springframework.boot.origin.TextResourceOrigin;
import org.springframework.core.env.CommandLinePropertySource;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.env.PropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.util.StringUtils;

/**
 * Reads a record of settings: environment before files. Spring's Binder does not suit: it drops
 * underscores in group names, resolves placeholders in passwords and stops at the first fault.
 */
public final class SettingsReader<T> {
  static final String PREFIX = "elastauth.";

  /** Required at the end of an entry's name: a header may be X-Profile. */
  private static final String ENTRY_FILE = "_FILE";

  private static final String VARIABLE_PREFIX = "ELASTAUTH_";

  private static final Set<String> ON = Set.of("true", "on", "yes", "1");
  private static final Set<String> OFF = Set.of("false", "off", "no", "0");

  /** Properties of the frameworks and of own routes, which are no unknown settings. */
  private static final Pattern FRAMEWORKS =
      Pattern.compile("(spring|camel|logging|debug|trace|my)\\b|elastauth$");

  private static final Pattern SHELL_DEFAULT =
      Pattern.compile("\\$\\{([A-Za-z_][A-Za-z0-9_]*):-([^}]*)}");

  private static final int MAX_PATH = 200;

  /** Spring's parser takes quadratic time for variables that are not closed. */
  private static final int MAX_VARIABLES = 100;

  private static final Pattern INDEXED = Pattern.compile("(.+)\\[(\\d{1,4})]");
  private static final Pattern INDEXED_VARIABLE = Pattern.compile("(.+)_(\\d{1,4})");

  /** Kubernetes injects these variables for Services named elastauth or elastauth-…. */
  private static final Pattern INJECTED =
      Pattern.compile(
          "ELASTAUTH_(.+_)?"
              + "(SERVICE_HOST=.*|SERVICE_PORT(_.+)?=.*|PORT(_\\d+_(TCP|UDP|SCTP))?=(tcp|udp|sctp)://.*"
              + "|PORT_\\d+_(TCP|UDP|SCTP)_(PROTO|PORT|ADDR)=.*)");

  /**
   * The value of a setting under one name in one place.
   *
   * @param name as written
   * @param origin file and line, variable or option
   * @param texts by map key, empty for no map; then by list index, -1 for no list
   */
  private record Found(
      Spelling spelling,
      String name,
      Object place,
      String origin,
      Map<String, TreeMap<Integer, String>> texts) {
    boolean isBlank() {
      return texts.values().stream()
          .allMatch(items -> items.values().stream().allMatch(String::isBlank));
    }

    String text() {
      return spelling.canonical(texts.values().iterator().next().firstEntry().getValue());
    }
  }

  private final ConfigurableEnvironment environment;
  private final Map<String, Object> variables;
  private final Class<T> type;
  private final Function<Map<String, String>, LoadedRoutes> defaults;
  private final SettingNames names;
  private final Map<String, Setting> settings;

  /** By path, all in the same place; entries of a map by {@code path[key} in lower case. */
  private final Map<String, List<Found>> found = new LinkedHashMap<>();

  private final Map<String, String> texts = new LinkedHashMap<>();
  private final Map<String, List<String>> written = new LinkedHashMap<>();
  private final Map<String, Object> records = new LinkedHashMap<>();
  private final Map<String, Object> values = new LinkedHashMap<>();
  private final Map<String, String> unknown = new LinkedHashMap<>();

  /** Where unknown names, and single items and entries of settings, are configured. */
  private final Map<String, String> places = new LinkedHashMap<>();

  /** Settings that need a variable that is not set, by its name. */
  private final Map<String, List<Fault>> missing = new LinkedHashMap<>();

  private final Map<String, Path> secretFiles = new LinkedHashMap<>();
  private final List<Fault> unreadable = new ArrayList<>();
  private final List<Fault> invalid = new ArrayList<>();
  private LoadedRoutes loaded = LoadedRoutes.NONE;

  /**
   * @param defaults adds defaults that depend on other settings, by path, and says what the routes
   *     in use need, for the records with such a component
   */
  public SettingsReader(
      ConfigurableEnvironment environment,
      Class<T> type,
      Function<Map<String, String>, LoadedRoutes> defaults) {
    this.environment = environment;
    this.variables = environment.getSystemEnvironment();
    this.type = type;
    this.defaults = defaults;
    this.names = new SettingNames(type);
    this.settings = names.settings();
  }

  /**
   * @param records all parts of the settings, by class name
   * @param values of settings that are no secrets, lists or maps, by name; durations in ms
   * @param unreadable faults of values with a wrong type
   * @param invalid faults of values that break a rule
   * @param unknown configured values of names that belong to no setting
   * @param known the own names of all settings
   * @param secretFiles the files of secrets, by path of the setting
   * @param origins where each configured setting comes from, by its path; also each item of a list
   *     ({@code path[0]}) and entry of a map ({@code path.key}), and each unknown name
   * @param effective lists every setting with its value and origin
   */
  public record Reading<T>(
      T settings,
      Map<String, Object> records,
      Map<String, Object> values,
      List<Fault> unreadable,
      List<Fault> invalid,
      Map<String, String> unknown,
      Collection<String> known,
      Map<String, Path> secretFiles,
      Map<String, String> origins,
      Supplier<List<EffectiveSetting>> effective) {
    /** The faults of all values, with the places where they are configured. */
    public List<Fault> faults() {
      return Stream.concat(unreadable.stream(), invalid.stream())
          .map(fault -> fault.origin().isEmpty() ? fault.from(origin(fault.key())) : fault)
          .toList();
    }

    private String origin(String key) {
      return origins.getOrDefault(key, origins.getOrDefault(key.replaceFirst("\\[.*", ""), ""));
    }
  }

  public Reading<T> read() {
    variables.forEach((name, value) -> readVariable(name, value.toString().trim()));
    for (PropertySource<?> source : environment.getPropertySources()) {
      if (source instanceof EnumerablePropertySource<?> file
          && !source
              .getName()
              .equals(StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME)) {
        Stream.of(file.getPropertyNames()).forEach(name -> readProperty(file, name));
      }
    }
    found.replaceAll(this::agreed);
    found.forEach(
        (path, value) -> {
          Setting setting = value.get(0).spelling().setting();
          if (!setting.isList() && !setting.isMap() && !value.get(0).text().isBlank()) {
            texts.put(path, value.get(0).text());
          }
        });
    missing.forEach(this::addMissing);
    Map<String, String> origins = new LinkedHashMap<>();
    found
        .values()
        .forEach(
            value ->
                origins.putIfAbsent(
                    value.get(0).spelling().setting().path(), value.get(0).origin()));
    places.forEach(origins::putIfAbsent);
    loaded = defaults.apply(texts);
    T read = build(type, "");
    List<String> known =
        settings.values().stream()
            .flatMap(setting -> Stream.of(PREFIX + setting.path(), variable(setting)))
            .toList();
    return new Reading<>(
        read,
        records,
        values,
        unreadable,
        invalid,
        unknown,
        known,
        secretFiles,
        origins,
        () -> effective(read));
  }

  private List<EffectiveSetting> effective(T read) {
    List<EffectiveSetting> all = new ArrayList<>();
    addEffective(read, "", all);
    return all;
  }

  private void addEffective(Object record, String parent, List<EffectiveSetting> all) {
    for (RecordComponent component : record.getClass().getRecordComponents()) {
      Object value = component(record, component);
      if (component.getType().isRecord() && component.getType() != LoadedRoutes.class) {
        addEffective(value, SettingNames.below(component, parent), all);
      } else if (value instanceof Map<?, ?> map) {
        Setting setting = settings.get(parent + Setting.snake(component.getName()));
        map.keySet().stream()
            .map(Object::toString)
            // a variable has given both
            .filter(key -> !key.contains("_") || !map.containsKey(key.replace('_', '-')))
            .forEach(key -> all.add(effective(setting, key, map.get(key))));
      } else if (component.getType() != LoadedRoutes.class) {
        all.add(effective(settings.get(parent + Setting.snake(component.getName())), "", value));
      }
    }
  }

  private static Object component(Object record, RecordComponent component) {
    try {
      component.getAccessor().setAccessible(true); // of a record that is not public
      return component.getAccessor().invoke(record);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(component + " cannot be read", e);
    }
  }

  private EffectiveSetting effective(Setting setting, String key, Object value) {
    String path = setting.path();
    boolean isFaulty =
        Stream.of(unreadable, invalid)
            .flatMap(List::stream)
            .map(fault -> fault.key().replaceFirst("\\[.*", ""))
            .anyMatch(faulty -> faulty.equals(path) || faulty.equals(path + "." + key));
    Object shown = ShownValue.of(setting, value);
    // what breaks a rule may be a secret in the wrong place
    Object safe = isFaulty ? ShownValue.invalid(setting, value, shown) : shown;
    List<Found> given = found.get(place(setting, key));
    Found place = given == null || given.get(0).isBlank() ? null : given.get(0);
    String text = setting.isList() || setting.isMap() ? null : texts.get(path);
    if (text != null
        && (place == null ? !text.equals(setting.defaultText()) : !text.equals(place.text()))) {
      return new EffectiveSetting(path, key, safe, EffectiveSetting.OTHERS, "");
    }
    if (place == null) {
      return new EffectiveSetting(path, key, safe, EffectiveSetting.DEFAULT, "");
    }
    boolean isAlias = names.key(path) != place.spelling() && !place.origin().endsWith(place.name());
    return new EffectiveSetting(path, key, safe, place.origin(), isAlias ? place.name() : "");
  }

  private static String variable(Setting setting) {
    return VARIABLE_PREFIX + setting.path().replace('.', '_').toUpperCase(Locale.ROOT);
  }

  private void readVariable(String name, String value) {
    if (INJECTED.matcher(name + "=" + value).matches()
        || ElastauthFile.VARIABLES.contains(name)
        || OwnSettings.isOwnVariable(name)) {
      return;
    }
    boolean isOurs = name.startsWith(VARIABLE_PREFIX);
    Spelling spelling = names.variable(name);
    Matcher item = INDEXED_VARIABLE.matcher(name);
    if (spelling == null && isOurs && item.matches() && isList(names.variable(item.group(1)))) {
      add(
          names.variable(item.group(1)),
          item.group(1) + "_0",
          variables,
          name,
          "",
          item.group(2),
          value);
    } else if (spelling != null && !spelling.setting().isMap()) {
      if (!value.isEmpty()) {
        add(spelling, name, variables, name, "", "-1", value);
      }
    } else if (isSecretFile(name, names.variable(withoutSuffix(name)))) {
      if (!value.isEmpty()) {
        addFile(names.variable(withoutSuffix(name)), name, variables, name, value);
      }
    } else if (isOurs && !readEntry(name, value)) {
      unknown.put(name, value);
    }
  }

  private static boolean isSecretFile(String name, Spelling secret) {
    return secret != null
        && secret.setting().isSecret()
        && !secret.setting().isMap()
        && SecretFile.SUFFIX.matcher(name).find();
  }

  private static String withoutSuffix(String name) {
    return SecretFile.SUFFIX.matcher(name).replaceFirst("");
  }

  /** Adds the content of a file as the value. */
  private void addFile(Spelling spelling, String name, Object place, String origin, String file) {
    readFile(name, origin, file)
        .ifPresent(
            text -> {
              addText(spelling, name, place, origin, text);
              secretFiles.put(spelling.setting().path(), Path.of(file));
            });
  }

  private void addText(Spelling spelling, String name, Object place, String origin, String text) {
    if (!spelling.setting().isList()) {
      add(spelling, name, place, origin, "", "-1", text);
      return;
    }
    String[] items = text.split("[,\\s]+");
    for (int i = 0; i < items.length; i++) {
      add(spelling, name, place, origin, "", String.valueOf(i), items[i]);
    }
  }

  /** The content of a file with a secret; empty, with a fault, if it is not usable. */
  private Optional<String> readFile(String name, String origin, String file) {
    try {
      return Optional.of(SecretFile.read(file));
    } catch (IllegalArgumentException unusable) {
      unreadable.add(new Fault(name, "", unusable.getMessage(), origin.equals(name) ? "" : origin));
      return Optional.empty();
    }
  }

  private static boolean isList(Spelling spelling) {
    return spelling != null && spelling.setting().isList();
  }

  /** Whether a variable is an entry of a map, whose key follows the name of the setting. */
  private boolean readEntry(String name, String value) {
    for (Setting map : settings.values()) {
      if (map.isMap() && name.startsWith(variable(map) + "_")) {
        String key = name.substring(variable(map).length() + 1);
        if (map.isSecret() && key.endsWith(ENTRY_FILE)) {
          addEntryFile(map, key.substring(0, key.length() - ENTRY_FILE.length()), name, value);
        } else {
          addEntry(map, key, variable(map), name, value);
        }
        return true;
      }
    }
    return false;
  }

  private void addEntryFile(Setting map, String key, String variable, String file) {
    if (!file.isEmpty()) {
      readFile(variable, variable, file)
          .ifPresent(
              text -> {
                addEntry(map, key, variable, variable, text);
                secretFiles.put(map.path() + "." + key, Path.of(file));
              });
    }
  }

  private void addEntry(Setting map, String key, String name, String origin, String value) {
    Spelling spelling = names.key(map.path());
    // names of groups and headers often contain dashes, names of variables cannot
    add(spelling, name, variables, origin, key.replace('_', '-'), "-1", value);
    if (map.holdsLists()) {
      add(spelling, name, variables, origin, key, "-1", value);
    }
  }

  private void readProperty(EnumerablePropertySource<?> source, String name) {
    if (!name.startsWith(PREFIX)) {
      if (source instanceof OriginTrackedMapPropertySource
          && !FRAMEWORKS.matcher(name).lookingAt()) {
        addUnknown(source, name, "");
      }
      return;
    }
    Matcher indexed = INDEXED.matcher(name);
    String index = indexed.matches() ? indexed.group(2) : "-1";
    String path = (indexed.matches() ? indexed.group(1) : name).substring(PREFIX.length());
    if (OwnSettings.isOwn(path)) {
      return;
    }
    int end = path.length();
    for (int i = 1; i < path.length() && end == path.length(); i++) {
      if (".[".indexOf(path.charAt(i)) >= 0) {
        Spelling map = names.key(path.substring(0, i));
        end = map != null && map.setting().isMap() ? i : end;
      }
    }
    Spelling spelling = names.key(path.substring(0, end));
    String key = path.substring(end).replaceFirst("^\\.", "").replaceFirst("^\\[(.*)]$", "$1");
    if (spelling != null && isOverridden(spelling, key, source)) {
      return; // so a variable that only this value needs may be missing
    }
    Spelling secret = names.key(withoutSuffix(path));
    boolean isFile = spelling == null && key.isEmpty() && isSecretFile(path, secret);
    boolean isSecret = spelling != null && spelling.setting().isSecret();
    String value = resolved(source, name, spelling != null || isFile, isSecret);
    if (isFile) {
      if (!value.isBlank()) {
        addFile(secret, path, source, origin(source, name), value.strip());
      }
    } else if (spelling == null) {
      readUnknown(source, name, path, value);
    } else if (spelling.setting().isMap() != key.isEmpty() && isOfItsForm(spelling, index)) {
      add(spelling, path.substring(0, end), source, origin(source, name), key, index, value);
    } else if (!value.isBlank()) {
      addMisshaped(spelling.setting(), origin(source, name));
    }
  }

  private static boolean isOfItsForm(Spelling spelling, String index) {
    Setting setting = spelling.setting();
    return index.equals("-1") || setting.isList() || setting.isMap() && setting.holdsLists();
  }

  private void addMisshaped(Setting setting, String origin) {
    String form =
        setting.isMap()
            ? "is not a map; write a name and its value below it, such as "
                + setting.path()
                + ".NAME"
            : setting.isList()
                ? "is not a list; write its items with - below it"
                : "is not a single value; write the value behind the name";
    Fault fault = new Fault(setting.path(), "", form, origin);
    if (unreadable.stream().noneMatch(other -> other.key().equals(setting.path()))) {
      unreadable.add(fault);
    }
  }

  /** A value below a setting that has none, a value of a group of settings, or another name. */
  private void readUnknown(
      EnumerablePropertySource<?> source, String name, String path, String value) {
    int dots = path.length() > MAX_PATH ? -1 : path.lastIndexOf('.');
    for (int dot = dots; dot > 0; dot = path.lastIndexOf('.', dot - 1)) {
      Setting parent = settings.get(path.substring(0, dot));
      if (parent != null) {
        addMisshaped(parent, origin(source, name));
        return;
      }
    }
    Optional<String> below =
        settings.keySet().stream().filter(each -> each.startsWith(path + ".")).findFirst();
    if (below.isEmpty()) {
      addUnknown(source, name, value);
    } else if (!value.isBlank()) {
      unreadable.add(
          new Fault(
              path,
              "",
              "is a group of settings, not a value; write its settings below it, such as "
                  + below.get(),
              origin(source, name)));
    }
  }

  private void addUnknown(PropertySource<?> source, String name, String value) {
    unknown.put(name, value);
    places.put(name, origin(source, name));
  }

  /** File and line, or option of the command line. */
  static String origin(PropertySource<?> source, String name) {
    if (OriginLookup.getOrigin(source, name) instanceof TextResourceOrigin file) {
      int line = file.getLocation() == null ? 0 : file.getLocation().getLine() + 1;
      String resource = file.getResource().getFilename();
      return (resource == null ? source.getName() : resource) + (line > 0 ? ":" + line : "");
    }
    return source instanceof CommandLinePropertySource ? "--" + name : source.getName();
  }

  /** Whether an earlier place has a value. */
  private boolean isOverridden(Spelling spelling, String key, Object place) {
    List<Found> earlier = found.get(place(spelling.setting(), key));
    return earlier != null && earlier.get(0).place() != place;
  }

  private static String place(Setting setting, String key) {
    String path = setting.path();
    return key.isEmpty() ? path : path + '[' + key.toLowerCase(Locale.ROOT);
  }

  /** Adds a value, unless an earlier place has one. */
  private void add(
      Spelling spelling,
      String name,
      Object place,
      String origin,
      String key,
      String index,
      String value) {
    List<Found> same =
        found.computeIfAbsent(place(spelling.setting(), key), absent -> new ArrayList<>());
    if (same.isEmpty() || same.get(0).place() == place) {
      Found named =
          same.stream().filter(other -> other.name().equals(name)).findFirst().orElse(null);
      if (named == null) {
        named = new Found(spelling, name, place, origin, new LinkedHashMap<>());
        same.add(named);
      }
      named
          .texts()
          .computeIfAbsent(key, absent -> new TreeMap<>())
          .put(Integer.parseInt(index), value);
      String path = spelling.setting().path();
      String item = index.equals("-1") ? "" : "[" + index + "]";
      places.put(path + (key.isEmpty() ? "" : "." + key) + item, origin);
    }
  }

  /** The one value of a setting with several names; different values are a fault. */
  private List<Found> agreed(String path, List<Found> same) {
    List<Found> given = same.stream().filter(value -> !value.isBlank()).toList();
    if (given.stream().map(this::meaning).distinct().count() > 1) {
      String names =
          given.stream().map(Found::name).distinct().sorted().collect(Collectors.joining(" and "));
      invalid.add(
          new Fault(
              given.get(0).spelling().setting().path(),
              "",
              "has different values as " + names + "; remove all but one of them"));
    }
    return given.isEmpty() ? same : given;
  }

  private Object meaning(Found value) {
    Setting setting = value.spelling().setting();
    if (setting.isList() || setting.isMap()) {
      return value.texts().values().stream().map(SettingsReader::items).toList();
    }
    try {
      return setting.convert(value.text());
    } catch (IllegalArgumentException unreadable) {
      return value.text();
    }
  }

  /**
   * A variable that several settings need is one fault.
   *
   * @param needed a fault for each setting
   */
  private void addMissing(String variable, List<Fault> needed) {
    String others =
        needed.stream()
            .skip(1)
            .map(other -> other.key() + " (" + other.origin() + ")")
            .collect(Collectors.joining(", "));
    unreadable.add(
        new Fault(
            needed.get(0).key(),
            "",
            missing(variable) + (others.isEmpty() ? "" : "; also needed by " + others),
            needed.get(0).origin()));
  }

  /**
   * @param variable empty if its name must not be shown
   */
  static String missing(String variable) {
    if (variable.isEmpty()) {
      return "refers to a variable that is not set; set it, write ${NAME:default}, or write \\${ for"
          + " the characters ${";
    }
    return "refers to the variable "
        + variable
        + ", which is not set; set it, or write ${"
        + variable
        + ":default}";
  }

  /**
   * @param isKnown whether a variable that is not set is a fault
   */
  private String resolved(
      EnumerablePropertySource<?> source, String name, boolean isKnown, boolean isSecret) {
    Object raw = source.getProperty(name);
    String text = raw == null ? "" : raw.toString();
    if (StringUtils.countOccurrencesOf(text, "${") > MAX_VARIABLES) {
      if (isKnown) {
        unreadable.add(
            new Fault(
                name.substring(PREFIX.length()),
                "",
                "refers to more than " + MAX_VARIABLES + " variables; write the value itself",
                origin(source, name)));
      }
      return "";
    }
    try {
      return environment.resolveRequiredPlaceholders(shell(text));
    } catch (IllegalArgumentException unresolved) {
      if (isKnown) {
        String variable = UnsetVariable.name(unresolved, isSecret);
        missing
            .computeIfAbsent(variable, first -> new ArrayList<>())
            .add(new Fault(name.substring(PREFIX.length()), "", "", origin(source, name)));
      }
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
    return ON.contains(text.strip().toLowerCase(Locale.ROOT));
  }

  public static boolean isOff(String text) {
    return OFF.contains(text.strip().toLowerCase(Locale.ROOT));
  }

  private <R> R build(Class<R> record, String parent) {
    List<Object> parts = new ArrayList<>();
    for (RecordComponent component : record.getRecordComponents()) {
      if (component.getType() == LoadedRoutes.class) {
        parts.add(loaded);
      } else {
        parts.add(
            component.getType().isRecord()
                ? build(component.getType(), SettingNames.below(component, parent))
                : value(settings.get(parent + Setting.snake(component.getName()))));
      }
    }
    try {
      @SuppressWarnings("unchecked")
      Constructor<R> constructor = (Constructor<R>) record.getDeclaredConstructors()[0];
      R built = constructor.newInstance(parts.toArray());
      if (record.getEnclosingClass() == null && record != TlsFiles.class) {
        records.put(record.getName(), built);
      }
      if (built instanceof Checked checked) {
        checked.check(new Faults(parent, settings, written, invalid));
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
      List<String> items = items(found.get(path).get(0).texts().get(""));
      written.put(path, items);
      value = items;
    } else if (texts.containsKey(path)) {
      String text = texts.get(path);
      written.put(path, List.of(text));
      try {
        value = setting.convert(text);
      } catch (IllegalArgumentException e) {
        unreadable.add(new Fault(path, setting.shown(text), e.getMessage()));
      }
    }
    if (value == null) {
      value = setting.defaultValue();
      written.putIfAbsent(path, List.of(setting.defaultText()));
    }
    if (!setting.isSecret() && !setting.isList() && !setting.isMap() && value != null) {
      values.put(PREFIX + path, value instanceof Duration time ? time.toMillis() : value);
    }
    Rules.check(setting, value, new Faults("", settings, written, invalid));
    return value;
  }

  private Map<String, Object> map(Setting setting) {
    Map<String, Object> map = new LinkedHashMap<>();
    for (List<Found> entry : found.values()) {
      if (entry.get(0).spelling().setting() == setting) {
        entry
            .get(0)
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
}
