package org.elastauth.startup;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.DefaultApplicationArguments;

class CommandLineTest {
  private static String complaint(String... arguments) {
    return CommandLine.complaint(new DefaultApplicationArguments(arguments));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "hunter2",
        "correct horse battery staple",
        "-p hunter2",
        "--hunter2",
        "--Tr0ub4dor&3",
        "--password=hunter2",
        "redis.password=hunter2",
        "https://user:hunter2@example.org",
        "-----BEGIN PRIVATE KEY----- hunter2"
      })
  void aStrayArgumentIsNotShown(String argument) {
    assertThat(complaint(argument, "--check-config"))
        .startsWith("unknown option ")
        .endsWith("; --help lists the options")
        .doesNotContain("hunter2", "horse", "Tr0ub4dor");
  }

  @ParameterizedTest
  @CsvSource({
    "--chek-config, --chek-config",
    "check-config, check-config",
    "generatekey, generatekey",
    "--cache.type=redis, --cache.type",
    "--password=hunter2, --password"
  })
  void aNameIsShown(String argument, String shown) {
    assertThat(complaint(argument)).startsWith("unknown option " + shown + "; --help");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--check-config",
        "--elastauth.redis.password=hunter2",
        "--my.folder=a",
        "--logging.level.x=warn"
      })
  void knownOptions(String argument) {
    assertThat(complaint(argument)).isEmpty();
  }
}
