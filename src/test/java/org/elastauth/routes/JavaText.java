package org.elastauth.routes;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The source of a class, formatted as the build demands, by method: which exchange properties a
 * method reads and writes, and which endpoints it sends to. A method counts with those of the same
 * class that it calls.
 */
final class JavaText {
  private static final Pattern CONSTANT =
      Pattern.compile("static final String (\\w+) =\\s+(\"[^\"]*\");");
  private static final Pattern METHOD =
      Pattern.compile("(?m)^  (?:[\\w@][\\w<>\\[\\]?,. @]* )?(\\w+)\\(");
  private static final Pattern READ =
      Pattern.compile("xchange(?:\\(\\))?\\s*\\.getProperty\\(\\s*\"(\\w+)\"");
  private static final Pattern WRITTEN =
      Pattern.compile(
          "(?:xchange(?:\\(\\))?\\s*\\.(?:set|remove)|\\.with)Property\\(\\s*\"(\\w+)\"");
  private static final Pattern BOUND = Pattern.compile("@ExchangeProperty\\(\"(\\w+)\"\\)");
  private static final Pattern PASSED =
      Pattern.compile("\\b(\\w+)(?:\\.getObject\\(\\))?\\s*\\.(\\w+)\\([^;{]*?\\bexchange\\b");
  private static final Pattern SENT = Pattern.compile("\"direct:([^?\"]+)");

  private final String text;
  private final Map<String, String> methods = new HashMap<>();

  JavaText(String source) {
    String inlined = source;
    Matcher constant = CONSTANT.matcher(source);
    while (constant.find()) {
      inlined =
          inlined.replaceAll(
              "\\b" + constant.group(1) + "\\b(?! =)", Matcher.quoteReplacement(constant.group(2)));
    }
    this.text = inlined;
    for (String chunk : inlined.split("(?m)^  }$")) {
      Matcher method = METHOD.matcher(chunk);
      if (method.find()) {
        methods.merge(method.group(1), chunk, String::concat);
      }
    }
  }

  Set<String> read(String method) {
    return find(READ, reach(method));
  }

  Set<String> written(String method) {
    return find(WRITTEN, reach(method));
  }

  Set<String> sent(String method) {
    return find(SENT, reach(method));
  }

  /** The methods of other classes that get the exchange, as {@code Type.method}. */
  Set<String> passed(String method) {
    Set<String> passed = new HashSet<>();
    Matcher call = PASSED.matcher(reach(method));
    while (call.find()) {
      Matcher field =
          Pattern.compile("private final (?:ObjectProvider<)?(\\w+)>? \\Q" + call.group(1) + "\\E;")
              .matcher(text);
      if (field.find()) {
        passed.add(field.group(1) + "." + call.group(2));
      }
    }
    return passed;
  }

  /** What any method uses. */
  Set<String> used() {
    Set<String> used = find(READ, text);
    used.addAll(find(WRITTEN, text));
    used.addAll(find(BOUND, text));
    return used;
  }

  private String reach(String method) {
    Set<String> reached = new HashSet<>();
    reach(method, reached);
    StringBuilder texts = new StringBuilder();
    reached.forEach(name -> texts.append(methods.get(name)));
    return texts.toString();
  }

  private void reach(String method, Set<String> reached) {
    if (methods.containsKey(method) && reached.add(method)) {
      for (String other : methods.keySet()) {
        if (Pattern.compile("\\b" + other + "\\(|::" + other + "\\b")
            .matcher(methods.get(method))
            .find()) {
          reach(other, reached);
        }
      }
    }
  }

  private static Set<String> find(Pattern pattern, String text) {
    Set<String> found = new HashSet<>();
    Matcher matcher = pattern.matcher(text);
    while (matcher.find()) {
      found.add(matcher.group(1));
    }
    return found;
  }
}
