package org.elastauth.config;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
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
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.springframework.boot.context.properties.bind.BindContext;
import org.springframework.boot.context.properties.bind.BindHandler;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.boot.convert.ApplicationConversionService;
import org.springframework.boot.env.OriginTrackedMapPropertySource;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.env.PropertySource;
import org.springframework.core.env.StandardEnvironment;

/**
 * Reads {@link Settings} from every place and spelling they may stand in: the environment first,
 * then the files, each with the setting's own name before its aliases. Spring's relaxed names are
 * not enough here: they drop the underscore of a group's name and resolve placeholders in
 * passwords.
 */
final class SettingsReader {
  static final String PREFIX = "elastauth.";

  /** What else the file may configure. */
  private static final Pattern FRAMEWORKS =
      Pattern.compile("(spring|camel|logging|debug|trace)\\b|elastauth$");

  private static final Pattern SHELL_DEFAULT =
      Pattern.compile("\\$\\{([A-Za-z_][A-Za-z0-9_]*):-([^}]*)}");

  private static final Pattern INDEXED = Pattern.compile("(.+)\\[(\\d{1,4})]");

  /**
   * What Kubernetes injects, with its value, for Services named elastauth or elastauth-something;
   * not meant for us.
   */
  private static final Pattern INJECTED =
      Pattern.compile(
          "ELASTAUTH_(.+_)?"
              + "(SERVICE_HOST=.*|SERVICE_PORT(_.+)?=.*|PORT(_\\d+_(TCP|UDP|SCTP))?=(tcp|udp|sctp)://.*"
              + "|PORT_\\d+_(TCP|UDP|SCTP)_(PROTO|PORT|ADDR)=.*)");

  /** A value and where it was found, in the words of whoever wrote it. */
  private record Found(String name, String value) {}

  private final ConfigurableEnvironment environment;
  private final Map<String, Object> variables;

  /** Dotted path without case, dash and underscore, to the values under it by list index. */
  private final Map<String, Map<Integer, Found>> files = new LinkedHashMap<>();

  /** Path of a map without case, dash and underscore, to its entries by their key. */
  private final Map<String, Map<String, Map<Integer, Found>>> maps = new LinkedHashMap<>();

  private final Map<String, String> canonical = new LinkedHashMap<>();
  private final Map<String, String> shown = new LinkedHashMap<>();
  private final Set<String> known = new LinkedHashSet<>();

  /** What the variables of a map's entries begin with. */
  private final Set<String> entryVariables = new LinkedHashSet<>();

  private final List<Fault> faults = new ArrayList<>();

  /** Settings in a file that stand beside {@code elastauth:} instead of below it. */
  private final List<String> stray = new ArrayList<>();

  SettingsReader(ConfigurableEnvironment environment) {
    this.environment = environment;
    this.variables = environment.getSystemEnvironment();
  }

  /**
   * The settings, the faults met while reading them, and the names nobody asked for.
   *
   * @param unknown as they were written
   * @param known every name that a file or a variable of our own may bear
   */
  record Reading(
      Settings settings, List<Fault> faults, List<String> unknown, Collection<String> known) {}

  Reading read() {
    findMaps(Settings.class, "");
    for (PropertySource<?> source : environment.getPropertySources()) {
      if (source instanceof EnumerablePropertySource<?> enumerable
          && !source
              .getName()
              .equals(StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME)) {
        collect(enumerable);
      }
    }
    walk(Settings.class, "");
    chooseStores();
    Settings settings = bind();
    return new Reading(settings, List.copyOf(faults), unknown(), knownNames());
  }

  /**
   * Whoever names a Redis and no cache type wants Redis, and what gateways share there. Whoever
   * switches Redis off wants memory in its place, whatever the type says. Sessions and tokens are
   * OpenID Connect's.
   */
  private void chooseStores() {
    String type = PREFIX + "cache.type";
    String sessions = PREFIX + "session.store";
    String enabled = canonical.getOrDefault(PREFIX + "redis.enabled", "");
    // one of the aliases is a switch: whether it is Redis
    for (String key : List.of(type, sessions)) {
      canonical.computeIfPresent(
          key, (name, value) -> isOn(value) ? "redis" : isOff(value) ? "memory" : value);
    }
    boolean named =
        canonical.containsKey(PREFIX + "redis.host") || canonical.containsKey(PREFIX + "redis.url");
    canonical.putIfAbsent(type, named || isOn(enabled) ? "redis" : "memory");
    Set<String> inRedis = Set.of("redis", "hybrid");
    String cache = canonical.get(type);
    String store = named || isOn(enabled) || inRedis.contains(cache) ? "redis" : "memory";
    List<String> stores = List.of(PREFIX + "rate-limit.store", sessions, PREFIX + "replay.store");
    canonical.putIfAbsent(sessions, cache.equals("hybrid") ? cache : store);
    stores.forEach(key -> canonical.putIfAbsent(key, store));
    if (isOff(enabled)) {
      Stream.concat(Stream.of(type), stores.stream())
          .forEach(
              key ->
                  canonical.computeIfPresent(
                      key, (name, value) -> inRedis.contains(value) ? "memory" : value));
    }
    String oidc = Boolean.toString("oidc".equals(canonical.get(PREFIX + "auth-provider")));
    canonical.putIfAbsent(PREFIX + "session.enabled", oidc);
    canonical.putIfAbsent(PREFIX + "replay.enabled", oidc);
  }

  private static boolean isOn(String text) {
    return Set.of("true", "on", "yes", "1").contains(text.toLowerCase(Locale.ROOT));
  }

  private static boolean isOff(String text) {
    return Set.of("false", "off", "no", "0").contains(text.toLowerCase(Locale.ROOT));
  }

  private void collect(EnumerablePropertySource<?> source) {
    Map<String, Map<Integer, Found>> fromHere = new LinkedHashMap<>();
    Map<String, Map<String, Map<Integer, Found>>> mapsFromHere = new LinkedHashMap<>();
    for (String name : source.getPropertyNames()) {
      if (!name.startsWith(PREFIX)) {
        if (isFile(source) && !FRAMEWORKS.matcher(name).lookingAt()) {
          stray.add(name);
        }
        continue;
      }
      Matcher indexed = INDEXED.matcher(name);
      boolean isItem = indexed.matches();
      String path = (isItem ? indexed.group(1) : name).substring(PREFIX.length());
      int index = isItem ? Integer.parseInt(indexed.group(2)) : -1;
      int end = mapIn(path);
      if (end > 0) {
        String key = path.substring(end).replaceFirst("^\\.", "").replaceFirst("^\\[(.*)]$", "$1");
        mapsFromHere
            .computeIfAbsent(plain(path.substring(0, end)), map -> new LinkedHashMap<>())
            .computeIfAbsent(key, entry -> new TreeMap<>())
            .put(index, value(source, name));
      } else {
        fromHere.computeIfAbsent(plain(path), p -> new TreeMap<>()).put(index, value(source, name));
      }
    }
    fromHere.forEach(files::putIfAbsent);
    mapsFromHere.forEach(
        (map, entries) -> {
          Map<String, Map<Integer, Found>> into = maps.get(map);
          Set<String> above = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
          above.addAll(into.keySet());
          entries.forEach(
              (key, values) -> {
                if (!above.contains(key)) {
                  into.put(key, values);
                }
              });
        });
  }

  private void findMaps(Class<?> type, String parent) {
    for (RecordComponent component : type.getRecordComponents()) {
      String path = parent + snake(component.getName());
      if (component.getType().isRecord()) {
        findMaps(component.getType(), path + ".");
      } else if (component.getType() == Map.class) {
        maps.put(plain(path), new LinkedHashMap<>());
      }
    }
  }

  /** Where the path of a map ends, behind which stands one of its keys; 0 if it leads to none. */
  private int mapIn(String path) {
    for (int i = 1; i < path.length(); i++) {
      char c = path.charAt(i);
      if ((c == '.' || c == '[') && maps.containsKey(plain(path.substring(0, i)))) {
        return i;
      }
    }
    return 0;
  }

  private static boolean isFile(PropertySource<?> source) {
    return source instanceof OriginTrackedMapPropertySource;
  }

  private Found value(EnumerablePropertySource<?> source, String name) {
    Object raw = source.getProperty(name);
    String text = shell(raw == null ? "" : raw.toString());
    try {
      return new Found(name, environment.resolveRequiredPlaceholders(text));
    } catch (IllegalArgumentException unresolved) {
      faults.add(
          new Fault(
              name.substring(PREFIX.length()),
              "",
              "refers to a variable that is not set; write ${NAME} of one that is, or ${NAME:default}"));
      return new Found(name, "");
    }
  }

  /** As a shell has it, {@code ${NAME:-default}} is the default for an empty variable too. */
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

  private void walk(Class<?> type, String parent) {
    for (RecordComponent component : type.getRecordComponents()) {
      String path = parent + snake(component.getName());
      if (component.getType().isRecord()) {
        walk(component.getType(), path + ".");
      } else if (component.getType() == Map.class) {
        readMap(component, path);
      } else {
        readOne(component, path);
      }
    }
  }

  private void readOne(RecordComponent component, String path) {
    known.add(path);
    List<String> spellings = new ArrayList<>(List.of(variable(path)));
    Alias alias = component.getAnnotation(Alias.class);
    List<String> aliases = alias == null ? List.of() : List.of(alias.value());
    aliases.stream().filter(SettingsReader::isVariable).forEach(spellings::add);
    for (String variable : spellings) {
      Object value = variables.get(variable);
      if (value != null && !value.toString().isBlank()) {
        accept(component, path, Map.of(-1, new Found(variable, value.toString().trim())));
        return;
      }
    }
    List<String> paths = new ArrayList<>(List.of(path));
    aliases.stream().filter(a -> !isVariable(a)).forEach(paths::add);
    for (String spelling : paths) {
      Map<Integer, Found> value = files.get(plain(spelling));
      if (value != null) {
        accept(component, path, isOpposite(spelling) ? opposite(value) : value);
        return;
      }
    }
  }

  private static boolean isOpposite(String spelling) {
    return spelling.startsWith("!");
  }

  private static Map<Integer, Found> opposite(Map<Integer, Found> values) {
    Map<Integer, Found> opposite = new TreeMap<>();
    values.forEach(
        (index, found) -> {
          String value = found.value();
          String said = isOn(value) ? "false" : isOff(value) ? "true" : value;
          opposite.put(index, new Found(found.name(), said));
        });
    return opposite;
  }

  private void accept(RecordComponent component, String path, Map<Integer, Found> values) {
    Found first = values.values().iterator().next();
    String key = PREFIX + path.replace('_', '-');
    boolean secret = component.isAnnotationPresent(Secret.class);
    shown.put(plain(path), secret ? "***" : first.value());
    if (isList(component.getGenericType())) {
      put(key, values);
      if (!canonical.containsKey(key + "[0]")) {
        canonical.put(key, ""); // an empty list is a choice, not an absence
      }
    } else if (!first.value().isBlank()) {
      canonical.put(key, first.value());
    }
  }

  private void put(String key, Map<Integer, Found> values) {
    int index = 0;
    for (Map.Entry<Integer, Found> entry : values.entrySet()) {
      String text = entry.getValue().value();
      for (String item : entry.getKey() < 0 ? text.split(",") : new String[] {text}) {
        if (!item.isBlank()) {
          canonical.put(key + "[" + index++ + "]", item.trim());
        }
      }
    }
  }

  /** Of lists, split at commas, or of texts. */
  private void readMap(RecordComponent component, String path) {
    known.add(path);
    boolean ofLists =
        component.getGenericType() instanceof ParameterizedType type
            && isList(type.getActualTypeArguments()[1]);
    String variable = variable(path) + "_";
    entryVariables.add(variable);
    String key = PREFIX + path.replace('_', '-');
    Map<String, Found> fromVariables = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    variables.forEach(
        (name, value) -> {
          if (name.startsWith(variable) && name.length() > variable.length()) {
            String entry = name.substring(variable.length());
            if (ofLists) {
              fromVariables.put(entry, new Found(name, value.toString()));
            }
            // a variable's name cannot hold a dash, that of a group or header often does
            fromVariables.put(entry.replace('_', '-'), new Found(name, value.toString()));
          }
        });
    Map<String, Map<Integer, Found>> entries = new LinkedHashMap<>();
    fromVariables.forEach((entry, value) -> entries.put(entry, Map.of(-1, value)));
    maps.get(plain(path))
        .forEach(
            (entry, values) -> {
              if (!fromVariables.containsKey(entry)) {
                entries.put(entry, values);
              }
            });
    entries.forEach(
        (entry, values) -> {
          String name = key + "[" + entry + "]";
          if (ofLists) {
            put(name, values);
          } else {
            canonical.put(name, values.values().iterator().next().value());
          }
        });
  }

  private Settings bind() {
    ApplicationConversionService conversion = new ApplicationConversionService();
    conversion.addConverter(String.class, Duration.class, Durations::parse);
    BindHandler collectFaults =
        new BindHandler() {
          @Override
          public Object onFailure(
              ConfigurationPropertyName name,
              Bindable<?> target,
              BindContext context,
              Exception error) {
            String path = name.toString().substring(PREFIX.length());
            faults.add(
                new Fault(
                    path.replace('-', '_'),
                    shown.getOrDefault(plain(path.replaceFirst("\\[.*", "")), ""),
                    reason(target, error)));
            return null;
          }
        };
    Binder binder =
        new Binder(
            List.of(new MapConfigurationPropertySource(canonical)),
            null,
            conversion,
            null,
            collectFaults);
    return binder.bindOrCreate("elastauth", Bindable.of(Settings.class));
  }

  private static String reason(Bindable<?> target, Exception error) {
    Throwable cause = error;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    Class<?> type = target.getType().resolve(Object.class);
    if (type == int.class || type == Integer.class) {
      return "not a whole number";
    }
    if (type == boolean.class || type == Boolean.class) {
      return "neither true nor false";
    }
    return cause.getMessage();
  }

  private List<String> unknown() {
    Set<String> plainKnown = new LinkedHashSet<>();
    Set<String> knownVariables = new LinkedHashSet<>();
    for (String path : known) {
      plainKnown.add(plain(path));
      knownVariables.add(variable(path));
    }
    aliases(Settings.class, plainKnown);
    List<String> unknown = new ArrayList<>(stray);
    files.forEach(
        (path, values) -> {
          if (!plainKnown.contains(path)) {
            unknown.add(values.values().iterator().next().name());
          }
        });
    variables.forEach(
        (name, value) -> {
          if (name.startsWith("ELASTAUTH_")
              && !knownVariables.contains(name)
              && entryVariables.stream().noneMatch(name::startsWith)
              && !INJECTED.matcher(name + "=" + value).matches()) {
            unknown.add(name);
          }
        });
    return unknown;
  }

  private List<String> knownNames() {
    List<String> names = new ArrayList<>();
    for (String path : known) {
      names.add(PREFIX + path);
      names.add(variable(path));
    }
    return names;
  }

  private static String variable(String path) {
    return "ELASTAUTH_" + path.replace('.', '_').toUpperCase(Locale.ROOT);
  }

  private static void aliases(Class<?> type, Collection<String> into) {
    for (RecordComponent component : type.getRecordComponents()) {
      if (component.getType().isRecord()) {
        aliases(component.getType(), into);
      } else if (component.isAnnotationPresent(Alias.class)) {
        for (String alias : component.getAnnotation(Alias.class).value()) {
          if (!isVariable(alias)) {
            into.add(plain(alias));
          }
        }
      }
    }
  }

  private static boolean isVariable(String spelling) {
    return Character.isUpperCase(spelling.charAt(0));
  }

  private static boolean isList(Type type) {
    return type instanceof ParameterizedType parameterized
        && parameterized.getRawType() == List.class;
  }

  private static String snake(String camel) {
    return camel.replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT);
  }

  private static String plain(String path) {
    return path.replaceAll("[_!-]", "").toLowerCase(Locale.ROOT);
  }
}
