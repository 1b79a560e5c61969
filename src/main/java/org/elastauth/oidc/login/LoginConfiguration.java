package org.elastauth.oidc.login;

import java.net.URI;
import org.apache.camel.CamelContext;
import org.elastauth.net.TrustedProxies;
import org.elastauth.oidc.OidcSettings;
import org.elastauth.oidc.provider.Provider;
import org.elastauth.oidc.provider.ProviderEndpoints;
import org.elastauth.session.SessionSettings;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.context.event.EventListener;

/**
 * Beans that depend on {@code oidc.redirect_url}, which every browser login requires, and a warning
 * at the start if a logout cannot end the login at the provider.
 */
@Lazy
@Configuration(proxyBeanMethods = false)
class LoginConfiguration {
  private static final Logger LOG = LoggerFactory.getLogger(LoginConfiguration.class);

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

  /** Does not wait for the provider, which may be unreachable. */
  @EventListener
  void warn(ApplicationReadyEvent event) {
    ConfigurableApplicationContext context = event.getApplicationContext();
    boolean logsIn =
        context.getEnvironment().getProperty("elastauth.oidc.login", Boolean.class, false);
    if (logsIn && context.getBean(CamelContext.class).isAutoStartup()) {
      context.getBean(Provider.class).endpoints().thenAccept(LoginConfiguration::warnOfLogout);
    }
  }

  private static void warnOfLogout(ProviderEndpoints endpoints) {
    if (endpoints.endSession() == null) {
      LOG.warn(
          "The identity provider has no end_session_endpoint: a logout ends the session here, but the"
              + " provider logs the user in again without a password; set oidc.end_session_endpoint"
              + " if it has one");
    }
  }
}
