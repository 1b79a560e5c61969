package org.elastauth.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.elastauth.startup.StartArguments;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CommandLineTest {
  @TempDir Path folder;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... arguments) {
    return ElastauthCommand.execute(
        new PrintWriter(out, true), new PrintWriter(err, true), arguments);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "hunter2",
        "correct horse battery staple",
        "-p hunter2",
        "-phunter2",
        "--hunter2",
        "--Tr0ub4dor&3",
        "--password=hunter2",
        "redis.password=hunter2",
        "https://user:hunter2@example.org",
        "-----BEGIN PRIVATE KEY----- hunter2"
      })
  void aStrayArgumentIsNotShown(String argument) {
    assertThat(run(argument, "--check-config")).isEqualTo(1);
    assertThat(run("check", argument)).isEqualTo(2);
    assertThat(run(argument)).isBetween(1, 2);
    assertThat(err.toString().lines())
        .hasSize(3)
        .allSatisfy(
            line ->
                assertThat(line)
                    .startsWith("unknown ")
                    .endsWith(" --help describes it")
                    .doesNotContain("hunter2", "horse", "Tr0ub4dor"));
    assertThat(out.toString()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--chek-config | 1 | unknown option --chek-config; did you mean --check-config?",
        "check-config | 2 | unknown command check-config; did you mean check?",
        "generatekey | 2 | unknown command generatekey; did you mean generate-key?",
        "--cache.type=redis | 1 | unknown option --cache.type; did you mean --elastauth.cache.type?",
        "--password=hunter2 | 1 | unknown option --password;",
        "check --confg=a | 2 | unknown option --confg; did you mean --config?",
        "check --config | 2 | --config requires FILE;",
        "--config a check --config b | 2 | --config is given more than once;",
        "--config a --config b --check-config | 1 | --config is given more than once;",
        "export-routes | 2 | export-routes requires DIR;",
        "help chek | 2 | unknown command chek; did you mean check?",
        "export-routes @/etc/hostname extra | 2 | unknown argument ***",
        "--export-routes | 1 | --export-routes requires DIR;",
        "--diff-routes a b | 1 | unknown argument ***",
      })
  void aFaultIsOneLineWithTheNearestName(String arguments, int code, String message) {
    assertThat(run(arguments.split(" "))).isEqualTo(code);
    assertThat(err.toString().lines()).singleElement().asString().startsWith(message);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--generateKey",
        "generate-key",
        "--generateKey --elastauth.listen=5000",
        "--elastauth.listen=5000 generate-key",
        "--config nowhere.yml --generateKey",
        "--generateKey --config=nowhere.yml --check-config",
      })
  void anOldOptionRunsItsCommand(String arguments) {
    assertThat(run(arguments.split(" "))).isZero();
    assertThat(out.toString()).matches("[0-9a-f]{64}\\R");
    assertThat(err.toString()).isEmpty();
  }

  @Test
  void helpNamesTheCommandsAndTheOldOptions() {
    assertThat(run("--help")).isZero();
    assertThat(out.toString())
        .contains(OldOption.names())
        .contains(ElastauthCommand.commandLine(java.util.List.of()).getSubcommands().keySet());
  }

  @ParameterizedTest
  @CsvSource({
    "'', true",
    "--elastauth.listen=5000, true",
    "--my.folder=a --logging.level.x=warn --config=a, true",
    "--config a, true",
    "--config, false",
    "--config --elastauth.listen=5000, false",
    "--config a --config b, false",
    "run, false",
    "--elastauth.listen 5000, false",
    "--help, false",
  })
  void onlySettingsStartTheGatewayWithoutTheParser(String arguments, boolean areSettings) {
    String[] all = arguments.isEmpty() ? new String[0] : arguments.split(" ");
    assertThat(StartArguments.areSettings(all)).isEqualTo(areSettings);
  }

  /** For a pipeline: a start only warns. */
  @ParameterizedTest
  @CsvSource({
    "'default_roles: [viewer]', 0",
    "'default_role: [viewer]', 1",
    "'default_roles: [viewer]\ndefault_roles: [editor]', 1",
  })
  void aStrictCheckRefusesWhatAStartIgnores(String text, int code) throws Exception {
    Path file = Files.writeString(folder.resolve("mine.yml"), text.replace("\\n", "\n"));
    assertThat(run("check", "--config", file.toString())).as(err.toString()).isZero();
    out.getBuffer().setLength(0);
    assertThat(run("check", "--strict", "--config", file.toString())).isEqualTo(code);
    assertThat(out.toString().contains("configuration is valid")).isEqualTo(code == 0);
    assertThat(err.toString().contains("--strict refuses")).isEqualTo(code == 1);
  }
}
