package org.elastauth.oidc.login;

import java.net.URI;
import org.elastauth.net.TrustedProxies;
import org.elastauth.oidc.OidcSettings;
import org.elastauth.session.SessionSettings;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;

/** Beans that depend on {@code oidc.redirect_url}, which every browser login requires. */
@Lazy
@Configuration(proxyBeanMethods = false)
class LoginConfiguration {
  @Bean
  GatewayCookie sessionCookie(SessionSettings session, OidcSettings oidc) {
    return cookie(session, oidc, session.cookieName());
  }

  /** Binds a login to its browser. */
  @Bean
  GatewayCookie browserCookie(SessionSettings session, OidcSettings oidc) {
    return cookie(session, oidc, session.cookieName() + "_login");
  }

  private static GatewayCookie cookie(SessionSettings session, OidcSettings oidc, String name) {
    boolean https = oidc.redirectUrl().startsWith("https:");
    return new GatewayCookie(name, https, session.cookieDomain());
  }

  @Bean
  RequestedUrl requestedUrl(OidcSettings oidc, TrustedProxies trustedProxies) {
    return new RequestedUrl(trustedProxies, URI.create(oidc.redirectUrl()), oidc.allowedHosts());
  }
}
