package org.elastauth.routes;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.elastauth.config.Fault;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The routes at which requests arrive. */
class FrontDoorTest {
  private static List<Fault> faults(String text) {
    return FrontDoor.faults(List.of(new RouteFile("a.camel.yaml", "file:a.camel.yaml", text)));
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

  @Test
  void thePackagedFilesHaveOne() {
    assertThat(FrontDoor.faults(RouteSet.read(null).files().values())).isEmpty();
  }
}
