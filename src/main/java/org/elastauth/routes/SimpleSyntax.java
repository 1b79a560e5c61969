package org.elastauth.routes;

import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.Expression;
import org.apache.camel.Predicate;
import org.apache.camel.component.bean.MethodNotFoundException;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.language.simple.SimpleLanguage;
import org.apache.camel.language.simple.types.SimpleIllegalSyntaxException;
import org.apache.camel.support.DefaultExchange;
import org.elastauth.config.NearestName;

/**
 * The expressions of Camel's Simple language, by Camel's own parser. Arguments of functions and
 * operators are read only when an expression is evaluated, so each part is evaluated for an empty
 * message: what fails without data fails always. The context is never started.
 */
final class SimpleSyntax {
  private static final String PLACEHOLDER = "{{";

  /** The parser would look a bean up, and an evaluation would call it. */
  private static final Pattern BEAN = Pattern.compile("\\$\\{(bean|ref):[^{}]*}");

  private static final Pattern UNKNOWN = Pattern.compile("(?s).*Unknown function: ([\\w-]+).*");

  private final CamelParts parts;
  private SimpleLanguage language;
  private Exchange empty;

  SimpleSyntax(CamelParts parts) {
    this.parts = parts;
  }

  /**
   * @return what is wrong; empty if nothing is, or if a placeholder decides that
   */
  String fault(String text, boolean isPredicate) {
    boolean isPlain = !text.contains("${") && !text.contains("$simple{");
    if (isPlain && !isPredicate || text.startsWith("resource:")) {
      return "";
    }
    String plain = BEAN.matcher(text).replaceAll("\\${body}");
    List<String> pieces = isPredicate ? conditions(plain) : functions(plain);
    if (!plain.contains(PLACEHOLDER)) {
      pieces.add(0, plain); // what is between the pieces can be wrong, too
    }
    return pieces.stream()
        .filter(piece -> !piece.contains(PLACEHOLDER))
        .map(piece -> reason(piece, isPredicate))
        .filter(reason -> !reason.isEmpty())
        .findFirst()
        .map(reason -> "is not an expression of the Simple language: " + reason)
        .orElse("");
  }

  /** The sides of {@code &&} and {@code ||}; an evaluation stops at the first that decides. */
  private static List<String> conditions(String text) {
    List<String> all = new ArrayList<>();
    char quote = 0;
    int begin = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (quote != 0) {
        quote = c == quote ? 0 : quote;
      } else if (c == '\'' || c == '"') {
        quote = c;
      } else if (text.startsWith(" && ", i) || text.startsWith(" || ", i)) {
        all.add(text.substring(begin, i).strip());
        begin = i + 4;
      }
    }
    if (begin > 0) {
      all.add(text.substring(begin).strip());
    }
    return all;
  }

  /** Each <code>${…}</code> with those inside. */
  private static List<String> functions(String text) {
    List<String> all = new ArrayList<>();
    int begin = text.indexOf("${");
    while (begin >= 0) {
      int depth = 0;
      int end = begin + 1;
      do {
        char c = text.charAt(end++);
        depth += c == '{' ? 1 : c == '}' ? -1 : 0;
      } while (depth > 0 && end < text.length());
      all.add(text.substring(begin, end));
      begin = text.indexOf("${", end);
    }
    return all;
  }

  private String reason(String text, boolean isPredicate) {
    if (language == null) {
      CamelContext context = new DefaultCamelContext(false);
      language = new SimpleLanguage();
      language.setCamelContext(context);
      language.init();
      context.getTypeConverterRegistry(); // makes the converters that an evaluation needs
      empty = new DefaultExchange(context);
    }
    try {
      if (isPredicate) {
        Predicate predicate = language.createPredicate(text);
        predicate.init(empty.getContext());
        predicate.matches(empty);
      } else {
        Expression expression = language.createExpression(text);
        expression.init(empty.getContext());
        expression.evaluate(empty, Object.class);
      }
      return "";
    } catch (SimpleIllegalSyntaxException malformed) {
      return reason(malformed);
    } catch (RuntimeException failed) {
      return isLiteral(failed) ? reason(failed) : "";
    }
  }

  /** Whether an argument in the text is wrong; the message has no data that could be. */
  private static boolean isLiteral(Throwable failed) {
    Throwable cause = cause(failed);
    return cause instanceof SimpleIllegalSyntaxException
        || cause instanceof ClassNotFoundException
        || cause instanceof PatternSyntaxException
        || cause instanceof NoSuchAlgorithmException
        || cause instanceof MethodNotFoundException
        || cause instanceof NumberFormatException
        || cause instanceof IllegalArgumentException
            && String.valueOf(cause.getMessage()).matches("Command not supported.*|Illegal pat.*");
  }

  private static Throwable cause(Throwable failed) {
    Throwable cause = failed;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause;
  }

  private String reason(Throwable failed) {
    Throwable cause = cause(failed);
    String message = String.valueOf(cause.getMessage()).lines().findFirst().orElse("");
    if (cause instanceof MethodNotFoundException) {
      message = message.replaceFirst(" on bean: .*", "");
    }
    Matcher unknown = UNKNOWN.matcher(message);
    if (unknown.matches()) {
      return message
          + NearestName.hint(unknown.group(1), functions(), "; correct it, or use a bean");
    }
    return cause instanceof ClassNotFoundException ? "there is no class " + message : message;
  }

  private Set<String> functions() {
    Set<String> names = new TreeSet<>();
    parts
        .description("org/apache/camel/language/simple/simple")
        .path("functions")
        .fieldNames()
        .forEachRemaining(name -> names.add(name.replaceFirst("[^\\w-].*", "")));
    return names;
  }
}
