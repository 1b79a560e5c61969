package org.elastauth.config;

import java.io.StringReader;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

/**
 * A part of a YAML file: a text, a list or a map. Values stay as written, so that the password
 * {@code 0123} is no number.
 *
 * @param line from 1; of a value in a map, that of its key
 * @param column from 0
 * @param text empty for null; null for a list or a map
 * @param items null unless it is a list
 * @param fields null unless it is a map
 */
public record YamlTree(
    int line, int column, String text, List<YamlTree> items, Map<String, YamlTree> fields) {
  /** More than any configuration has; aliases could multiply them. */
  private static final int MAX_VALUES = 20_000;

  private static final int MAX_ALIASES = 500;

  /** A file that cannot be used. Its message contains no text of the file. */
  public static final class InvalidYaml extends Exception {
    private static final long serialVersionUID = 1;

    private final int line;

    private InvalidYaml(int line, String reason) {
      super(reason);
      this.line = line;
    }

    /** From 1; 0 if unknown. */
    public int line() {
      return line;
    }
  }

  /**
   * The documents of a file. Of equal keys, the last is used.
   *
   * @param repeated receives the equal keys, with their lines
   */
  public static List<YamlTree> read(String file, List<String> repeated) throws InvalidYaml {
    LoaderOptions options = new LoaderOptions();
    options.setMaxAliasesForCollections(MAX_ALIASES);
    List<YamlTree> documents = new ArrayList<>();
    Builder builder = new Builder(repeated);
    try {
      for (Node document :
          new Yaml(new SafeConstructor(options)).composeAll(new StringReader(file))) {
        documents.add(builder.tree(document, document.getStartMark(), ""));
      }
    } catch (MarkedYAMLException malformed) {
      Mark mark = malformed.getProblemMark();
      throw new InvalidYaml(mark == null ? 0 : mark.getLine() + 1, "is not YAML" + mend(mark));
    } catch (YAMLException malformed) {
      throw new InvalidYaml(
          0, "is not YAML: it contains a control character, or too many aliases or levels");
    }
    return documents;
  }

  /** How to mend what the parser did not expect there. */
  static String mend(Mark mark) {
    boolean isTab =
        mark != null
            && mark.getPointer() < mark.getBuffer().length
            && mark.getBuffer()[mark.getPointer()] == '\t';
    return isTab
        ? "; a tab must not indent it, use spaces"
        : "; check the indentation here and in the lines above, and put text with : # { or [ in quotes";
  }

  public boolean isText() {
    return text != null;
  }

  public boolean isMap() {
    return fields != null;
  }

  /** An inner part by its keys, or null. */
  public YamlTree at(String... keys) {
    YamlTree part = this;
    for (String key : keys) {
      part = part == null || !part.isMap() ? null : part.fields.get(key);
    }
    return part;
  }

  /** Resolves aliases and merges. */
  private static final class Builder {
    private final List<String> repeated;
    private final Set<Node> parents = Collections.newSetFromMap(new IdentityHashMap<>());
    private int values;

    private Builder(List<String> repeated) {
      this.repeated = repeated;
    }

    private YamlTree tree(Node node, Mark start, String path) throws InvalidYaml {
      int line = start.getLine() + 1;
      if (++values > MAX_VALUES) {
        throw new InvalidYaml(
            line, "is one of more than " + MAX_VALUES + " values; write fewer aliases (*)");
      }
      if (node instanceof ScalarNode scalar) {
        String text = scalar.getTag().equals(Tag.NULL) ? "" : scalar.getValue();
        return new YamlTree(line, start.getColumn(), text, null, null);
      }
      if (!parents.add(node)) {
        throw new InvalidYaml(
            line, "contains itself through an alias (*); write its values there instead");
      }
      YamlTree tree;
      if (node instanceof MappingNode mapping) {
        Map<String, YamlTree> fields = new LinkedHashMap<>();
        add(mapping, path, fields);
        tree = new YamlTree(line, start.getColumn(), null, null, fields);
      } else {
        List<YamlTree> items = new ArrayList<>();
        for (Node item : ((SequenceNode) node).getValue()) {
          items.add(tree(item, item.getStartMark(), path + "[" + items.size() + "]."));
        }
        tree = new YamlTree(line, start.getColumn(), null, items, null);
      }
      parents.remove(node);
      return tree;
    }

    private void add(MappingNode mapping, String path, Map<String, YamlTree> fields)
        throws InvalidYaml {
      Map<String, YamlTree> merged = new LinkedHashMap<>();
      for (NodeTuple entry : mapping.getValue()) {
        Mark start = entry.getKeyNode().getStartMark();
        if (!(entry.getKeyNode() instanceof ScalarNode name)) {
          throw new InvalidYaml(start.getLine() + 1, "has a key that is no text; write a name");
        }
        YamlTree value = tree(entry.getValueNode(), start, path + name.getValue() + ".");
        if (name.getTag().equals(Tag.MERGE)) {
          merge(value, merged);
        } else if (fields.put(name.getValue(), value) != null) {
          repeated.add(path + name.getValue() + " (line " + value.line + ")");
        }
      }
      merged.forEach(fields::putIfAbsent);
    }

    /** Of several maps, the first has precedence. */
    private static void merge(YamlTree value, Map<String, YamlTree> merged) {
      if (value.isMap()) {
        value.fields.forEach(merged::putIfAbsent);
      } else if (value.items != null) {
        value.items.forEach(item -> merge(item, merged));
      }
    }
  }
}
