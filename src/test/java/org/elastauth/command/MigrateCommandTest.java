package org.elastauth.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MigrateCommandTest {
  private static final String EXAMPLES = "src/test/resources/migrate/";

  @TempDir Path folder;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... arguments) {
    return ElastauthCommand.execute(
        new PrintWriter(out, true), new PrintWriter(err, true), arguments);
  }

  @Test
  void aDryRunPrintsTheTableAndWritesNothing() {
    Path output = folder.resolve("mine.yml");
    int code =
        run("migrate", "--dry-run", "--output", output.toString(), EXAMPLES + "keyline.yaml");
    assertThat(code).isEqualTo(3);
    assertThat(out.toString())
        .startsWith("keyline.yaml (Keyline)\n")
        .containsPattern("\n  Theirs +Line +Ours +Value +Remark\n")
        .containsPattern("\n  oidc\\.issuer_url +8 +oidc\\.issuer +\\$\\{OIDC_ISSUER_URL}\n")
        .containsPattern("\n! role_mappings\\[3] +80 +– +maps the claim email; ")
        .contains("Needs these variables: ES_ADMIN_PASSWORD, ", "Nothing is written")
        .contains("To do: role_mappings[1] (keyline.yaml:70): has the pattern *-developers; ");
    assertThat(output).doesNotExist();
    assertThat(err.toString()).isEmpty();
  }

  @Test
  void theWrittenFilesAndTheNextCommandsAreNamed() {
    Path output = folder.resolve("mine.yml");
    int code = run("migrate", "--output=" + output, EXAMPLES + "elastauth-v2.yml");
    assertThat(code).isZero();
    assertThat(out.toString())
        .contains("Wrote " + output + "\nWrote " + folder.resolve("mine.env") + "\n")
        .endsWith(
            "Next:\n  set -a; . %s/mine.env; set +a\n  java -jar elastauth.jar check --config %s\n"
                .formatted(folder, output))
        .doesNotContain("hunter2", "To do:");
    assertThat(run("migrate", "--output=" + output, EXAMPLES + "elastauth-v2.yml")).isEqualTo(1);
    assertThat(err.toString())
        .isEqualTo(
            "migrate: "
                + output
                + " exists, and is not overwritten; name another file with --output\n");
  }

  /** The published file has more lines, so the numbers differ. */
  @Test
  void thePageShowsTheTable() throws Exception {
    run("migrate", "--dry-run", EXAMPLES + "elastauth-v2-auth-only-compose.yml");
    List<String> shown =
        Files.readAllLines(Path.of("src/docs/migration.md")).stream()
            .filter(line -> line.matches("  ELASTAUTH_.*|To do: .*|Nothing is written.*"))
            .map(MigrateCommandTest::withoutNumbers)
            .distinct()
            .toList();
    assertThat(shown).hasSize(12);
    assertThat(out.toString().lines().map(MigrateCommandTest::withoutNumbers)).containsAll(shown);
  }

  private static String withoutNumbers(String line) {
    return line.replaceAll(" \\d\\d ", " ").replaceAll(" +", " ");
  }

  /** The name of a file that somebody has sent, too. */
  @Test
  void noControlCharacterReachesTheTerminal() throws Exception {
    Path file = Files.writeString(folder.resolve("a\u001b[2Jb.yml"), "services: {a: {image: b}}\n");
    assertThat(run("migrate", file.toString())).isEqualTo(1);
    Path other =
        Files.writeString(
            folder.resolve("c\u001b[2Jd.yml"),
            "services: {\"a\\e[2J\": {environment: {ELASTAUTH_AUTH_PROVIDER: authelia}}}\n");
    assertThat(run("migrate", "--service", "none", other.toString())).isEqualTo(1);
    assertThat(run("migrate", "--dry-run", other.toString())).isEqualTo(3);
    assertThat(err.toString())
        .contains("a?[2Jb.yml contains no settings", "d.yml has no such part");
    assertThat(out.toString()).contains("c?[2Jd.yml, service a?[2J");
    assertThat(err.toString() + out).doesNotContain("\u001b");
  }

  @Test
  void theSettingsHaveNoSecretAndOnlyTheirOwnerWrites() throws Exception {
    Path output = folder.resolve("mine.yml");
    assertThat(run("migrate", "--output=" + output, EXAMPLES + "elastauth-v2.yml")).isZero();
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(output)))
        .as("the user of the image reads it")
        .isEqualTo("rw-r--r--");
    assertThat(
            PosixFilePermissions.toString(
                Files.getPosixFilePermissions(folder.resolve("mine.env"))))
        .isEqualTo("rw-------");
  }

  @Test
  void aWrongArgumentIsOneLine() {
    assertThat(run("migrate", "--from", "elastauth", EXAMPLES + "keyline.yaml")).isEqualTo(1);
    assertThat(run("migrate", EXAMPLES + "none.yml")).isEqualTo(1);
    assertThat(run("migrate")).isEqualTo(2);
    assertThat(err.toString().lines())
        .hasSize(3)
        .anyMatch(
            line -> line.startsWith("migrate: --from is none of elastauth-v1, elastauth-v2, k"))
        .anyMatch(line -> line.endsWith("none.yml does not exist; correct the path"))
        .anyMatch(line -> line.contains("requires FILE"));
    assertThat(out.toString()).isEmpty();
  }
}
