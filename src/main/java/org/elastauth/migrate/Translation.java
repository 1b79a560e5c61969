package org.elastauth.migrate;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.elastauth.config.Setting;

/** Our settings, and what became of theirs. */
final class Translation {
  private static final Pattern VARIABLE = Pattern.compile("\\$\\{([A-Za-z_][A-Za-z0-9_]*)[:}]");
  private static final Pattern PLACEHOLDER = Pattern.compile("\\$\\{[^}]*}");
  private static final Pattern USER_IN_URL = Pattern.compile("(?<=://)[^/@]*@");

  /** With a default, which may be the secret itself. */
  private static final Pattern DEFAULT = Pattern.compile("\\$\\{[^}:]*:-?[^}-][^}]*}");

  /** A shell runs a file of variables, and others read it line by line. */
  private static final Pattern NAME = Pattern.compile("[A-Z_][A-Z0-9_]*");

  private static final Pattern LINES = Pattern.compile("[\\r\\n\\x00]");

  private static final Pattern SECRET = Pattern.compile("(?i)pass|secret|key|token|credential");
  private static final Pattern WORD = Pattern.compile("true|false|\\d{1,5}|\\d{1,4}(ms|[smhd])");

  private final List<Row> rows = new ArrayList<>();

  /** By path: a text, a list of texts, or a map to lists or texts. */
  private final Map<String, Object> settings = new LinkedHashMap<>();

  /** The names under which the settings were found. */
  private final Map<String, Entry> origins = new LinkedHashMap<>();

  /** By the variable that the file refers to. */
  private final Map<String, String> secrets = new LinkedHashMap<>();

  private final Set<String> variables = new TreeSet<>();
  private final List<Entry> others = new ArrayList<>();

  List<Row> rows() {
    return rows;
  }

  Map<String, Object> settings() {
    return settings;
  }

  Map<String, String> secrets() {
    return secrets;
  }

  /** The variables of theirs to which the file refers. */
  Set<String> variables() {
    return variables;
  }

  boolean has(String path) {
    return settings.containsKey(path);
  }

  /** The setting as text; empty without one. */
  String text(String path) {
    return settings.getOrDefault(path, "").toString();
  }

  /** Sets a setting to their value. */
  void set(Entry entry, Setting setting, Object value, String remark) {
    Entry earlier = origins.putIfAbsent(setting.path(), entry);
    if (earlier != null) {
      Object used = secrets.getOrDefault(setting.variable(), text(setting.path()));
      String reason =
          value.toString().equals(used)
              ? "the same as "
              : "not used, because the value is taken from ";
      rows.add(row(entry, "", setting, value, reason + earlier.name(), false));
      return;
    }
    boolean isSecret = setting.isSecret() && !isVariable(value.toString());
    boolean isBoth = isSecret && PLACEHOLDER.matcher(value.toString()).find();
    rows.add(
        row(
            entry,
            setting.path(),
            setting,
            value,
            isBoth ? "contains a password and a variable; write it in separate settings" : remark,
            isBoth));
    if (value instanceof Map<?, ?> map && !setting.holdsLists()) {
      map.forEach((key, inner) -> keepSecret(setting, key.toString(), inner.toString()));
    } else if (isSecret) {
      keepSecret(setting, value.toString());
    } else {
      put(setting.path(), value);
    }
  }

  /** Sets a setting that their file does not have. */
  void add(Setting setting, Object value, String remark) {
    rows.add(new Row("", "", setting.path(), shown(setting, value), remark, false));
    put(setting.path(), value);
  }

  private void put(String path, Object found) {
    Object value =
        found instanceof List<?> list
            ? list.stream().map(item -> withoutUser(path, item)).toList()
            : withoutUser(path, found);
    settings.put(path, value);
    VARIABLE.matcher(value.toString()).results().forEach(name -> variables.add(name.group(1)));
  }

  /** The file refers to the variable of the setting. */
  void keepSecret(Setting setting, String value) {
    if (keep(setting.variable(), setting.path(), value)) {
      settings.put(setting.path(), "${" + setting.variable() + "}");
    }
  }

  private boolean keep(String variable, String ours, String value) {
    boolean isPossible = NAME.matcher(variable).matches() && !LINES.matcher(value).find();
    if (isPossible) {
      secrets.put(variable, value);
    } else {
      missing(ours, "its name or value cannot be in a file of variables; set it by hand", true);
    }
    return isPossible;
  }

  /** A header may be a secret; a variable of its own sets it. */
  private void keepSecret(Setting map, String key, String value) {
    String variable = map.variable() + "_" + key.replace('-', '_').toUpperCase(Locale.ROOT);
    keep(variable, map.path() + "." + key, value);
  }

  void none(Entry entry, String remark, boolean decides) {
    rows.add(new Row(entry.name(), entry.place(), "", word(entry), remark, decides));
  }

  /** The path of a secret's file. */
  void setFile(Entry entry, Setting setting) {
    String path = setting.path() + "_file";
    rows.add(new Row(entry.name(), entry.place(), path, entry.text(), "", false));
    put(path, entry.text());
    settings.putIfAbsent(setting.path(), "");
  }

  /** Adds an item to a list that one source describes by several variables. */
  void append(Entry entry, Setting setting, String item) {
    List<Object> items = new ArrayList<>();
    if (settings.get(setting.path()) instanceof List<?> before) {
      items.addAll(before);
    }
    items.add(item);
    rows.add(row(entry, setting.path(), setting, item, "", false));
    origins.putIfAbsent(setting.path(), entry);
    put(setting.path(), items);
  }

  /** Adds an entry to a map that one source describes by several variables. */
  void putInMap(Entry entry, Setting setting, String key, Object value) {
    if (!setting.holdsLists()) {
      rows.add(row(entry, setting.path() + "." + key, setting, value, "", false));
      keepSecret(setting, key, value.toString());
      return;
    }
    Map<String, Object> map = new LinkedHashMap<>();
    if (settings.get(setting.path()) instanceof Map<?, ?> before) {
      before.forEach((name, other) -> map.put(name.toString(), other));
    }
    map.put(key, value);
    rows.add(row(entry, setting.path() + "." + key, setting, value, "", false));
    origins.putIfAbsent(setting.path(), entry);
    put(setting.path(), map);
  }

  /** A variable that belongs to another program. */
  void ofOthers(Entry entry) {
    others.add(entry);
  }

  List<Entry> others() {
    return others;
  }

  void missing(String ours, String remark, boolean decides) {
    rows.add(new Row("", "", ours, "", remark, decides));
  }

  /** Everybody may read the file of the settings. */
  private Object withoutUser(String path, Object value) {
    String text = value instanceof String string ? string : "";
    if (USER_IN_URL
        .matcher(PLACEHOLDER.matcher(text).replaceAll(""))
        .results()
        .noneMatch(Translation::isName)) {
      return value;
    }
    missing(path, "the user in its URL is left out; set username and password", true);
    return USER_IN_URL.matcher(text).replaceAll("");
  }

  private static boolean isName(java.util.regex.MatchResult user) {
    return user.group().matches(".*[^:@].*");
  }

  /** A whole value that only refers to variables is no secret. */
  static boolean isVariable(String value) {
    return PLACEHOLDER.matcher(value).find()
        && !DEFAULT.matcher(value).find()
        && !USER_IN_URL
            .matcher(PLACEHOLDER.matcher(value).replaceAll(""))
            .results()
            .anyMatch(Translation::isName);
  }

  private static Row row(
      Entry entry, String ours, Setting setting, Object value, String remark, boolean decides) {
    return new Row(entry.name(), entry.place(), ours, shown(setting, value), remark, decides);
  }

  private static String shown(Setting setting, Object value) {
    String text =
        value instanceof List<?> list
            ? String.join(", ", list.stream().map(String::valueOf).toList())
            : value.toString();
    boolean isSecret = setting.isSecret() || setting.isMap() && !setting.holdsLists();
    return isSecret && !isVariable(text) ? "***" : USER_IN_URL.matcher(text).replaceAll("***@");
  }

  /** Other values without a counterpart may be secrets. */
  private static String word(Entry entry) {
    boolean isSecret = SECRET.matcher(entry.name()).find();
    return !isSecret && WORD.matcher(entry.text()).matches() ? entry.text() : "";
  }
}
