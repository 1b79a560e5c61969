package org.elastauth.startup;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.elastauth.routes.BrokenRoutes;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The files of a named folder may be foreign: their constructors must not run. */
class RouteReportTest {
  /** A class that a foreign file may name: its constructor does something. */
  public static final class Effect {
    private static boolean isDone;

    public Effect() {
      isDone = true;
      throw new IllegalStateException("done");
    }
  }

  @TempDir private Path folder;

  private void write(String type) throws IOException {
    Files.writeString(
        folder.resolve(BrokenRoutes.FILE),
        "- beans:\n    - {name: mine, type: %s}\n".formatted(type));
  }

  @BeforeEach
  void reset() throws IOException {
    Effect.isDone = false;
    write(Effect.class.getName());
  }

  @Test
  void noConstructorOfANamedFolderRuns() throws IOException {
    assertThat(RouteReport.read(folder).faults()).isEmpty();
    assertThat(Effect.isDone).isFalse();
  }

  @Test
  void aConstructorOfTheConfiguredFolderIsTried() throws IOException {
    assertThat(RouteReport.read(null, "--elastauth.routes=" + folder).faults())
        .singleElement()
        .asString()
        .contains(BrokenRoutes.FILE + ":2: the constructor of ", " throws IllegalStateException");
    assertThat(Effect.isDone).isTrue();
  }

  @Test
  void aClassThatIsMissingOrNotConstructibleIsNamedInBoth() throws IOException {
    for (String type : new String[] {"org.example.Missing", "java.lang.Integer"}) {
      write(type);
      assertThat(RouteReport.read(folder).faults()).as(type).hasSize(1);
      assertThat(RouteReport.read(null, "--elastauth.routes=" + folder).faults())
          .as(type)
          .hasSize(1);
    }
  }
}
