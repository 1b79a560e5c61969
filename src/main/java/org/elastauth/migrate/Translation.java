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
  private static final Pattern PLACEHOLDER = Pattern.compile("\\$\\{[^}$]*}");

  /** A variable without a default, which would be a value. */
  private static final Pattern MERE_VARIABLE = Pattern.compile("\\$\\{[A-Za-z_][A-Za-z0-9_]*}");

  private static final Pattern WHOLE_DEFAULT = Pattern.compile("\\$\\{\\w+:.*}");

  /** What a URL may contain besides variables without being a secret. */
  private static final Pattern ADDRESS =
      Pattern.compile("([a-z0-9+]+://)?:?@?[A-Za-z0-9.,:-]*(/\\d*)?");

  /** What shells, Docker and systemd take as the name of a variable. */
  private static final Pattern NAME = Pattern.compile("[A-Z_][A-Z0-9_]*");

  /** A tab is the only one that can be in a line of a file of variables. */
  private static final Pattern CONTROL = Pattern.compile("[\\x00-\\x1f\\x7f&&[^\\t]]");

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
  void set(Entry entry, Setting setting, Object theirs, String remark) {
    Object value = withoutUser(setting, theirs);
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
    boolean isSecret = setting.isSecret() && !isVariable(text(value));
    boolean isBoth = isSecret && PLACEHOLDER.matcher(value.toString()).find();
    if (isSecret && !setting.isMap() && isRefused(entry, entry.name(), text(value))) {
      return;
    }
    leftOut(entry, setting, theirs, value);
    rows.add(
        row(
            entry,
            setting.path(),
            setting,
            value,
            isBoth ? whatToSeparate(text(value)) : remark,
            isBoth));
    if (value instanceof Map<?, ?> map && !setting.holdsLists()) {
      map.forEach((key, inner) -> keepSecret(entry, setting, key.toString(), inner.toString()));
    } else if (isSecret) {
      keepSecret(setting, text(value));
    } else {
      put(setting.path(), value);
    }
  }

  /** Sets a setting that their file does not have. */
  void add(Setting setting, Object value, String remark, boolean decides) {
    rows.add(new Row("", "", setting.path(), shown(setting, value), remark, decides));
    put(setting.path(), value);
  }

  private void put(String path, Object value) {
    settings.put(path, value);
    VARIABLE.matcher(value.toString()).results().forEach(name -> variables.add(name.group(1)));
  }

  /** The file refers to the variable of the setting. */
  void keepSecret(Setting setting, String value) {
    secrets.put(setting.variable(), value);
    settings.put(setting.path(), "${" + setting.variable() + "}");
  }

  /** A header may be a secret; a variable of its own sets it. */
  private void keepSecret(Entry entry, Setting map, String key, String value) {
    String theirs = entry.value().isMap() ? entry.name() + "." + key : entry.name();
    String name = map.variable() + "_" + key.replace('-', '_').toUpperCase(Locale.ROOT);
    if (key.isEmpty() || !NAME.matcher(name).matches()) {
      rows.add(
          new Row(
              theirs,
              entry.place(),
              "",
              "",
              "no variable can have this name; write it in " + map.path() + " by hand",
              true));
    } else if (!isRefused(entry, theirs, value)) {
      secrets.put(name, value);
    }
  }

  /** A line break would start another variable. */
  private boolean isRefused(Entry entry, String theirs, String value) {
    boolean isRefused = CONTROL.matcher(value).find();
    if (isRefused) {
      rows.add(
          new Row(
              theirs,
              entry.place(),
              "",
              "",
              "has a line break or another control character, and is left out; set it by hand",
              true));
    }
    return isRefused;
  }

  /** The file of settings is no place for the user and the password of a URL. */
  private static Object withoutUser(Setting setting, Object value) {
    return setting.isSecret() || setting.isMap() && !setting.holdsLists()
        ? value
        : UserInfo.leftOut(value);
  }

  private void leftOut(Entry entry, Setting setting, Object theirs, Object value) {
    if (!value.equals(theirs)) {
      String section = setting.path().replaceFirst("\\..*", "");
      boolean hasAccount = section.equals("elasticsearch") || section.equals("redis");
      none(
          entry,
          "had a user or a password in a URL, which is left out; set "
              + (hasAccount
                  ? "%s.username and %s.password".formatted(section, section)
                  : "username and password in settings of their own"),
          true);
    }
  }

  private static String text(Object value) {
    return value instanceof List<?> list
        ? String.join(",", list.stream().map(String::valueOf).toList())
        : value.toString();
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
  void append(Entry entry, Setting setting, String theirs) {
    if (setting.isSecret()) {
      appendSecret(entry, setting, theirs);
      return;
    }
    Object item = withoutUser(setting, theirs);
    leftOut(entry, setting, theirs, item);
    List<Object> items = new ArrayList<>();
    if (settings.get(setting.path()) instanceof List<?> before) {
      items.addAll(before);
    }
    items.add(item);
    rows.add(row(entry, setting.path(), setting, item, "", false));
    origins.putIfAbsent(setting.path(), entry);
    put(setting.path(), items);
  }

  private void appendSecret(Entry entry, Setting setting, String item) {
    if (!isRefused(entry, entry.name(), item)) {
      rows.add(row(entry, setting.path(), setting, item, "", false));
      origins.putIfAbsent(setting.path(), entry);
      String before = secrets.get(setting.variable());
      keepSecret(setting, before == null ? item : before + "," + item);
    }
  }

  /** Adds an entry to a map that one source describes by several variables. */
  void putInMap(Entry entry, Setting setting, String key, Object value) {
    if (!setting.holdsLists()) {
      rows.add(row(entry, setting.path() + "." + key, setting, value, "", false));
      keepSecret(entry, setting, key, value.toString());
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

  /** A value that only refers to variables is no secret; a default of a variable may be one. */
  static boolean isVariable(String value) {
    return MERE_VARIABLE.matcher(value).find()
        && ADDRESS.matcher(withoutVariables(value)).matches()
        && (value.contains("://") || withoutVariables(value).isEmpty());
  }

  private static String whatToSeparate(String value) {
    return WHOLE_DEFAULT.matcher(value).matches()
        ? "has a secret as the default of a variable; write the one or the other into the file of variables"
        : "contains a password and a variable; write it in separate settings";
  }

  static String withoutVariables(String value) {
    return MERE_VARIABLE.matcher(value).replaceAll("");
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
    return isSecret && !isVariable(text) ? "***" : UserInfo.hidden(text);
  }

  /** Other values without a counterpart may be secrets. */
  private static String word(Entry entry) {
    boolean isSecret = SECRET.matcher(entry.name()).find();
    return !isSecret && WORD.matcher(entry.text()).matches() ? entry.text() : "";
  }
}
