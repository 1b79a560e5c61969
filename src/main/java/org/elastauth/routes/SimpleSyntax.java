package org.elastauth.routes;

import java.util.regex.Pattern;
import org.apache.camel.CamelContext;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.language.simple.SimpleLanguage;
import org.apache.camel.language.simple.types.SimpleIllegalSyntaxException;

/**
 * The syntax of expressions in Camel's Simple language, by Camel's own parser. Its context is never
 * started.
 */
final class SimpleSyntax {
  private static final Pattern PLACEHOLDER = Pattern.compile("\\{\\{[^}]*}}");

  /** The parser would look a bean up. */
  private static final Pattern BEAN = Pattern.compile("\\$\\{(bean|ref):[^{}]*}");

  /** A bean may define such a function. */
  private static final Pattern OWN_FUNCTION = Pattern.compile("Unknown function: \\w+\\(.*");

  private SimpleLanguage language;

  /**
   * @return what is wrong; empty if nothing is, or if a placeholder decides that
   */
  String fault(String text, boolean isPredicate) {
    if (!text.contains("${") && !isPredicate || text.startsWith("resource:")) {
      return "";
    }
    String plain = BEAN.matcher(text).replaceAll("\\${body}");
    try {
      parse(PLACEHOLDER.matcher(plain).replaceAll("1"), isPredicate);
      return "";
    } catch (SimpleIllegalSyntaxException malformed) {
      String reason = String.valueOf(malformed.getMessage()).lines().findFirst().orElse("");
      boolean isOwn = OWN_FUNCTION.matcher(reason).matches();
      return isOwn || PLACEHOLDER.matcher(text).find()
          ? ""
          : "is not an expression of the Simple language: " + reason;
    } catch (RuntimeException unknown) {
      return ""; // Camel decides when it loads the route
    }
  }

  private void parse(String text, boolean isPredicate) {
    if (language == null) {
      CamelContext context = new DefaultCamelContext(false);
      language = new SimpleLanguage();
      language.setCamelContext(context);
      language.init();
    }
    if (isPredicate) {
      language.createPredicate(text);
    } else {
      language.createExpression(text);
    }
  }
}
