package org.elastauth.routes;

import java.security.NoSuchAlgorithmException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.Expression;
import org.apache.camel.Predicate;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.language.simple.SimpleLanguage;
import org.apache.camel.language.simple.types.SimpleIllegalSyntaxException;
import org.apache.camel.support.DefaultExchange;
import org.apache.camel.support.DefaultMessage;
import org.elastauth.config.NearestName;

/**
 * The expressions of Camel's Simple language, by Camel's own parser. A check has no effects: it
 * parses each function alone, with an empty body for those inside, and evaluates only functions and
 * conditions that cannot call a method. The context is never started.
 */
final class SimpleSyntax {
  private static final String PLACEHOLDER = "{{";
  private static final String RESOURCE = "resource:";

  /** What another function is for those around it. */
  private static final String BODY = "${body}";

  /** The parser would create the bean, or initialise the class. */
  private static final Pattern BEAN = Pattern.compile("(?s)\\$\\{\\s*(bean|ref|type):.*");

  private static final Pattern CALL = Pattern.compile("(?s)\\$\\{\\s*([\\w-]+)\\(.*");

  /** Camel removes quotes and parses the rest, which must not become a function or a resource. */
  private static final Pattern SAFE_CALL =
      Pattern.compile("\\$\\{[\\w-]+\\((?:[^:$\\\\{}]|\\$\\{body})*\\)}");

  /** Their arguments are read only when they are evaluated. */
  private static final Pattern EVALUATED =
      Pattern.compile(
          "\\$\\{(?:date(?:-with-timezone)?:[^$\\\\{}]*"
              + "|(?:random|substring|skip|collate)\\([^:$\\\\{}]*\\)"
              + "|(?:hash|iif)\\((?:[^:$\\\\{}]|\\$\\{body})*\\))}");

  /** An evaluation would initialise the class. */
  private static final Pattern CONVERSION =
      Pattern.compile(
          "\\$\\{(?:messageAs|bodyAs|mandatoryBodyAs|(?:header|variable)As\\([^,()]*,)\\(?"
              + "\\s*[\"']?([\\w.\\[\\]-]+)[\"']?\\s*\\).*");

  private static final Pattern METHOD =
      Pattern.compile(
          "(?s)\\$\\{(exchange(?:\\.(?:context|in|message))?|camelContext)\\??\\.(\\w+).*");

  private static final Map<String, Class<?>> OWNERS =
      Map.of(
          "exchange", DefaultExchange.class,
          "exchange.in", DefaultMessage.class,
          "exchange.message", DefaultMessage.class,
          "exchange.context", DefaultCamelContext.class,
          "camelContext", DefaultCamelContext.class);

  private static final Pattern UNKNOWN = Pattern.compile("(?s).*Unknown function: ([\\w-]+).*");

  private final CamelParts parts;
  private SimpleLanguage language;
  private CamelContext context;

  SimpleSyntax(CamelParts parts) {
    this.parts = parts;
  }

  /** The text with the one spelling of functions that the checks know. */
  static String normal(String text) {
    return text.replace("$simple{", "${");
  }

  /**
   * @return what is wrong; empty if nothing is, or if a placeholder decides that
   */
  String fault(String text, boolean isPredicate) {
    String normal = normal(text);
    if (!normal.contains("${") && !isPredicate || normal.startsWith(RESOURCE)) {
      return "";
    }
    List<String> functions = new ArrayList<>();
    String plain = separate(normal, functions);
    List<String> conditions = isPredicate ? conditions(plain) : List.of();
    return Stream.of(
            reasons(List.of(plain), each -> whole(each, isPredicate)),
            reasons(conditions, each -> whole(each, true)),
            reasons(functions, this::function))
        .flatMap(reasons -> reasons)
        .findFirst()
        .map(reason -> "is not an expression of the Simple language: " + reason)
        .orElse("");
  }

  private static Stream<String> reasons(List<String> texts, UnaryOperator<String> check) {
    return texts.stream()
        .filter(text -> !text.contains(PLACEHOLDER))
        .map(check)
        .filter(reason -> !reason.isEmpty());
  }

  /**
   * Takes each <code>${…}</code> out of a text, those inside others first.
   *
   * @return the text around them
   */
  private static String separate(String text, List<String> functions) {
    Deque<StringBuilder> open = new ArrayDeque<>();
    open.push(new StringBuilder());
    int placeholders = 0;
    for (int i = 0; i < text.length(); i++) {
      if (text.startsWith("${", i)) {
        open.push(new StringBuilder("${"));
        i++;
      } else if (text.startsWith(PLACEHOLDER, i)) {
        placeholders++;
        open.element().append(PLACEHOLDER);
        i++;
      } else if (placeholders > 0 && text.startsWith("}}", i)) {
        placeholders--;
        open.element().append("}}");
        i++;
      } else {
        open.element().append(text.charAt(i));
        boolean isEnd = text.charAt(i) == '}' && (i == 0 || text.charAt(i - 1) != '\\');
        if (isEnd && open.size() > 1) {
          functions.add(open.pop().toString());
          open.element().append(BODY);
        }
      }
    }
    if (open.size() > 1) {
      return "${body"; // the parser says what is missing
    }
    return open.pop().toString();
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

  /** Another function than the left operand could be a valid right one when the route runs. */
  private String whole(String text, boolean isPredicate) {
    if (text.strip().startsWith(RESOURCE)) {
      return "";
    }
    return reason(text, isPredicate, isPredicate && text.lastIndexOf("${") <= 1);
  }

  private String function(String text) {
    Matcher method = METHOD.matcher(text);
    if (BEAN.matcher(text).matches()) {
      return "";
    }
    if (method.matches() && isMissing(OWNERS.get(method.group(1)), method.group(2))) {
      return "Method with name: " + method.group(2) + " not found";
    }
    Matcher call = CALL.matcher(text);
    if (call.matches() && !SAFE_CALL.matcher(text).matches()) {
      String reason = reason("${" + call.group(1) + "()}", false, false);
      return UNKNOWN.matcher(reason).matches() ? reason : "";
    }
    String reason = reason(text, false, EVALUATED.matcher(text).matches());
    Matcher conversion = CONVERSION.matcher(text);
    boolean isWrong =
        reason.isEmpty()
            && conversion.matches()
            && context.getClassResolver().resolveClass(conversion.group(1)) == null;
    return isWrong ? "there is no class " + conversion.group(1) : reason;
  }

  private static boolean isMissing(Class<?> owner, String name) {
    String suffix = Character.toUpperCase(name.charAt(0)) + name.substring(1);
    return Stream.of(name, "get" + suffix, "is" + suffix)
        .allMatch(each -> BeanCatalog.methods(owner, each).isEmpty());
  }

  private String reason(String text, boolean isPredicate, boolean isEvaluated) {
    if (language == null) {
      context = new DefaultCamelContext(false);
      language = new SimpleLanguage();
      language.setCamelContext(context);
      language.init();
      context.getTypeConverterRegistry(); // makes the converters that an evaluation needs
    }
    try {
      if (isPredicate) {
        Predicate predicate = language.createPredicate(text);
        predicate.init(context);
        if (isEvaluated) {
          predicate.matches(new DefaultExchange(context));
        }
      } else {
        Expression expression = language.createExpression(text);
        expression.init(context);
        if (isEvaluated) {
          expression.evaluate(new DefaultExchange(context), Object.class);
        }
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
