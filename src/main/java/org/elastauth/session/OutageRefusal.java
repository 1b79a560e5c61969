package org.elastauth.session;

import org.elastauth.http.Refusal;
import org.springframework.stereotype.Component;

/** What {@code fail_closed} answers while Redis does not. */
@Component("outageRefusal")
public final class OutageRefusal {
  /**
   * @throws Refusal 503, always
   */
  public void sessions() {
    throw Refusal.unavailable("sessions cannot be read or written at the moment");
  }

  /**
   * @throws Refusal 503, always
   */
  public void replay() {
    throw Refusal.unavailable("it cannot be told at the moment whether the token was used before");
  }
}
