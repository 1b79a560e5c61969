package org.elastauth.routes;

import java.util.Map;
import java.util.Set;
import org.springframework.expression.ParseException;
import org.springframework.expression.common.TemplateParserContext;
import org.springframework.expression.spel.standard.SpelExpressionParser;

/** The languages that a route file is written in: which field is in which, and their parsers. */
record Syntax(SimpleSyntax simple) {
  /** The fields in the Simple language, by the field around them. */
  private static final Map<String, Set<String>> SIMPLE =
      Map.of(
          "log", Set.of("message"),
          "setHeader", Set.of("name"),
          "setProperty", Set.of("name"),
          "setVariable", Set.of("name"),
          "simple", Set.of("expression"),
          "throwException", Set.of("message"));

  /** Endpoints and their options are partly in it. */
  private static final Set<String> ALWAYS = Set.of("log", "simple", "to", "toD", "uri", "wireTap");

  /**
   * @return what is wrong; empty if nothing is
   */
  String fault(String parent, String name, String text, boolean isPredicate) {
    if (parent.startsWith("route") && name.equals("precondition")) {
      return simple.fault(text, true);
    }
    if (name.equals("spel") || parent.equals("spel") && name.equals("expression")) {
      return spel(text);
    }
    boolean isSimple =
        ALWAYS.contains(name)
            || parent.equals("parameters")
            || SIMPLE.getOrDefault(parent, Set.of()).contains(name);
    boolean decides = isPredicate && (name.equals("simple") || parent.equals("simple"));
    return isSimple ? simple.fault(text, decides) : "";
  }

  private static String spel(String text) {
    if (Endpoint.isOpen(text)) {
      return "";
    }
    try {
      new SpelExpressionParser().parseExpression(text, new TemplateParserContext());
      return "";
    } catch (ParseException | IllegalStateException malformed) {
      return "is not an expression of the language SpEL: "
          + malformed.getMessage()
          + "; correct it";
    }
  }
}
