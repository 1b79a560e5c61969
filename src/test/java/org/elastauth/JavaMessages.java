package org.elastauth;

import com.sun.source.tree.AnnotationTree;
import com.sun.source.tree.BinaryTree;
import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.ConditionalExpressionTree;
import com.sun.source.tree.ExpressionTree;
import com.sun.source.tree.IdentifierTree;
import com.sun.source.tree.LiteralTree;
import com.sun.source.tree.MemberSelectTree;
import com.sun.source.tree.MethodInvocationTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.NewArrayTree;
import com.sun.source.tree.NewClassTree;
import com.sun.source.tree.ParenthesizedTree;
import com.sun.source.tree.Tree.Kind;
import com.sun.source.tree.VariableTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreeScanner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import javax.lang.model.element.Modifier;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/**
 * The messages in the sources, as the compiler reads them. What is not constant in a message
 * becomes an ellipsis, and each branch of a condition a message of its own.
 */
final class JavaMessages {
  static final String ANY = "…";

  /** Methods of HttpError whose first argument is the message. */
  private static final Set<String> REFUSALS =
      Set.of("malformed", "forbidden", "unavailable", "unauthorized", "misrouted");

  /** Where each message of level warn or error is. */
  final Map<String, Set<String>> logs = new TreeMap<>();

  /** Where each message of an HTTP error is. */
  final Map<String, Set<String>> refusals = new TreeMap<>();

  /** Where each fault of a configuration is. */
  final Map<String, Set<String>> faults = new TreeMap<>();

  private static final int MAX_DEPTH = 5;

  /** Within a longer message, a parameter is what varies. */
  private static final int WITHIN = MAX_DEPTH;

  private final Map<String, ExpressionTree> constants = new HashMap<>();
  private final Map<String, MethodTree> constructors = new HashMap<>();

  /** By name and number of arguments. */
  private final Map<String, List<Call>> calls = new HashMap<>();

  static JavaMessages read(Path sources) throws IOException {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    try (Stream<Path> files = Files.walk(sources);
        StandardJavaFileManager manager = compiler.getStandardFileManager(null, null, null)) {
      JavacTask task =
          (JavacTask)
              compiler.getTask(
                  null,
                  manager,
                  null,
                  List.of("-proc:none"),
                  null,
                  manager.getJavaFileObjectsFromPaths(
                      files.filter(file -> file.toString().endsWith(".java")).toList()));
      List<CompilationUnitTree> units = new ArrayList<>();
      task.parse().forEach(units::add);
      JavaMessages messages = new JavaMessages();
      units.forEach(unit -> unit.accept(messages.new Sources(), null));
      units.forEach(unit -> unit.accept(messages.new Calls(), null));
      return messages;
    }
  }

  /**
   * A call.
   *
   * @param receiver in lower case
   */
  private record Call(String receiver, List<? extends ExpressionTree> arguments, Place place) {
    /** Beans and variables have the name of their class, or its end. */
    boolean isOf(String type) {
      return receiver.isEmpty()
          ? place.type.equals(type)
          : type.toLowerCase(Locale.ROOT).endsWith(receiver);
    }
  }

  /** Where an expression is. */
  private record Place(String type, MethodTree method) {}

  /** Notes what texts may come from: constants, and the arguments of methods and constructors. */
  private final class Sources extends TreeScanner<Void, Place> {
    @Override
    public Void visitClass(ClassTree type, Place outer) {
      String name = type.getSimpleName().toString();
      return super.visitClass(type, name.isEmpty() ? outer : new Place(name, null));
    }

    @Override
    public Void visitMethod(MethodTree method, Place place) {
      if (method.getName().contentEquals("<init>")) {
        constructors.put(place.type, method);
      }
      return super.visitMethod(method, new Place(place.type, method));
    }

    @Override
    public Void visitVariable(VariableTree variable, Place place) {
      if (variable.getModifiers().getFlags().contains(Modifier.STATIC)
          && variable.getInitializer() != null) {
        constants.put(place.type + "." + variable.getName(), variable.getInitializer());
      }
      return super.visitVariable(variable, place);
    }

    @Override
    public Void visitMethodInvocation(MethodInvocationTree call, Place place) {
      String select = call.getMethodSelect().toString();
      String[] parts = select.split("\\.");
      String receiver = parts.length < 2 ? "" : parts[parts.length - 2].toLowerCase(Locale.ROOT);
      note(parts[parts.length - 1], receiver, call.getArguments(), place);
      return super.visitMethodInvocation(call, place);
    }

    @Override
    public Void visitNewClass(NewClassTree creation, Place place) {
      String type = creation.getIdentifier().toString();
      note(type, type.toLowerCase(Locale.ROOT), creation.getArguments(), place);
      return super.visitNewClass(creation, place);
    }

    private void note(
        String name, String receiver, List<? extends ExpressionTree> arguments, Place place) {
      calls
          .computeIfAbsent(name + arguments.size(), first -> new ArrayList<>())
          .add(new Call(receiver, arguments, place));
    }
  }

  private final class Calls extends TreeScanner<Void, Place> {
    @Override
    public Void visitClass(ClassTree type, Place outer) {
      String name = type.getSimpleName().toString();
      return super.visitClass(type, name.isEmpty() ? outer : new Place(name, null));
    }

    @Override
    public Void visitMethod(MethodTree method, Place place) {
      return super.visitMethod(method, new Place(place.type, method));
    }

    @Override
    public Void visitMethodInvocation(MethodInvocationTree call, Place place) {
      List<? extends ExpressionTree> arguments = call.getArguments();
      String select = call.getMethodSelect().toString();
      String method = select.substring(select.lastIndexOf('.') + 1);
      int last = arguments.size() - 1;
      if (select.matches("(?s)LOG\\.(warn|error)")
          || method.equals("log") && select.matches("(?s)LOG\\.at(Warn|Error)\\b.*")) {
        add(logs, arguments.get(0), place);
      } else if (method.equals("warnIf")
          || select.equals("found.add") && place.type.equals("UnsafeSettings")) {
        add(logs, arguments.get(last), place);
      } else if (select.startsWith("HttpError.") && REFUSALS.contains(method)) {
        add(refusals, arguments.get(0), place);
      } else if (select.matches("faults\\.(add|when)")
          || method.equals("require") && place.type.equals("Setting")) {
        add(faults, arguments.get(last), place);
      }
      return super.visitMethodInvocation(call, place);
    }

    @Override
    public Void visitNewClass(NewClassTree creation, Place place) {
      String type = creation.getIdentifier().toString();
      if (type.equals("HttpError") && creation.getArguments().size() == 3) {
        add(refusals, creation.getArguments().get(1), place);
      } else if (type.equals("IllegalArgumentException") && !creation.getArguments().isEmpty()) {
        add(faults, creation.getArguments().get(0), place);
      } else if (type.equals("Fault")) {
        add(faults, creation.getArguments().get(2), place);
      }
      return super.visitNewClass(creation, place);
    }

    @Override
    public Void visitAnnotation(AnnotationTree annotation, Place place) {
      if (annotation.getAnnotationType().toString().equals("Matches")) {
        ExpressionTree value = annotation.getArguments().get(0);
        add(faults, ((NewArrayTree) value).getInitializers().get(1), place);
      }
      return super.visitAnnotation(annotation, place);
    }
  }

  private void add(Map<String, Set<String>> messages, ExpressionTree text, Place place) {
    if (place.type.equals("HttpError") && text instanceof IdentifierTree) {
      return; // its callers say the message
    }
    for (String message : texts(text, place, 0)) {
      String plain = message.replace("{}", ANY).replaceAll(ANY + "(" + ANY + ")+", ANY);
      if (plain.contains(" ")) { // otherwise what is passed on is no message
        messages.computeIfAbsent(plain, first -> new TreeSet<>()).add(place.type);
      }
    }
  }

  private Set<String> texts(ExpressionTree tree, Place place, int depth) {
    if (tree instanceof LiteralTree literal) {
      return Set.of(String.valueOf(literal.getValue()));
    } else if (tree instanceof ParenthesizedTree inner) {
      return texts(inner.getExpression(), place, depth);
    } else if (tree instanceof ConditionalExpressionTree choice) {
      Set<String> both = new TreeSet<>(texts(choice.getTrueExpression(), place, depth));
      both.addAll(texts(choice.getFalseExpression(), place, depth));
      return both;
    } else if (tree instanceof BinaryTree sum && sum.getKind() == Kind.PLUS) {
      Set<String> all = new TreeSet<>();
      for (String left : texts(sum.getLeftOperand(), place, WITHIN)) {
        texts(sum.getRightOperand(), place, WITHIN).forEach(right -> all.add(left + right));
      }
      return all;
    } else if (tree instanceof IdentifierTree name) {
      return named(name.getName().toString(), place, depth + 1);
    } else if (tree instanceof MemberSelectTree member
        && constants.containsKey(member.toString())) {
      return texts(
          constants.get(member.toString()),
          new Place(member.getExpression().toString(), null),
          depth);
    } else if (tree instanceof MethodInvocationTree call && isLookup(call)) {
      return values(call, place);
    }
    return Set.of(ANY);
  }

  /** Whether it is of the form MESSAGES.get(…), with a constant map. */
  private static boolean isLookup(MethodInvocationTree call) {
    return call.getMethodSelect().toString().matches("[A-Z_]+\\.get");
  }

  private Set<String> values(MethodInvocationTree call, Place place) {
    String name = call.getMethodSelect().toString().replace(".get", "");
    Set<String> values = new TreeSet<>();
    if (constants.get(place.type + "." + name) instanceof MethodInvocationTree map) {
      for (int i = 1; i < map.getArguments().size(); i += 2) {
        values.addAll(texts(map.getArguments().get(i), place, 0));
      }
    }
    return values;
  }

  /** The texts of a constant, a variable, a parameter, or a field that a constructor sets. */
  private Set<String> named(String name, Place place, int depth) {
    if (constants.containsKey(place.type + "." + name)) {
      return texts(constants.get(place.type + "." + name), place, depth);
    }
    Set<String> texts = new TreeSet<>();
    if (depth > MAX_DEPTH) {
      return Set.of(ANY);
    }
    if (place.method != null) {
      place.method.accept(
          new TreeScanner<Void, Void>() {
            @Override
            public Void visitVariable(VariableTree variable, Void none) {
              if (variable.getName().contentEquals(name) && variable.getInitializer() != null) {
                texts.addAll(texts(variable.getInitializer(), place, depth));
              }
              return super.visitVariable(variable, none);
            }
          },
          null);
      texts.addAll(
          arguments(place.type, place.method.getName().toString(), place.method, name, depth));
    }
    if (texts.isEmpty() && constructors.containsKey(place.type)) {
      texts.addAll(arguments(place.type, place.type, constructors.get(place.type), name, depth));
    }
    return texts.isEmpty() ? Set.of(ANY) : texts;
  }

  /** What callers pass for a parameter. */
  private Set<String> arguments(
      String type, String callee, MethodTree method, String parameter, int depth) {
    Set<String> texts = new TreeSet<>();
    for (int i = 0; i < method.getParameters().size(); i++) {
      if (method.getParameters().get(i).getName().contentEquals(parameter)) {
        for (Call call : calls.getOrDefault(callee + method.getParameters().size(), List.of())) {
          if (call.isOf(type)) {
            texts.addAll(texts(call.arguments.get(i), call.place, depth));
          }
        }
      }
    }
    return texts;
  }
}
