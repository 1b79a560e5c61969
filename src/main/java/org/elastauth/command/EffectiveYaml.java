package org.elastauth.command;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.elastauth.config.EffectiveSetting;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.DumperOptions.FlowStyle;
import org.yaml.snakeyaml.Yaml;

/** Settings in the form of application.yaml, each with its origin as a comment. */
final class EffectiveYaml {
  private static final int COMMENT = 44;

  private final Yaml yaml;
  private final StringBuilder text = new StringBuilder();

  EffectiveYaml(List<EffectiveSetting> settings) {
    DumperOptions options = new DumperOptions();
    options.setDefaultFlowStyle(FlowStyle.FLOW);
    options.setWidth(Integer.MAX_VALUE);
    this.yaml = new Yaml(options);
    Map<String, Object> tree = new TreeMap<>();
    for (EffectiveSetting setting : settings) {
      String[] path = setting.path().split("\\.");
      Map<String, Object> node = tree;
      for (int i = 0; i < path.length - (setting.key().isEmpty() ? 1 : 0); i++) {
        node = child(node, path[i]);
      }
      node.put(setting.key().isEmpty() ? path[path.length - 1] : setting.key(), setting);
    }
    if (tree.isEmpty()) {
      text.append("elastauth: {} # all settings have their defaults\n");
    } else {
      text.append("elastauth:\n");
      append(tree, "  ");
    }
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> child(Map<String, Object> node, String name) {
    return (Map<String, Object>) node.computeIfAbsent(name, absent -> new TreeMap<>());
  }

  @SuppressWarnings("unchecked")
  private void append(Map<String, Object> node, String indent) {
    node.forEach(
        (name, value) -> {
          String key = indent + dump(name) + ":";
          if (value instanceof EffectiveSetting setting) {
            append(key + " " + dump(setting.value()), setting);
          } else {
            text.append(key).append('\n');
            append((Map<String, Object>) value, indent + "  ");
          }
        });
  }

  private void append(String line, EffectiveSetting setting) {
    text.append(line)
        .append(" ".repeat(Math.max(1, COMMENT - line.length())))
        .append("# ")
        .append(setting.origin())
        .append(setting.alias().isEmpty() ? "" : ", as " + setting.alias())
        .append('\n');
  }

  private String dump(Object value) {
    return yaml.dump(value).strip();
  }

  @Override
  public String toString() {
    return text.toString();
  }
}
