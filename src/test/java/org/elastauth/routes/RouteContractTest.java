package org.elastauth.routes;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Predicate;
import org.apache.camel.Processor;
import org.elastauth.routes.RouteContract.Limits;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The routes, the Java beans and the table of exchange properties agree with each other. */
class RouteContractTest {
  private static final int MAX_PROPERTIES = 17;
  private static final int MAX_ROUTES = 75;
  private static final int MAX_LINES = 2_060;
  private static final int MAX_DEPTH = 4;
  private static final int MAX_SINGLE_BEAN_ROUTES = 0;

  /** The exchange properties that every HTTP request brings. */
  private static final Set<String> AT_FRONT_DOOR = Set.of("request");

  @Test
  void theRoutesKeepTheirContract() throws IOException {
    RouteContract contract =
        new RouteContract(
            RouteYaml.in(Path.of("routes")),
            ContractProperty.names(),
            BeanSources.read(Path.of("src/main/java")),
            AT_FRONT_DOOR,
            new Limits(MAX_PROPERTIES, MAX_ROUTES, MAX_LINES, MAX_DEPTH, MAX_SINGLE_BEAN_ROUTES));
    assertThat(contract.faults()).isEmpty();
  }

  /** One small wrong text a rule: a test that cannot fail proves nothing. */
  @Nested
  class SeesThat {
    private static final String FROM =
        "- route: {id: front, from: {uri: 'platform-http:/', steps: [%s]}}\n";

    private static final Limits WIDE = new Limits(16, 75, 2_000, 4, 0);

    /**
     * @param more further routes
     */
    private static List<String> faults(
        Limits limits, List<String> table, String steps, String more) {
      String source =
          "  void process(Exchange exchange) {\n    exchange.%1$s;\n  }\n"
              + "  boolean matches(Exchange exchange) {\n    exchange.%1$s;\n  }\n";
      BeanSources beans =
          new BeanSources()
              .with("reader", Reader.class, source.formatted("getProperty(\"user\")"))
              .with("writer", Writer.class, source.formatted("setProperty(\"user\", 1)"))
              .with("sender", Writer.class, source.formatted("send(\"direct:absent\")"));
      RouteYaml file = RouteYaml.of("a.camel.yaml", FROM.formatted(steps) + more);
      return new RouteContract(List.of(file), table, beans, Set.of("request"), limits).faults();
    }

    private static List<String> faults(String steps) {
      return faults("{process: {ref: writer}},{" + steps + "}", "");
    }

    private static List<String> faults(String steps, String more) {
      return faults(WIDE, List.of("user"), steps, more);
    }

    @Test
    void nothingIsWrongWithRightRoutes() {
      assertThat(
              faults(
                  "{process: {ref: writer}}"
                      + ",{setBody: {simple: '${exchangeProperty.user}'}},{to: {uri: 'direct:a-{{b}}'}}",
                  "- route: {id: a-c, from: {uri: 'direct:a-c', steps: [{bean: {ref: reader, method: read}},"
                      + "{filter: {ref: {expression: reader}, steps: [{process: {ref: reader}}]}}]}}"))
          .isEmpty();
    }

    @Test
    void aPropertyIsNotInTheTable() {
      String set = "{setProperty: {name: other, constant: 1}}";
      assertThat(faults(set + ",{process: {ref: writer}}", ""))
          .containsExactly("a.camel.yaml: front: the exchange property other is not in the table");
    }

    @Test
    void aRowIsNotUsed() {
      assertThat(faults(WIDE, List.of("user", "idle"), "{process: {ref: writer}},{log: a}", ""))
          .containsExactly("table: Exchange properties: idle: nothing uses this exchange property");
    }

    @Test
    void aPropertyIsReadThatNoStepBeforeSets() {
      String step = "a.camel.yaml: front: %s: no step before sets the exchange property user";
      String after = ",{process: {ref: writer}}";
      assertThat(faults("{setBody: {id: x, simple: '${exchangeProperty.user}'}}" + after, ""))
          .containsExactly(step.formatted("setBody x"));
      assertThat(faults("{setBody: {id: x, exchangeProperty: user}}" + after, ""))
          .containsExactly(step.formatted("setBody x"));
      assertThat(
              faults(
                  "{to: {uri: sql, parameters: {query: ':#${exchangeProperty.user}'}}}" + after,
                  ""))
          .containsExactly(step.formatted("to sql"));
      assertThat(faults("{process: {ref: reader}}" + after, ""))
          .containsExactly(step.formatted("process reader"));
      assertThat(faults("{bean: {ref: reader, method: read}}" + after, ""))
          .containsExactly(step.formatted("bean reader"));
      assertThat(faults("{filter: {id: x, ref: {expression: reader}, steps: []}}" + after, ""))
          .containsExactly(step.formatted("filter x"));
    }

    @Test
    void aPropertyIsReadInOneBranchThatOnlyAnotherSets() {
      assertThat(
              faults(
                  "{choice: {when: [{simple: a, steps: [{process: {ref: writer}}]}],"
                      + " otherwise: {steps: [{process: {ref: reader}}]}}}",
                  ""))
          .containsExactly(
              "a.camel.yaml: front: process reader: no step before sets the exchange property user");
    }

    @Test
    void aRouteIsNeverCalled() {
      String idle = "- route: {id: idle, from: {uri: 'direct:idle', steps: [{log: a},{log: b}]}}";
      assertThat(faults("{process: {ref: writer}},{log: a}", idle))
          .containsExactly(
              "a.camel.yaml: idle: from direct:idle: no route and no bean calls this route");
    }

    @Test
    void stepsAreNestedTooDeep() {
      String steps = "log: a";
      for (int depth = 1; depth < 5; depth++) {
        steps = "filter: {simple: a, steps: [{" + steps + "}]}";
      }
      assertThat(faults(steps))
          .containsExactly("a.camel.yaml: front: filter: steps are nested more than 4 deep");
    }

    @Test
    void aRouteOnlyCallsOneBean() {
      assertThat(faults("{process: {ref: writer}}", ""))
          .singleElement()
          .asString()
          .contains("1 routes are no port and only call one bean", "front");
    }

    @Test
    void thereIsTooMuch() {
      Limits none = new Limits(0, 0, 0, 4, 0);
      assertThat(faults(none, List.of("user"), "{process: {ref: writer}},{log: a}", ""))
          .containsExactly(
              "routes: all: there are 1 lines, more than 0",
              "routes: all: there are 1 routes, more than 0",
              "table: Exchange properties: there are 1 exchange properties, more than 0");
    }
  }

  static final class Reader implements Processor, Predicate {
    @Override
    public void process(Exchange exchange) {}

    @Override
    public boolean matches(Exchange exchange) {
      return true;
    }

    public void read(@ExchangeProperty("user") String user) {}
  }

  static final class Writer implements Processor {
    @Override
    public void process(Exchange exchange) {}
  }
}
