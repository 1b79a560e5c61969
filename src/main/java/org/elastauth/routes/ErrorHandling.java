package org.elastauth.routes;

/**
 * Error handlers that Camel would ignore, or that would replace the default of all routes. The
 * default is the routeConfiguration without an id in {@code front-door.camel.yaml}: an error goes
 * to the calling route, so that a refusal stays one.
 */
record ErrorHandling(CheckedFile file) {
  private static final String MEND =
      "; put it into a routeConfiguration with an id, and name that in routeConfigurationId of the route";

  void check() {
    boolean isPackaged = file.file().name().equals("front-door.camel.yaml");
    for (YamlNode item : file.root().asList()) {
      // Camel prefers the default of all routes to the error handler of a file
      refuse(
          item.get("errorHandler"),
          "this errorHandler is ignored, because all routes have a default");
      refuse(
          item.get("onException"),
          "this onException is ignored, because the default error handler passes errors on");
      YamlNode configuration = item.get("routeConfiguration");
      boolean isForAll =
          configuration.get("id").asText().isEmpty()
              || configuration.get("id").asText().equals("*");
      if (configuration.isThere() && isForAll && !isPackaged) {
        refuse(
            configuration.get("errorHandler"),
            "this errorHandler replaces the default of all routes, so that a refusal becomes a 500");
        refuse(
            configuration.get("onException"),
            "this onException is ignored, because the default error handler passes errors on");
      }
    }
  }

  private void refuse(YamlNode handler, String what) {
    if (handler.isThere()) {
      file.faults().add(handler.line(), what + MEND);
    }
  }
}
