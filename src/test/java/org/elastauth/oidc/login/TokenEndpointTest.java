package org.elastauth.oidc.login;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which refusals of a refresh end a session. */
class TokenEndpointTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "invalid_grant",
        "access_denied",
        "interaction_required",
        "login_required",
        "account_selection_required",
        "consent_required",
        "mfa_required"
      })
  void aRefusalOfTheUserEndsTheSession(String error) {
    assertThat(TokenEndpoint.endsSession(error)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "invalid_client",
        "unauthorized_client",
        "invalid_scope",
        "temporarily_unavailable",
        "server_error"
      })
  void aRefusalOfTheGatewayDoesNot(String error) {
    assertThat(TokenEndpoint.endsSession(error)).isFalse();
  }
}
