package org.elastauth.config;

import java.lang.reflect.RecordComponent;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.springframework.boot.context.properties.bind.DefaultValue;

/** The names of all settings: their own, and those of other programs. */
public final class SettingNames {
  private static final String VARIABLE_PREFIX = "ELASTAUTH_";

  /**
   * A name of a setting.
   *
   * @param words what on and off mean under this name; empty if they mean themselves
   */
  public record Spelling(Setting setting, List<String> words) {
    /** A value under this name as a value of the setting. */
    public String canonical(String text) {
      if (!words.isEmpty() && (SettingsReader.isOn(text) || SettingsReader.isOff(text))) {
        return words.get(SettingsReader.isOn(text) ? 0 : 1);
      }
      return setting.canonical(text);
    }
  }

  private final Map<String, Setting> settings = new LinkedHashMap<>();

  /** By {@link #plain} path, or by a variable without our prefix. */
  private final Map<String, Spelling> spellings = new LinkedHashMap<>();

  /**
   * @param type the record of all settings
   */
  public SettingNames(Class<?> type) {
    find(type, "");
    settings.values().forEach(this::addAliases);
  }

  private void find(Class<?> record, String parent) {
    RecordComponent[] components = record.getRecordComponents();
    for (int i = 0; i < components.length; i++) {
      if (components[i].getType() == LoadedRoutes.class) {
        continue;
      }
      if (components[i].getType().isRecord()) {
        find(components[i].getType(), below(components[i], parent));
        continue;
      }
      String path = parent + Setting.snake(components[i].getName());
      DefaultValue byDefault =
          record.getDeclaredConstructors()[0].getParameters()[i].getAnnotation(DefaultValue.class);
      Setting setting = new Setting(path, components[i], byDefault);
      settings.put(path, setting);
      spellings.put(plain(path), new Spelling(setting, List.of()));
    }
  }

  private void addAliases(Setting setting) {
    for (String alias : setting.aliases()) {
      String[] parts = alias.split("[=|]");
      String key = Setting.isVariable(alias) ? parts[0] : plain(parts[0]);
      spellings.putIfAbsent(key, new Spelling(setting, List.of(parts).subList(1, parts.length)));
    }
  }

  static String below(RecordComponent component, String parent) {
    return component.isAnnotationPresent(Inline.class)
        ? parent
        : parent + Setting.snake(component.getName()) + ".";
  }

  /** All settings by path, in the order of their records. */
  public Map<String, Setting> settings() {
    return settings;
  }

  /** The setting of a key in a file, or null. */
  public Spelling key(String path) {
    return spellings.get(plain(path));
  }

  /** The setting of an environment variable, or null. */
  public Spelling variable(String name) {
    return name.startsWith(VARIABLE_PREFIX)
        ? key(name.substring(VARIABLE_PREFIX.length()))
        : spellings.get(name);
  }

  /** A path without the characters in which its spellings differ. */
  public static String plain(String path) {
    return path.replaceAll("[._-]", "").toLowerCase(Locale.ROOT);
  }
}
