package org.elastauth.oidc.login;

import java.net.URI;
import org.elastauth.config.Settings;
import org.elastauth.identity.TrustedProxies;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;

/** Beans that follow from {@code oidc.redirect_url}, which is set wherever browsers log in. */
@Lazy
@Configuration(proxyBeanMethods = false)
class LoginConfiguration {
  /** The cookie with the id of the session. */
  @Bean
  GatewayCookie sessionCookie(Settings settings) {
    return cookie(settings, settings.session().cookieName());
  }

  /** The cookies that tie a login to its browser. */
  @Bean
  GatewayCookie browserCookie(Settings settings) {
    return cookie(settings, settings.session().cookieName() + "_login");
  }

  private static GatewayCookie cookie(Settings settings, String name) {
    boolean https = settings.oidc().redirectUrl().startsWith("https:");
    return new GatewayCookie(name, https, settings.session().cookieDomain());
  }

  @Bean
  RequestedUrl requestedUrl(Settings settings) {
    return new RequestedUrl(
        new TrustedProxies(settings.identity().trustedProxies()),
        URI.create(settings.oidc().redirectUrl()),
        settings.oidc().allowedHosts());
  }
}
