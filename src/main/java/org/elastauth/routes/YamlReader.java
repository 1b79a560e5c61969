package org.elastauth.routes;

import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.MappingStartEvent;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.events.SequenceStartEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.ReaderException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.parser.ParserImpl;
import org.snakeyaml.engine.v2.scanner.StreamReader;

/**
 * Reads a YAML file with the parser that Camel uses, and keeps the lines. Refuses what hides the
 * content from a reader: aliases, keys that appear twice, further documents.
 */
final class YamlReader {
  private static final int MAX_DEPTH = 100;
  private static final Pattern DASHED = Pattern.compile("-([a-z])");

  /** The maps whose keys are names of something else. */
  private static final Set<String> FREE = Set.of("parameters", "properties", "constructors");

  private static final Pattern TAB = Pattern.compile("\t");

  private final RouteFaults faults;
  private final ParserImpl parser;

  private YamlReader(String text, RouteFaults faults) {
    this.faults = faults;
    LoadSettings settings =
        LoadSettings.builder().setUseMarks(true).setCodePointLimit(Integer.MAX_VALUE).build();
    this.parser = new ParserImpl(settings, new StreamReader(settings, text));
  }

  /** The only document of a file; a list without items if the file is empty or not YAML. */
  static YamlNode read(String text, RouteFaults faults) {
    YamlNode root = YamlNode.list(1);
    try {
      YamlReader reader = new YamlReader(text, faults);
      reader.parser.next(); // the start of the stream
      if (reader.parser.checkEvent(Event.ID.DocumentStart)) {
        reader.parser.next();
        root = reader.node("", reader.parser.next(), 0);
        reader.parser.next(); // the end of the document
        if (reader.parser.checkEvent(Event.ID.DocumentStart)) {
          faults.add(
              line(reader.parser.next()), "a second document begins; write it into its own file");
        }
      }
    } catch (MarkedYamlEngineException malformed) {
      faults.add(
          malformed.getProblemMark().map(mark -> mark.getLine() + 1).orElse(1),
          reason(text, malformed));
      return YamlNode.list(1);
    } catch (ReaderException control) {
      long lines = text.codePoints().limit(control.getPosition()).filter(c -> c == '\n').count();
      faults.add(
          (int) lines + 1,
          String.format(
              "the character U+%04X must not appear in YAML; delete it", control.getCodePoint()));
      return YamlNode.list(1);
    } catch (YamlEngineException malformed) {
      faults.add(1, "is not YAML: " + malformed.getMessage());
      return YamlNode.list(1);
    }
    return root;
  }

  /**
   * @param parent the key of this node
   */
  private YamlNode node(String parent, Event event, int depth) {
    int line = line(event);
    if (event instanceof AliasEvent) {
      faults.add(line, "an alias (*) repeats another part of the file; write that part here");
      return new YamlNode(line, "alias", false, null, null);
    }
    ((NodeEvent) event)
        .getAnchor()
        .ifPresent(
            anchor -> faults.add(line, "the anchor &" + anchor + " is not supported; delete it"));
    if (depth > MAX_DEPTH) {
      throw new YamlEngineException(
          "line " + line + " is nested more than " + MAX_DEPTH + " levels deep; simplify it");
    }
    if (event instanceof ScalarEvent scalar) {
      return new YamlNode(line, scalar.getValue(), scalar.isPlain(), null, null);
    }
    if (event instanceof SequenceStartEvent) {
      YamlNode list = YamlNode.list(line);
      while (!parser.checkEvent(Event.ID.SequenceEnd)) {
        list.items().add(node(parent, parser.next(), depth + 1));
      }
      parser.next();
      return list;
    }
    return map(parent, (MappingStartEvent) event, depth);
  }

  private YamlNode map(String parent, MappingStartEvent start, int depth) {
    YamlNode map = YamlNode.map(line(start));
    while (!parser.checkEvent(Event.ID.MappingEnd)) {
      Event key = parser.next();
      int line = line(key);
      String written = node("", key, depth + 1).asText();
      String name = FREE.contains(parent) ? written : camelCase(written);
      YamlNode value = node(name, parser.next(), depth + 1).at(line);
      YamlNode first = map.fields().putIfAbsent(name, value);
      if (first != null) {
        faults.add(
            line,
            name + " is written twice, first in line " + first.line() + "; delete one of them");
      }
    }
    parser.next();
    return map;
  }

  /** Camel also reads {@code set-body}. */
  private static String camelCase(String key) {
    return DASHED.matcher(key).replaceAll(found -> found.group(1).toUpperCase(Locale.ROOT));
  }

  private static String reason(String text, MarkedYamlEngineException malformed) {
    Optional<Mark> mark = malformed.getProblemMark();
    String line = mark.map(at -> text.lines().skip(at.getLine()).findFirst().orElse("")).orElse("");
    if (TAB.matcher(line).find()) {
      return "a tab must not indent YAML; use spaces";
    }
    return "is not YAML ("
        + String.valueOf(malformed.getProblem()).replaceAll("\\s+", " ")
        + "); check the indentation, and put text with : # { or [ in quotes";
  }

  private static int line(Event event) {
    return event.getStartMark().map(mark -> mark.getLine() + 1).orElse(1);
  }
}
