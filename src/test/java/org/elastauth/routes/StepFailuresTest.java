package org.elastauth.routes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.util.ObjectHelper;
import org.elastauth.config.FailedStep;
import org.elastauth.identity.Identity;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** What the log says of a failure in an operator's route. */
@ExtendWith(OutputCaptureExtension.class)
class StepFailuresTest {
  @TempDir Path folder;

  private Exception failure(String... steps) throws Exception {
    Files.writeString(
        folder.resolve("mine.camel.yaml"),
        BrokenRoutes.route("mine", "direct:mine", steps)
            + BrokenRoutes.route("copy", "direct:copy", "setBody: {simple: \"${body.secretly}\"}"));
    RouteSet all = RouteSet.read(folder);
    RouteSet own =
        new RouteSet(
            folder,
            Map.of("mine.camel.yaml", all.files().get("mine.camel.yaml")),
            all.faults(),
            Map.of(),
            Set.of());
    try (DefaultCamelContext context = new DefaultCamelContext()) {
      context.addRoutesConfigurations(new DefaultErrorHandling());
      new RouteLoader(context).load(own);
      context.start();
      Exception failure =
          context
              .createProducerTemplate()
              .send(
                  "direct:mine",
                  exchange -> {
                    exchange.getMessage().setBody("a-secret");
                    exchange.setProperty(
                        "identity", new Identity("john.doe", "", "", List.of(), 0, "", List.of()));
                  })
              .getException();
      await().until(() -> context.getInflightRepository().size() == 0);
      return failure;
    }
  }

  @Test
  void theInnermostStepIsNamedWithItsFileAndACauseThatQuotesNothing() throws Exception {
    Exception failure =
        failure(
            "log: a",
            "filter: {simple: \"${body} != null\", steps: ["
                + "{setBody: {id: mine-groups, simple: \"${exchangeProperty.identity.grups}\"}}]}");
    // Camel gives the innermost exception to a bean
    failure = ObjectHelper.getException(Exception.class, failure);
    FailedStep step = FailedStep.of(failure).orElseThrow();
    assertThat(step.route()).isEqualTo("mine");
    assertThat(step.step()).isEqualTo("mine-groups");
    assertThat(step.file()).isEqualTo(folder + "/mine.camel.yaml");
    assertThat(FailedStep.reason(failure)).isEqualTo("Identity has no method or field grups");
    assertThat(FailedStep.reason(new IndexOutOfBoundsException("a-secret")))
        .isEqualTo("IndexOutOfBoundsException");
  }

  /** Camel drops the failure of a copy. */
  @Test
  void aFailedCopyIsLogged(CapturedOutput output) throws Exception {
    assertThat(failure("wireTap: {id: mine-tap, uri: \"direct:copy\"}")).isNull();
    await().until(() -> output.getOut().contains("wireTap mine-tap"));
    assertThat(output.getOut())
        .contains("route=\"copy\"", "mine.camel.yaml", "String has no method or field secretly")
        .doesNotContain("a-secret", "\tat ");
  }
}
