package org.elastauth.routes;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The examples in the documentation are short, and need nothing that is not documented. */
class RouteExamplesTest {
  private static final Path EXAMPLES = Path.of("src/docs/routes/examples");
  private static final int LINES = 40;

  /** What each route and step has, whatever it does. */
  private static final Pattern BOILERPLATE =
      Pattern.compile("\\s*(#.*|(- )?(id|description|from|steps|route):.*|)");

  static List<Path> files() {
    return RouteSet.in(EXAMPLES);
  }

  @Test
  void theCheckFindsNoFault() {
    assertThat(files()).hasSize(9);
    assertThat(RouteCheck.of(RouteSet.read(EXAMPLES))).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("files")
  void anExampleIsShortAndNamesNoClassOfTheGateway(Path file) throws IOException {
    String text = Files.readString(file);
    assertThat(text.lines().filter(line -> !BOILERPLATE.matcher(line).matches()))
        .hasSizeLessThanOrEqualTo(LINES);
    assertThat(text).doesNotContain("org.elastauth");
    assertThat(Files.readString(EXAMPLES.resolve("../README.md")))
        .contains("(examples/" + file.getFileName() + ")");
  }

  /** Kibana serves a page with and without the name of a space. */
  @ParameterizedTest
  @CsvSource({
    "/app/management/x, true",
    "/s/sales/app/management, true",
    "/s/sales/app/discover, false",
    "/s/app/management, false",
    "/x/app/management, false"
  })
  void aRestrictedPathIsRestrictedInEverySpace(String path, boolean isRestricted) throws Exception {
    Path file = EXAMPLES.resolve("identity-restricted-paths.camel.yaml");
    String text = Files.readString(file);
    assertThat(Path.of("docker/camel-k/routes").resolve(file.getFileName())).hasContent(text);
    Matcher condition = Pattern.compile(">-\\s+(.*)").matcher(text);
    assertThat(condition.find()).isTrue();
    try (CamelContext context = new DefaultCamelContext()) {
      Exchange exchange = new DefaultExchange(context);
      exchange.setProperty("myPath", path);
      assertThat(
              context
                  .resolveLanguage("simple")
                  .createPredicate(condition.group(1).replace("{{my.path}}", "/app/management"))
                  .matches(exchange))
          .isEqualTo(isRestricted);
    }
  }
}
