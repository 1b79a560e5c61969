package org.elastauth.config;

/** Why a route file cannot be used, in one line. */
public final class RouteFailure {
  private RouteFailure() {}

  /**
   * The file and the place, which the outer exceptions name, and the reason, which the root does.
   */
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
