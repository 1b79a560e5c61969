package org.elastauth.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.elastauth.config.Fault;
import org.elastauth.config.TestSettings;
import org.elastauth.http.HttpError;
import org.elastauth.startup.Settings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** SPEC 2: the limits of every field. */
class IdentityRulesTest {
  private static final OptionalFields FIELDS = TestSettings.fields(TestSettings.of(Map.of()));

  private static Identity of(String username, String email, String fullName, String... groups) {
    return of(username, email, fullName, Arrays.asList(groups));
  }

  private static Identity of(String username, Object email, Object fullName, Collection<?> groups) {
    return IdentityRules.identity(username, email, fullName, groups, 7, FIELDS);
  }

  private static void assertMalformed(String field, Runnable identity) {
    assertThatThrownBy(identity::run)
        .isInstanceOfSatisfying(
            HttpError.class, refusal -> assertThat(refusal.status()).isEqualTo(400))
        .hasMessageStartingWith("malformed " + field);
  }

  /** Elasticsearch refuses them, cannot log them in by Basic, or uses them itself. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ".",
        "..",
        "_xpack",
        "_system",
        "__anonymous",
        "_",
        "a:b",
        ":",
        " a",
        "a ",
        " ",
        "a\u0000",
        "a\tb",
        "a\u007f",
        "a\u0080",
        "a\u00a0b",
        "j\u00f6rg",
        "\u212a",
        "a\u200bb",
        "a\n",
        "a\r\nb"
      })
  void usernamesThatElasticsearchDoesNotLogIn(String name) {
    assertMalformed("username", () -> of(name, "", ""));
  }

  @Test
  void usernameLength() {
    assertThat(of("x".repeat(255), "", "").username()).hasSize(255);
    assertMalformed("username", () -> of("x".repeat(256), "", ""));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a.b",
        ".hidden",
        "...",
        "a_b",
        "@a",
        "o'brien@example.org",
        "DOMAIN\\jdoe",
        "auth0|5f7c",
        "john smith",
        "svc$",
        "jane_example.org#EXT#@tenant.onmicrosoft.com",
        "CN=John Doe,OU=Users,DC=example",
        "a/../b",
        "a%2e",
        "a?b=c",
        "\"q\"",
        "9"
      })
  void usernamesThatElasticsearchLogsIn(String name) {
    assertThat(of(name, "", "").username()).isEqualTo(name);
  }

  @Test
  void everyPrintableCharacterButTheColon() {
    for (char c = '!'; c <= '~'; c++) {
      String name = "a" + c + "b";
      assertThat(IdentityRules.isUsername(name)).as(name).isEqualTo(c != ':');
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "no-at",
        "@host",
        "name@",
        "a@b@c",
        "a b@c",
        "a@b\r",
        "<a@b>",
        "a@b,c@d",
        "a\u0085@b",
        "n/a",
        "a@\uFFFD.org",
        "\uD800@b.org",
        " "
      })
  void anEmailThatIsNoneIsDropped(String email) {
    assertThat(of("a", email, "")).isEqualTo(of("a", "", ""));
  }

  @Test
  void emailLength() {
    assertThat(of("a", "x".repeat(318) + "@h", "").email()).hasSize(320);
    assertThat(of("a", "x".repeat(319) + "@h", "").email()).isEmpty();
  }

  @Test
  void fullName() {
    assertThat(of("a", "", "Jörg, \"the\" Žižek").fullName()).isEqualTo("Jörg, \"the\" Žižek");
    assertThat(of("a", "", "x".repeat(500)).fullName()).hasSize(500);
  }

  @Test
  void aFullNameThatIsNotUsableIsDropped() {
    for (String name :
        List.of("x".repeat(501), "tab\there", "next\u0085line", "J\uFFFDrg", "J\uDC00rg")) {
      assertThat(of("a", "", name)).as(name).isEqualTo(of("a", "", ""));
    }
  }

  static Stream<Object> unusable() {
    return Stream.of(
        false, 7, 7.5, Map.of("value", "a@b"), List.of(), List.of(List.of("a@b")), List.of(1, ""));
  }

  @ParameterizedTest
  @MethodSource("unusable")
  void anOptionalFieldThatIsNoTextIsDropped(Object value) {
    assertThat(of("a", value, value, List.of())).isEqualTo(of("a", "", ""));
  }

  @Test
  void theFirstUsableValueCounts() {
    List<Object> values = Arrays.asList(null, "", 7, "n/a\n", "a@b.org", "c@d.org");
    Identity identity = of("a", values, values, List.of());
    assertThat(identity.email()).isEqualTo("a@b.org");
    assertThat(identity.fullName()).isEqualTo("a@b.org");
  }

  @Test
  void groupsAreTrimmedSortedAndOnce() {
    assertThat(of("a", "", "", " b ", "a", "", "  ", "b", "with, comma").groups())
        .isEqualTo(List.of("a", "b", "with, comma"));
  }

  @Test
  void groupLimits() {
    assertThat(of("a", "", "", "g".repeat(255)).groups()).hasSize(1);
    List<String> many = IntStream.range(0, 5_000).mapToObj(i -> "g" + i).toList();
    assertThat(of("a", "", "", many).groups()).hasSize(5_000);
    List<String> more = IntStream.range(0, 5_001).mapToObj(i -> "g" + i).toList();
    assertMalformed("groups", () -> of("a", "", "", more));
  }

  @Test
  void groupsThatAreNotUsableAreDroppedAndTheOthersKept() {
    List<Object> groups =
        Arrays.asList(
            "b",
            null,
            7,
            true,
            List.of("nested"),
            Map.of(),
            "g".repeat(256),
            "a\u0007b",
            "\uFFFD",
            "\uD800",
            " a ");
    assertThat(of("a", "", "", groups).groups()).containsExactly("a", "b");
  }

  /** A superuser whose groups cannot be read must not become a user without groups. */
  @Test
  void noUsableGroupIsNotTheSameAsNoGroup() {
    assertThat(of("a", "", "", List.of()).saysGroups()).isTrue();
    assertThat(of("a", "", "", List.of(" ", "")).saysGroups()).isTrue();
    assertThat(of("a", "", "", Arrays.asList(null, "")).saysGroups()).isFalse();
    assertThat(of("a", "", "", (Collection<?>) null).saysGroups()).isFalse();
  }

  @Test
  void whatIsDroppedIsLoggedOnceAnHourPerUserAndField() {
    ListAppender<ILoggingEvent> log = new ListAppender<>();
    log.start();
    Logger logger = (Logger) LoggerFactory.getLogger(OptionalFields.class);
    logger.addAppender(log);
    try {
      for (int i = 0; i < 3; i++) {
        of("rules.logged", "n/a", 7, Arrays.asList("a", null));
      }
    } finally {
      logger.detachAppender(log);
    }
    assertThat(log.list.stream().map(event -> event.getKeyValuePairs().toString()))
        .containsExactlyInAnyOrder(
            "[user=\"rules.logged\", field=\"the header Remote-Email\", reason=\"it is not of the form name@host\"]",
            "[user=\"rules.logged\", field=\"the header Remote-Name\", reason=\"it is not a text\"]",
            "[user=\"rules.logged\", field=\"the header Remote-Groups\", reason=\"it is not a text\"]");
  }

  @ParameterizedTest
  @ValueSource(strings = {"ab", ",,", "a", "7", "\u00e4", "spaces"})
  void whatCannotSeparateGroupsStopsTheStart(String separator) {
    for (String key : List.of("authelia.group_separator", "oidc.claim_mappings.groups_separator")) {
      assertThat(TestSettings.faults(Map.of(key, separator)))
          .singleElement()
          .extracting(Fault::toString)
          .asString()
          .contains(key, "the word space");
    }
  }

  private static GroupWhitelist whitelist(String... groups) {
    Settings settings = strict(groups);
    return new GroupWhitelist(settings.identity(), TestSettings.fields(settings));
  }

  private static Settings strict(String... groups) {
    return TestSettings.of(
        Map.of("enable_group_whitelist", true, "group_whitelist", String.join(",", groups)));
  }

  private static void pass(GroupWhitelist whitelist, String... groups) {
    Exchange exchange = new DefaultExchange(new DefaultCamelContext());
    exchange.setProperty("identity", of("a", "", "", groups));
    whitelist.process(exchange);
  }

  /** As group_mappings do, or a user would have the roles of a group and yet be refused. */
  @Test
  void theWhitelistComparesWithoutCase() {
    GroupWhitelist whitelist = whitelist("Admins", "\u00dcbung", "kibana");
    pass(whitelist, "admins", "ADMINS", "\u00fcbung", "Kibana");
    for (String other : List.of("admin", "\u212aibana", "admins2", "\u3000admins")) {
      assertThatThrownBy(() -> pass(whitelist, "admins", other))
          .isInstanceOfSatisfying(
              HttpError.class, refusal -> assertThat(refusal.status()).isEqualTo(403));
    }
  }

  /** Who asks for a token chooses its scopes, and could leave out the groups. */
  @Test
  void aTokenWithoutGroupsIsOnNoWhitelist() {
    GroupWhitelist whitelist = whitelist("staff");
    OptionalFields fields = TestSettings.fields(strict("staff"));
    Identity silent = IdentityRules.identity("a", "", "", null, 7, fields);
    whitelist.refuse(silent);
    whitelist.refuse(IdentityRules.identity("a", "", "", List.of(), 7, fields).withSubject("s"));
    for (Identity token :
        List.of(silent.withSubject("s"), silent.withSubject("s").withRoles(List.of("viewer")))) {
      assertThatThrownBy(() -> whitelist.refuse(token))
          .isInstanceOfSatisfying(
              HttpError.class, refusal -> assertThat(refusal.reason()).isEqualTo("unknown_groups"));
    }
  }

  @Test
  void aDroppedGroupIsOnNoWhitelist() {
    OptionalFields fields = TestSettings.fields(strict("staff"));
    assertThatThrownBy(
            () -> IdentityRules.identity("a", "", "", List.of("staff", "g".repeat(256)), 7, fields))
        .isInstanceOfSatisfying(
            HttpError.class, refusal -> assertThat(refusal.status()).isEqualTo(403));
  }
}
