package org.elastauth.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.elastauth.server.Certificates;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** SPEC 5, 8: whatever is wrong with a PEM file is one fault that says how to mend it. */
class TlsFilesTest {
  @TempDir private static Path folder;
  private static Certificates certificates;

  @BeforeAll
  static void make() {
    certificates =
        new Certificates(folder)
            .authority("ca")
            .signed("one", "ca")
            .signed("two", "ca", "-keyalg", "RSA");
  }

  private static List<String> faults(String ca, Object certificate, Object key) {
    Map<String, List<String>> written =
        Map.of(
            "x.ca_cert", List.of(ca),
            "x.client_cert", List.of(certificate.toString()),
            "x.client_key", List.of(key.toString()));
    List<Fault> faults = new ArrayList<>();
    new TlsFiles(ca, certificate.toString(), key.toString())
        .check(new Faults("x.", Map.of(), written, faults));
    return faults.stream().map(Fault::toString).toList();
  }

  private static Path broken(String content) throws IOException {
    return Files.writeString(Files.createTempFile(folder, "broken", ".pem"), content);
  }

  @Test
  void whatFitsIsNoFault() {
    assertThat(faults("", "", "")).isEmpty();
    for (String alias : List.of("one", "two")) {
      assertThat(
              faults(
                  certificates.certificate("ca").toString(),
                  certificates.certificate(alias),
                  certificates.key(alias)))
          .isEmpty();
    }
  }

  @Test
  void theEndOfACertificateIsThatOfItsFirstInTheFile() throws Exception {
    Path chain = broken(Files.readString(certificates.certificate("one")));
    String ca = certificates.certificate("ca").toString();
    Map<String, Instant> ends = new TlsFiles(ca, chain.toString(), "").ends();
    assertThat(ends).containsOnlyKeys("ca_cert", "client_cert");
    assertThat(ends.values()).allMatch(end -> end.isAfter(Instant.now()));
    Files.writeString(
        chain, Files.readString(certificates.certificate("ca")), StandardOpenOption.APPEND);
    assertThat(new TlsFiles("", chain.toString(), "").ends().get("client_cert"))
        .isEqualTo(ends.values().stream().min(Instant::compareTo).orElseThrow());
    Files.delete(chain);
    assertThat(new TlsFiles("", chain.toString(), "").ends()).isEmpty();
  }

  @Test
  void eachOfThemCanBeMissing() {
    Path nowhere = folder.resolve("nowhere.pem");
    assertThat(faults(nowhere.toString(), nowhere, nowhere))
        .containsExactly(
            "x.ca_cert=***: does not exist",
            "x.client_cert=***: does not exist",
            "x.client_key=***: does not exist");
  }

  @Test
  void aFolderCannotBeRead() {
    assertThat(faults(folder.toString(), "", ""))
        .containsExactly("x.ca_cert=***: is not a readable file; check its owner and mode");
  }

  @Test
  void aFileMayHoldSomethingElse() throws IOException {
    for (String content :
        List.of(
            "",
            "\0\1\2",
            "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
            Files.readString(certificates.key("one")))) {
      Path file = broken(content);
      assertThat(faults(file.toString(), "", ""))
          .containsExactly("x.ca_cert=***: contains no certificate in PEM format");
    }
    Path file = broken("-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----\n");
    assertThat(faults("", certificates.certificate("one"), file))
        .singleElement()
        .asString()
        .startsWith("x.client_key=***: contains no private key")
        .doesNotContain("c2VjcmV0");
  }

  @Test
  void certificateAndKeyBelongTogether() {
    assertThat(faults("", certificates.certificate("one"), ""))
        .containsExactly("x.client_key: is required together with x.client_cert");
    assertThat(faults("", "", certificates.key("one")))
        .containsExactly("x.client_cert: is required together with x.client_key");
    for (String other : List.of("two", "ca")) {
      assertThat(faults("", certificates.certificate("one"), certificates.key(other)))
          .containsExactly("x.client_key=***: is not the key of x.client_cert's certificate");
    }
  }

  @Test
  void theHostsAndTheLimitsAreChecked() {
    List<Fault> faults =
        TestSettings.faults(
            Map.of(
                "elasticsearch.hosts",
                "https://a:9200,http://b:9200,https://c:9200/path,https://d:70000,e:9200",
                "elasticsearch.tls.ca_cert",
                certificates.certificate("ca").toString(),
                "elasticsearch.adopt",
                "everybody",
                "elasticsearch.max_new_users",
                "0",
                "elasticsearch.max_password_writes",
                "0"));
    assertThat(faults)
        .extracting(fault -> fault.key() + "=" + fault.value())
        .containsExactlyInAnyOrder(
            "elasticsearch.hosts[1]=***",
            "elasticsearch.hosts[3]=***",
            // the hosts must have the same path
            "elasticsearch.hosts=***",
            "elasticsearch.adopt=everybody",
            "elasticsearch.max_new_users=0",
            "elasticsearch.max_password_writes=0");
  }
}
