package org.elastauth.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.elastauth.config.SettingsReader.Reading;
import org.elastauth.oidc.OidcSettings;
import org.elastauth.startup.Settings;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Secrets in files, as Docker and Kubernetes mount them. */
class SecretFileTest {
  private static final String KEY = "0123456789abcdef".repeat(4);

  @TempDir Path folder;

  private String file(String content) throws IOException {
    return Files.writeString(folder.resolve("secret"), content).toString();
  }

  private static Reading<Settings> read(
      Map<String, Object> variables, Map<String, Object> properties) {
    return TestSettings.read(TestSettings.environment(variables, properties));
  }

  private static Reading<Settings> read(String variable, String file) {
    return read(Map.of(variable, file), Map.of());
  }

  private static void assertFault(String file, String reason) {
    assertThat(read("ELASTAUTH_SECRET_KEY_FILE", file).unreadable())
        .singleElement()
        .isEqualTo(new Fault("ELASTAUTH_SECRET_KEY_FILE", "", (file + " " + reason).strip()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"SECRET_KEY_FILE", "ELASTAUTH_SECRET_KEY_FILE"})
  void aVariableNamesTheFileOfASecret(String variable) throws Exception {
    Reading<Settings> reading = read(variable, file(KEY + "\n"));
    assertThat(reading.unreadable()).isEmpty();
    assertThat(reading.unknown()).isEmpty();
    assertThat(reading.settings().keys().secretKey()).isEqualTo(KEY);
    assertThat(reading.secretFiles()).containsOnlyKeys("secret_key");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ELASTICSEARCH_PASSWORD_FILE",
        "ELASTAUTH_ELASTICSEARCH_PASSWORD_FILE",
      })
  void otherNamesOfTheSecretCountToo(String variable) throws Exception {
    assertThat(read(variable, file("p ss\n")).settings().elasticsearch().password())
        .isEqualTo("p ss");
  }

  @ParameterizedTest
  @ValueSource(strings = {"redis.password_file", "redis.password-file", "redis.passwordFile"})
  void aSettingOfTheFileDoes(String path) throws Exception {
    Reading<Settings> reading = read(Map.of(), Map.of(path, file("p\r\n")));
    assertThat(reading.settings().redis().password()).isEqualTo("p");
    assertThat(reading.unknown()).isEmpty();
  }

  @Test
  void aListOfSecretsHasOneALineOrCommas() throws Exception {
    String other = "f".repeat(63) + "0";
    for (String separator : List.of("\n", ",", ", ", "\r\n")) {
      assertThat(
              read("ELASTAUTH_SECRET_KEYS_FILE", file(KEY + separator + other + "\n"))
                  .settings()
                  .keys()
                  .secretKeys())
          .containsExactly(KEY, other);
    }
  }

  @Test
  void aHeaderForTheProviderIsASecretToo() throws Exception {
    String variable = "ELASTAUTH_OIDC_CUSTOM_HEADERS_X_API_KEY_FILE";
    Reading<Settings> reading = read(variable, file("k y\n"));
    assertThat(reading.settings().oidc().customHeaders()).isEqualTo(Map.of("X-API-KEY", "k y"));
    assertThat(reading.unknown()).isEmpty();
    assertThat(reading.secretFiles()).containsOnlyKeys("oidc.custom_headers.X_API_KEY");
    assertThat(read(variable, "").settings().oidc().customHeaders()).isEmpty();
    assertThat(read(variable.replace("API_KEY_FILE", "PROFILE"), "p").settings().oidc())
        .extracting(OidcSettings::customHeaders)
        .isEqualTo(Map.of("X-PROFILE", "p"));
    Map<String, Object> both = Map.of(variable, file("one"), variable.replace("_FILE", ""), "two");
    assertThat(read(both, Map.of()).invalid())
        .singleElement()
        .asString()
        .contains("has different values as ", variable);
    assertThat(read(variable, file("")).unreadable())
        .singleElement()
        .asString()
        .startsWith(variable)
        .contains("is empty; write the secret into it");
  }

  @Test
  void onlyTheLastLineBreakIsNoPartOfTheSecret() throws Exception {
    assertThat(read("REDIS_PASSWORD_FILE", file(" p \n\n")).settings().redis().password())
        .isEqualTo(" p \n");
  }

  @Test
  void aFileThatCannotBeUsedIsNamed() throws Exception {
    assertFault(folder.toString(), "is a folder; name the file in it");
    assertFault(folder.toString(), "is a folder; name the file in it");
    assertFault(file(""), "is empty; write the secret into it");
    assertFault(file(" \n"), "is empty; write the secret into it");
    assertFault(file("x".repeat(65 << 10)), "is larger than 64 KiB; name the right file");
    Path binary = Files.write(folder.resolve("binary"), new byte[] {(byte) 0xff, (byte) 0xfe});
    assertFault(binary.toString(), "is not UTF-8 text; name the right file");
  }

  /** The name of the variable invites to put the secret there. */
  @ParameterizedTest
  @ValueSource(strings = {"hunter2hunter2", "/no/such/file", "a\0b"})
  void whatIsNoFileMayBeTheSecretAndIsNotShown(String value) {
    assertThat(read("ELASTAUTH_SECRET_KEY_FILE", value).unreadable())
        .singleElement()
        .asString()
        .startsWith("ELASTAUTH_SECRET_KEY_FILE: ")
        .doesNotContain(value);
  }

  @Test
  void aFileWithoutRightsIsNamed() throws Exception {
    Path file = Path.of(file(KEY));
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("---------"));
    Assumptions.assumeFalse(Files.isReadable(file), "the superuser reads every file");
    assertFault(file.toString(), "cannot be read by the gateway's user; correct its rights");
  }

  @Test
  void aSecretAndItsFileMustNotDiffer() throws Exception {
    Map<String, Object> both =
        Map.of("REDIS_PASSWORD", "one", "ELASTAUTH_REDIS_PASSWORD_FILE", file("two"));
    assertThat(read(both, Map.of()).invalid())
        .singleElement()
        .asString()
        .startsWith("redis.password: has different values as ")
        .contains("REDIS_PASSWORD_FILE");
  }

  @Test
  void aSettingThatIsNoSecretHasNoFile() throws Exception {
    assertThat(read("ELASTAUTH_LISTEN_FILE", file("x")).unknown())
        .containsKey("ELASTAUTH_LISTEN_FILE");
  }

  @Test
  void aVariableWithoutAValueNamesNoFile() {
    assertThat(read("ELASTAUTH_SECRET_KEY_FILE", "").unreadable()).isEmpty();
  }
}
