package org.elastauth.config;

/** The reason why a route file cannot be used, in one line. */
public final class RouteFailure {
  private RouteFailure() {}

  /** File and line from the outer exceptions, the reason from the root cause. */
  public static String reason(Throwable failure) {
    Throwable outer = failure;
    while (outer.getCause() != null
        && String.valueOf(outer.getMessage()).contains(outer.getCause().toString())) {
      outer = outer.getCause();
    }
    Throwable root = outer;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    String place = String.valueOf(outer.getMessage());
    String reason = String.valueOf(root.getMessage());
    return (place.contains(reason) ? place : place + ": " + reason).replaceAll("\\s+", " ").trim();
  }
}
