package org.elastauth.routes;

/**
 * Error handlers that Camel would ignore, or that would replace the default of all routes, {@link
 * DefaultErrorHandling}.
 */
record ErrorHandling(CheckedFile file) {
  private static final String MEND =
      "; put it into a routeConfiguration with an id, and name that in routeConfigurationId of the"
          + " route";
  private static final String PASSED_ON =
      "this onException is ignored, because the default of all routes passes errors on";

  void check() {
    for (YamlNode item : file.root().asList()) {
      refuse(
          item.get("errorHandler"),
          "this errorHandler is ignored, because all routes have a default");
      refuse(item.get("onException"), PASSED_ON);
      YamlNode configuration = item.get("routeConfiguration");
      String id = configuration.get("id").asText();
      YamlNode handler = configuration.get("errorHandler");
      if (configuration.isThere() && (id.isEmpty() || id.equals("*"))) {
        if (!handler.get("noErrorHandler").isThere()) {
          refuse(
              handler,
              "this errorHandler replaces the default of all routes, so that a refusal becomes a"
                  + " 500");
        }
        refuse(configuration.get("onException"), PASSED_ON);
      }
    }
  }

  private void refuse(YamlNode handler, String what) {
    if (handler.isThere()) {
      file.faults().add(handler.line(), what + MEND);
    }
  }
}
