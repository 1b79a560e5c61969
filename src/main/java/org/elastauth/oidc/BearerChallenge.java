package org.elastauth.oidc;

import org.elastauth.http.HttpError;

/** 401 with a Bearer challenge (RFC 6750, section 3). */
public final class BearerChallenge {
  private static final String REALM = "Bearer realm=\"elastauth\"";

  private BearerChallenge() {}

  /** The request has no token. */
  public static HttpError missing() {
    return HttpError.unauthorized(
            "no identity: the request has no token and no valid session", REALM)
        .because("no_identity");
  }

  /**
   * @param reason why the token is invalid, without quotation marks
   */
  public static HttpError invalid(String reason) {
    return HttpError.unauthorized(
            reason, REALM + ", error=\"invalid_token\", error_description=\"" + reason + "\"")
        .because("invalid_token");
  }
}
