package org.elastauth.oidc.provider;

import com.nimbusds.jwt.SignedJWT;
import org.elastauth.oidc.TokenClaims;

/**
 * A response of the userinfo endpoint.
 *
 * @param jwt the signed JWT that the claims are from; null if the response is a JSON object
 */
record Userinfo(TokenClaims claims, SignedJWT jwt) {}
