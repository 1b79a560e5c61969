package org.elastauth.editor;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.language.bean.RuntimeBeanExpressionException;
import org.apache.camel.support.DefaultExchange;
import org.elastauth.config.TestSettings;
import org.elastauth.credential.Credential;
import org.elastauth.credential.Fingerprint;
import org.elastauth.http.HttpError;
import org.elastauth.identity.AutheliaHeaders;
import org.elastauth.identity.Identity;
import org.elastauth.identity.OptionalFields;
import org.elastauth.identity.RoleMapping;
import org.elastauth.net.TrustedProxies;
import org.elastauth.startup.Settings;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The beans as a route calls them: Camel takes the parameters from the name of the method. */
class EditorBeansTest {
  private final CamelContext context = new DefaultCamelContext();
  private final Exchange exchange = new DefaultExchange(context);

  @BeforeEach
  void bind() {
    Settings settings =
        TestSettings.of(Map.of("group_mappings.staff", "editor", "default_roles", "viewer"));
    OptionalFields fields = TestSettings.fields(settings);
    AutheliaHeaders headers =
        new AutheliaHeaders(
            settings.identity().authelia(),
            fields,
            new TrustedProxies(List.of()),
            Clock.systemUTC());
    context.getRegistry().bind("identity", new IdentityParts(headers, fields, Clock.systemUTC()));
    context.getRegistry().bind("roles", new Roles(new RoleMapping(settings.roles(), fields)));
    context.getRegistry().bind("access", new Access(false));
    context.getRegistry().bind("credential", new CredentialParts(3600, Clock.systemUTC()));
    exchange.getMessage().setBody("a body that no parameter is taken from");
  }

  @AfterEach
  void stop() {
    context.stop();
  }

  private Object call(String bean, String method) {
    Object result =
        context
            .resolveLanguage("bean")
            .createExpression(bean + "?method=" + method)
            .evaluate(exchange, Object.class);
    assertThat(exchange.getException()).isNull();
    return result;
  }

  private HttpError refused(String bean, String method) {
    try {
      context
          .resolveLanguage("bean")
          .createExpression(bean + "?method=" + method)
          .evaluate(exchange, Object.class);
    } catch (RuntimeBeanExpressionException wrapped) { // of a parameter with a dot
      exchange.setException(wrapped);
    }
    HttpError refusal = exchange.getException(HttpError.class);
    assertThat(refusal).isNotNull();
    exchange.setException(null);
    return refusal;
  }

  private Identity identity() {
    return exchange.getProperty("identity", Identity.class);
  }

  @Test
  void anIdentityHasWhatItsPropertiesSayAndNothingOfTheBody() {
    exchange.setProperty("myUser", "\"john.doe\"");
    call("identity", "fromProperties('myUser')");
    assertThat(identity().username()).isEqualTo("\"john.doe\"");
    assertThat(identity().email()).isEmpty();
    assertThat(identity().saysGroups()).isFalse();

    exchange.setProperty("myGroups", new ArrayList<>(List.of("b", "a, with a comma")));
    exchange.setProperty("myEmail", "j@x.org");
    exchange.setProperty("myName", "John");
    call("identity", "fromProperties('myUser', 'myGroups', 'myEmail', 'myName')");
    assertThat(identity().groups()).containsExactly("a, with a comma", "b");
    assertThat(identity().email()).isEqualTo("j@x.org");
    assertThat(identity().fullName()).isEqualTo("John");
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "none",
      value = {"none, 401", "' ', 401", "_x, 400", "a:b, 400"})
  void noIdentityWithoutAUsername(String user, int status) {
    exchange.setProperty("myUser", user);
    assertThat(refused("identity", "fromProperties('myUser')").status()).isEqualTo(status);
    assertThat(identity()).isNull();
  }

  @Test
  void rolesBeforeTheMappingAreThoseOfTheIdentity() {
    Identity staff = new Identity("john.doe", "", "", List.of("staff"), 1);
    exchange.setProperty("identity", staff);
    assertThat(call("roles", "has('editor')")).isEqualTo(true);
    assertThat(identity().roles()).isNull();
    call("roles", "add('night,a role')");
    call("roles", "remove('editor, viewer')");
    assertThat(identity().roles()).containsExactly("a role", "night");
    assertThat(call("roles", "has('night, editor')")).isEqualTo(false);
    assertThat(exchange.getProperty("roles")).isNull();
  }

  @Test
  void aPropertyRolesOfTheIdentityRouteHidesNoRoleOfTheMapping() {
    exchange.setProperty("identity", new Identity("john.doe", "", "", List.of("staff"), 1));
    exchange.setProperty("roles", List.of("other"));
    call("roles", "remove('editor')");
    assertThat(identity().roles()).doesNotContain("editor", "other");
  }

  @Test
  void rolesAfterTheMappingAreTheProperty() {
    Identity staff = new Identity("john.doe", "", "", List.of("staff"), 1);
    exchange.setProperty("identity", staff);
    exchange.setProperty("cacheKey", "key");
    exchange.setProperty("roles", List.of("viewer"));
    call("roles", "add('audit')");
    assertThat(exchange.getProperty("roles")).isEqualTo(List.of("audit", "viewer"));
    assertThat(identity()).isEqualTo(staff);
  }

  @Test
  void theRestOfAGroupIsARole() {
    List<String> groups = List.of("ES-audit", "es- ", "es-b c", "es-", "other");
    exchange.setProperty("identity", new Identity("john.doe", "", "", groups, 1));
    call("roles", "addByPrefix('es-')");
    assertThat(identity().roles()).containsExactly("audit", "b c", "viewer");
  }

  @Test
  void aCredentialIsOfTheUserOfTheRequest() {
    exchange.setProperty("identity", new Identity("john.doe", "", "", List.of("staff"), 1));
    exchange.getMessage().setBody("a: password");
    Credential credential = (Credential) call("credential", "fromPassword");
    assertThat(credential.username()).isEqualTo("john.doe");
    assertThat(credential.password()).isEqualTo("a: password");
    assertThat(credential.fingerprint()).isEqualTo(Fingerprint.of(identity()));
    assertThat(credential.created()).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "none",
      value = {"none", "''", "p\u00e4ssword"})
  void aPasswordThatElasticsearchCannotReceiveIsRefused(String password) {
    exchange.setProperty("identity", new Identity("john.doe", "", "", List.of(), 1));
    exchange.getMessage().setBody(password);
    assertThat(refused("credential", "fromPassword").status()).isEqualTo(503);
    exchange.getMessage().setBody("x".repeat(256));
    assertThat(refused("credential", "fromPassword").status()).isEqualTo(503);
  }

  @ParameterizedTest
  @ValueSource(strings = {"add('')", "add('a,,b')", "add(${exchangeProperty.myNothing})"})
  void aNameThatIsNoRoleIsAFaultOfTheRoute(String call) {
    exchange.setProperty("identity", new Identity("john.doe", "", "", List.of(), 1));
    assertThat(refused("roles", call).status()).isEqualTo(500);
    assertThat(identity().roles()).isNull();
  }

  @Test
  void rolesNeedAnIdentity() {
    assertThat(refused("roles", "add('viewer')").getMessage()).contains("identity is set");
  }

  @ParameterizedTest
  @CsvSource({
    "deny, 403, denied",
    "challenge, 401, unauthenticated",
    "unavailable, 503, unavailable"
  })
  void aRefusalHasItsReasonOnOneLine(String method, int status, String reason) {
    exchange.setProperty("myReason", "a\r\nb" + "c".repeat(300));
    HttpError refusal = refused("access", method + "(${exchangeProperty.myReason})");
    assertThat(refusal.status()).isEqualTo(status);
    assertThat(refusal.reason()).isEqualTo(reason);
    assertThat(refusal.getMessage()).hasSize(200).startsWith("a  bcc");
    assertThat(refused("access", method + "('of a route')").getMessage()).isEqualTo("of a route");
  }
}
