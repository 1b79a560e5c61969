package org.elastauth.gateway;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A page of metrics in the text format of Prometheus. */
final class Scrape {
  private static final Pattern SAMPLE =
      Pattern.compile("(?m)^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\\{(.*)})? (\\S+)$");
  private static final Pattern LABEL = Pattern.compile("(\\w+)=\"((?:[^\"\\\\]|\\\\.)*)\"");
  private static final Pattern HELP = Pattern.compile("(?m)^# HELP (\\S+) (.*)$");
  private static final Pattern TYPE = Pattern.compile("(?m)^# TYPE (\\S+) (\\S+)$");

  /** By the names of the samples, such as {@code a_seconds_bucket}: the labels and their values. */
  private final Map<String, Map<String, Set<String>>> labels = new TreeMap<>();

  /** By the name of the metric, such as {@code a_seconds}. */
  private final Map<String, String> types = new TreeMap<>();

  private final Map<String, String> help = new TreeMap<>();
  private final String text;

  Scrape(String text) {
    this.text = text;
    for (Matcher sample = SAMPLE.matcher(text); sample.find(); ) {
      Map<String, Set<String>> known =
          labels.computeIfAbsent(sample.group(1), n -> new TreeMap<>());
      String pairs = sample.group(2) == null ? "" : sample.group(2);
      for (Matcher pair = LABEL.matcher(pairs); pair.find(); ) {
        known.computeIfAbsent(pair.group(1), n -> new TreeSet<>()).add(pair.group(2));
      }
    }
    for (Matcher line = TYPE.matcher(text); line.find(); ) {
      types.put(line.group(1), line.group(2));
    }
    for (Matcher line = HELP.matcher(text); line.find(); ) {
      help.put(line.group(1), line.group(2));
    }
  }

  /** The names of the metrics. */
  Set<String> metrics() {
    return types.keySet();
  }

  String type(String metric) {
    return types.get(metric);
  }

  String help(String metric) {
    return help.getOrDefault(metric, "");
  }

  /** The labels of a metric with their values, without the bounds of a histogram. */
  Map<String, Set<String>> labels(String metric) {
    Map<String, Set<String>> all = new TreeMap<>();
    labels.forEach(
        (sample, known) -> {
          if (sample.matches(Pattern.quote(metric) + "(_bucket|_count|_sum|_info)?")) {
            known.forEach(
                (name, values) -> all.computeIfAbsent(name, n -> new TreeSet<>()).addAll(values));
          }
        });
    all.remove("le");
    return all;
  }

  /** The names of the labels of a sample; null: there is no such sample. */
  Set<String> labelsOfSample(String sample) {
    return labels.containsKey(sample) ? labels.get(sample).keySet() : null;
  }

  /** The value of one sample. */
  double value(String sample) {
    Matcher found = Pattern.compile("(?m)^" + Pattern.quote(sample) + " (\\S+)$").matcher(text);
    if (!found.find()) {
      throw new AssertionError(sample + " is not in the scrape");
    }
    return Double.parseDouble(found.group(1));
  }
}
