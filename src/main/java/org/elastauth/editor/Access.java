package org.elastauth.editor;

import org.elastauth.http.HttpError;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Description;
import org.springframework.stereotype.Component;

/** Ends a request with a refusal, wherever the route is called. */
@Component("access")
@Description("Ends the request with a refusal. The reason is in the response and in the log.")
public final class Access {
  private static final int MAX_REASON = 200;

  private final String challenge;

  public Access(@Value("${elastauth.oidc.used}") boolean oidc) {
    this.challenge = oidc ? "Bearer realm=\"elastauth\"" : "";
  }

  @Description("Answers 403: this user may not do this.")
  public void deny(String reason) {
    throw HttpError.forbidden(text(reason)).because("denied");
  }

  @Description(
      "Answers 401: the request has no valid identity. With OpenID Connect it has the header WWW-Authenticate.")
  public void challenge(String reason) {
    throw HttpError.unauthorized(text(reason), challenge);
  }

  @Description("Answers 503 with Retry-After: the decision is not possible at the moment.")
  public void unavailable(String reason) {
    throw HttpError.unavailable(text(reason));
  }

  /** Short and without control characters, because it may quote the request. */
  private static String text(String reason) {
    if (reason == null || reason.isBlank()) {
      return "refused by a route";
    }
    String line = reason.replaceAll("\\p{Cntrl}", " ").strip();
    return line.substring(0, Math.min(line.length(), MAX_REASON));
  }
}
