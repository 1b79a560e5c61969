package org.elastauth.routes;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The page of the ports is made from the tables in the code. */
class PortsPageTest {
  private static final Path PAGE = Path.of("src/docs/routes/ports.md");
  private static final Path MADE = Path.of("target/ports.md");

  @Test
  void thePageSaysWhatTheCheckKnows() throws IOException {
    String made = page();
    Files.writeString(MADE, made);
    assertThat(Files.readString(PAGE)).as("copy %s to %s", MADE, PAGE).isEqualTo(made);
  }

  private static String page() {
    return """
        # Which ports and properties do routes share?

        A port is a `direct:` endpoint with a fixed contract. A route file that serves a port is an adapter, and a
        setting selects the adapter by its name: `cache.type: folder` calls `direct:cache-folder-get`. Routes pass
        values on as exchange properties. `check-routes` reports a name that is not in these tables.

        ## Ports

        | Port | In | Out | Served together |
        |---|---|---|---|
        %s

        ## Exchange properties

        Begin the name of a property of your own with `my`, such as `myTenant`. Lower-case names in the table are
        routes, others are Java classes.

        | Property | Type | Set by | Read by | Meaning |
        |---|---|---|---|---|
        %s
        """
        .formatted(rows(Port.ALL.stream().map(PortsPageTest::row).toList()), rows(properties()));
  }

  private static String row(Port port) {
    return line(
        port.endpoints().stream()
            .map(endpoint -> "`direct:" + endpoint + "`")
            .collect(Collectors.joining(", ")),
        port.in(),
        port.out(),
        port.siblings().isEmpty() ? "–" : String.join(", ", port.siblings()));
  }

  private static List<String> properties() {
    return ContractProperty.ALL.stream()
        .map(
            each ->
                line(
                    "`" + each.name() + "`",
                    each.type(),
                    each.setBy(),
                    each.readBy(),
                    each.meaning()))
        .toList();
  }

  private static String line(String... cells) {
    return "| " + String.join(" | ", cells) + " |";
  }

  private static String rows(List<String> rows) {
    return String.join("\n", rows);
  }
}
