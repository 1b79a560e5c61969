package org.elastauth.routes;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
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
}
