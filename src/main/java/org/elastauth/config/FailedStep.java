package org.elastauth.config;

import java.io.Serial;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.camel.component.bean.MethodNotFoundException;

/**
 * The step of an operator's route that failed, as a suppressed exception of the failure. It stays
 * with the failure when routes run on other exchanges. It is no Exception, because Camel gives a
 * suppressed one to the beans that ask for the exception.
 */
public final class FailedStep extends Throwable {
  @Serial private static final long serialVersionUID = 1;

  private static final int MAX_DEPTH = 8;

  /** Their messages name classes, variables or addresses, and quote nothing of a request. */
  private static final List<Class<? extends Throwable>> QUOTE_NOTHING =
      List.of(
          ArithmeticException.class,
          ClassCastException.class,
          ConnectException.class,
          NullPointerException.class,
          SocketTimeoutException.class,
          UnknownHostException.class);

  private final String route;
  private final String step;
  private final String file;

  public FailedStep(String route, String step, String file) {
    super(file, null, false, false);
    this.route = route;
    this.step = step;
    this.file = file;
  }

  public String route() {
    return route;
  }

  public String step() {
    return step;
  }

  public String file() {
    return file;
  }

  /** The innermost step that failed; none for a failure outside an operator's routes. */
  public static Optional<FailedStep> of(Throwable failure) {
    return causes(failure)
        .flatMap(cause -> Stream.of(cause.getSuppressed()))
        .filter(FailedStep.class::isInstance)
        .map(FailedStep.class::cast)
        .findFirst();
  }

  /** The cause in a few words, without text of the request. */
  public static String reason(Throwable failure) {
    Throwable root = causes(failure).reduce((outer, cause) -> cause).orElse(failure);
    Optional<MethodNotFoundException> method =
        causes(failure)
            .filter(MethodNotFoundException.class::isInstance)
            .map(MethodNotFoundException.class::cast)
            .findFirst();
    if (method.isPresent() && method.get().getBean() != null) {
      return method.get().getBean().getClass().getSimpleName()
          + " has no method or field "
          + method.get().getMethodName();
    }
    String name = root.getClass().getSimpleName();
    boolean isShown =
        root.getMessage() != null && QUOTE_NOTHING.stream().anyMatch(type -> type.isInstance(root));
    return isShown ? name + ": " + root.getMessage().lines().findFirst().orElse("") : name;
  }

  /** The failure and its causes, as far as a log shows them. */
  public static Stream<Throwable> causes(Throwable failure) {
    return Stream.iterate(failure, cause -> cause != null, Throwable::getCause).limit(MAX_DEPTH);
  }
}
