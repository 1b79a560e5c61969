package org.elastauth.routes;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.elastauth.config.Fault;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A front door, and one error handling for all. */
class SetRulesTest {
  private static final String FRONT_DOOR =
      "- from: {uri: 'platform-http:/elastauth', steps: [{to: 'direct:authenticate'}]}\n";

  private static List<String> faults(String... texts) {
    List<RouteFile> files = new ArrayList<>();
    for (String text : texts) {
      String name = (char) ('a' + files.size()) + RouteFile.SUFFIX;
      files.add(new RouteFile(name, "file:" + name, text));
    }
    return SetRules.faults(files).stream().map(Fault::toString).toList();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "- from: {uri: 'platform-http:/elastauth', steps: []}",
        "- from: {uri: 'platform-http:///elastauth?httpMethodRestrict=GET', steps: []}",
        "- from: {uri: platform-http, parameters: {path: /elastauth}, steps: []}",
        "- route: {id: mine, from: {uri: 'platform-http:/', steps: []}}",
        "- from: {uri: 'platform-http:/auth', steps: [{to: {uri: 'direct:authenticate'}}]}"
      })
  void aFrontDoorIsARouteThatDecides(String text) {
    assertThat(faults(text)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "# none",
        "- route: {id: front-door, from: {uri: 'direct:authenticate', steps: []}}",
        "- from: {uri: 'platform-http:/elastauth/live', steps: []}",
        "- from: {uri: 'platform-http:/mine', steps: [{to: {uri: 'direct:mine'}}]}",
        "- route: ["
      })
  void withoutOneTheGatewayWouldDecideNothing(String text) {
    assertThat(faults(text))
        .singleElement()
        .asString()
        .startsWith("routes: no route begins at platform-http:/elastauth");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\n- routeConfiguration: {errorHandler: {defaultErrorHandler: {}}}",
        "\n- route-configuration: {id: '*', onException: []}"
      })
  void aFileMustNotChangeTheErrorHandlingOfOthers(String configuration) {
    assertThat(faults(FRONT_DOOR, configuration))
        .singleElement()
        .asString()
        .startsWith("b.camel.yaml:2: a routeConfiguration without id would apply to the routes");
  }

  @Test
  void aConfigurationWithAnIdIsForTheRoutesThatNameIt() {
    String mine = "- routeConfiguration: {id: mine, onException: []}\n";
    assertThat(faults(FRONT_DOOR, mine)).isEmpty();
    assertThat(faults(FRONT_DOOR, mine, mine))
        .containsExactly(
            "c.camel.yaml:1: the routeConfiguration mine is also in b.camel.yaml:1; change one of"
                + " the ids");
  }

  @Test
  void anErrorHandlerOfAFileIsNamedBecauseTheDefaultOverridesIt() {
    assertThat(faults(FRONT_DOOR + "- onException: {exception: [x]}\n- errorHandler: {}"))
        .satisfiesExactly(
            fault -> assertThat(fault).startsWith("a.camel.yaml:2: onException of a file"),
            fault -> assertThat(fault).startsWith("a.camel.yaml:3: errorHandler of a file"));
  }

  @Test
  void thePackagedFilesKeepTheRules() {
    assertThat(SetRules.faults(RouteSet.read(null).files().values())).isEmpty();
  }
}
