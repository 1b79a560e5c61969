package org.elastauth.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.elastauth.server.ApiContract;
import org.elastauth.server.ApiContract.Operation;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.Yaml;

/** The contract has the addresses of the routes, and the pages that show it are made from it. */
class ContractTest {
  private static final Set<String> ANY =
      Set.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE");

  private static ApiContract contract;

  @BeforeAll
  static void read() throws IOException {
    contract = ApiContract.read();
  }

  @Test
  void theContractHasTheAddressesOfTheRoutesAndNoOthers() throws IOException {
    Map<String, Set<String>> served = new LinkedHashMap<>();
    try (Stream<Path> files = Files.list(Path.of("routes"))) {
      for (Path file : files.toList()) {
        List<Map<String, Map<String, Map<String, Object>>>> items =
            new Yaml().load(Files.readString(file));
        items.stream()
            .filter(item -> item.containsKey("route"))
            .map(item -> item.get("route").get("from"))
            .filter(from -> from.get("uri").toString().startsWith("platform-http:"))
            .forEach(from -> add(served, from));
      }
    }
    Aliases.ADDRESSES.forEach((alias, address) -> served.put(alias, served.get(address)));
    ContractPages.ALL.forEach(page -> served.put(page.address(), Set.of("GET", "HEAD")));
    Map<String, Set<String>> documented = new LinkedHashMap<>();
    contract
        .operations()
        .forEach(
            each ->
                documented
                    .computeIfAbsent(each.path(), first -> new TreeSet<>())
                    .add(each.method()));
    assertThat(documented).isEqualTo(served);
  }

  private static void add(Map<String, Set<String>> served, Map<String, Object> from) {
    Map<?, ?> parameters = from.get("parameters") instanceof Map<?, ?> some ? some : Map.of();
    String path = from.get("uri").toString().substring("platform-http:".length());
    Object methods = parameters.get("httpMethodRestrict");
    served.put(
        parameters.containsKey("matchOnUriPrefix") ? path + "{path}" : path,
        methods == null ? ANY : Set.of(methods.toString().split(",")));
  }

  @Test
  void aPageIsReadFromTheJarOnce() {
    for (ContractPages.Page page : ContractPages.ALL) {
      assertThat(page.content()).isSameAs(page.content());
    }
  }

  @Test
  void thePagesSayWhatTheContractSays() throws IOException {
    Map<Path, String> pages =
        Map.of(
            Path.of("src/docs/reference/http.md"), markdown(),
            Path.of("src/main/resources/docs.html"), html());
    for (Path page : pages.keySet()) {
      Files.writeString(Path.of("target").resolve(page.getFileName()), pages.get(page));
    }
    pages.forEach(
        (page, made) ->
            assertThat(page).as("copy target/%s to %s", page.getFileName(), page).hasContent(made));
  }

  /** One row a path and set of methods with the same description. */
  private record Row(String methods, String path, JsonNode item, Operation operation) {
    String summary() {
      String own = item.path("summary").asText();
      return own.isEmpty() ? operation.node().get("summary").asText() : own;
    }

    String description() {
      return (item.path("description").asText()
              + " "
              + operation.node().path("description").asText())
          .strip();
    }
  }

  private static List<Row> rows(String tag) {
    List<Row> rows = new ArrayList<>();
    Map<String, List<Operation>> byPath =
        contract.operations().stream()
            .filter(each -> each.node().get("tags").get(0).asText().equals(tag))
            .collect(
                Collectors.groupingBy(Operation::path, LinkedHashMap::new, Collectors.toList()));
    byPath.forEach(
        (path, same) -> {
          Set<String> methods =
              same.stream().map(Operation::method).collect(Collectors.toCollection(TreeSet::new));
          String shown = methods.equals(new TreeSet<>(ANY)) ? "any" : String.join(", ", methods);
          rows.add(new Row(shown, path, same.get(0).item(), same.get(0)));
        });
    return rows;
  }

  private static String markdown() {
    StringBuilder page =
        new StringBuilder(
            """
            # HTTP

            What the gateway answers at which address. A running gateway shows this contract at `/elastauth/docs`, and
            serves it as OpenAPI 3.1 at `/elastauth/api/openapi.yaml`. What a proxy must send:
            [reverse proxies](../reverse-proxies.md).
            """);
    for (JsonNode tag : contract.root().get("tags")) {
      page.append("\n## ").append(title(tag)).append("\n\n");
      page.append(tag.get("description").asText()).append(".\n\n");
      page.append("| Address | Methods | What it does | Status |\n|---|---|---|---|\n");
      for (Row row : rows(tag.get("name").asText())) {
        page.append(
            "| `%s` | %s | %s | %s |\n"
                .formatted(
                    row.path(), row.methods(), row.summary(), own(row.operation().statuses())));
      }
    }
    page.append("\nEach address also answers " + String.join(", ", everywhere()) + ".\n");
    page.append("\n## Answers\n\n| Status | When | Headers |\n|---|---|---|\n");
    responses()
        .forEach(
            (status, responses) ->
                page.append(
                    "| %s | %s | %s |\n"
                        .formatted(
                            status,
                            responses.stream()
                                .map(each -> each.get("description").asText())
                                .map(ContractTest::sentence)
                                .collect(Collectors.joining(" ")),
                            headers(responses).isEmpty()
                                ? "–"
                                : "`" + String.join("`, `", headers(responses)) + "`")));
    page.append(
        """

        Each answer that is neither 2xx nor a page has this body:

        ```json
        {"message":"no group of this user gives a role","code":403,"timestamp":"2026-01-15T10:30:00Z"}
        ```

        [Messages](messages.md) lists the messages, with what to do.
        """);
    return page.toString();
  }

  /** What all addresses answer. */
  private static Set<String> everywhere() {
    Set<String> all = new TreeSet<>(contract.operations().get(0).statuses());
    contract.operations().forEach(each -> all.retainAll(each.statuses()));
    return all;
  }

  private static String own(Set<String> statuses) {
    Set<String> own = new TreeSet<>(statuses);
    own.removeAll(everywhere());
    return String.join(", ", own);
  }

  private static String title(JsonNode tag) {
    String name = tag.get("name").asText();
    return name.substring(0, 1).toUpperCase(Locale.ROOT) + name.substring(1);
  }

  private static String sentence(String text) {
    return text.endsWith(".") ? text : text + ".";
  }

  /** The responses that several operations have, by status. */
  private static Map<String, Set<JsonNode>> responses() {
    Map<String, Set<JsonNode>> responses = new TreeMap<>();
    contract
        .operations()
        .forEach(
            each ->
                each.node()
                    .get("responses")
                    .properties()
                    .forEach(
                        response -> {
                          if (response.getValue().has("$ref")) {
                            responses
                                .computeIfAbsent(response.getKey(), first -> new LinkedHashSet<>())
                                .add(contract.resolved(response.getValue()));
                          }
                        }));
    return responses;
  }

  private static Set<String> headers(Set<JsonNode> responses) {
    Set<String> names = new TreeSet<>();
    responses.forEach(
        response ->
            response.path("headers").properties().forEach(header -> names.add(header.getKey())));
    return names;
  }

  private static String html() {
    StringBuilder page = new StringBuilder();
    for (JsonNode tag : contract.root().get("tags")) {
      page.append("<h2>%s</h2>\n".formatted(title(tag)));
      page.append("<p>%s.</p>\n".formatted(escape(tag.get("description").asText())));
      for (Row row : rows(tag.get("name").asText())) {
        page.append(
            "<section>\n<h3><code>%s</code> <code>%s</code></h3>\n<p>%s.</p>\n"
                .formatted(row.methods(), escape(row.path()), escape(row.summary())));
        if (!row.description().isEmpty()) {
          page.append("<p>%s</p>\n".formatted(escape(row.description())));
        }
        page.append(parameters(row)).append(answers(row)).append("</section>\n");
      }
    }
    return HTML.formatted(escape(contract.root().at("/info/description").asText()), page);
  }

  private static String parameters(Row row) {
    StringBuilder rows = new StringBuilder();
    Stream.of(row.item().path("parameters"), row.operation().node().path("parameters"))
        .forEach(
            some ->
                some.forEach(
                    each -> {
                      JsonNode parameter = contract.resolved(each);
                      rows.append(
                          "<tr><td><code>%s</code></td><td>%s</td><td>%s</td></tr>\n"
                              .formatted(
                                  parameter.get("name").asText(),
                                  parameter.get("in").asText(),
                                  escape(parameter.path("description").asText())));
                    }));
    return rows.isEmpty()
        ? ""
        : "<table>\n<tr><th>Parameter</th><th>In</th><th></th></tr>\n" + rows + "</table>\n";
  }

  private static String answers(Row row) {
    StringBuilder rows = new StringBuilder();
    row.operation()
        .node()
        .get("responses")
        .properties()
        .forEach(
            each -> {
              JsonNode response = contract.resolved(each.getValue());
              rows.append(
                  "<tr><td>%s</td><td>%s</td><td>%s</td></tr>\n"
                      .formatted(
                          each.getKey(),
                          escape(sentence(response.get("description").asText())),
                          headers(Set.of(response)).stream()
                              .map(name -> "<code>" + name + "</code>")
                              .collect(Collectors.joining(", "))));
            });
    return "<table>\n<tr><th>Status</th><th>When</th><th>Headers</th></tr>\n" + rows + "</table>\n";
  }

  private static String escape(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }

  private static final String HTML =
      """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width">
      <meta name="referrer" content="no-referrer">
      <title>elastauth: HTTP contract</title>
      <style>
      body { font: 16px/1.5 sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
      section { border-top: 1px solid #bbb; margin-top: 1.5rem }
      table { border-collapse: collapse; margin: .5rem 0 }
      th, td { text-align: left; vertical-align: top; padding: .2rem 1rem .2rem 0 }
      code { background: #eee; padding: 0 .2rem }
      </style>
      </head>
      <body>
      <h1>elastauth: HTTP contract</h1>
      <p>%s</p>
      <p><a href="/elastauth/api/openapi.yaml">The contract in OpenAPI 3.1</a></p>
      %s</body>
      </html>
      """;
}
