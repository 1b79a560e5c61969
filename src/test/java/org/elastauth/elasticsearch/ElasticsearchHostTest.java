package org.elastauth.elasticsearch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.elastauth.config.Fault;
import org.elastauth.config.TestSettings;
import org.elasticsearch.client.Node;
import org.elasticsearch.client.RestClient;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** SPEC 5: what elasticsearch.hosts takes, and what the client makes of it. */
class ElasticsearchHostTest {
  private static List<String> faults(String hosts) {
    return TestSettings.faults(Map.of("elasticsearch.hosts", hosts)).stream()
        .map(Fault::toString)
        .toList();
  }

  @ParameterizedTest
  @CsvSource({
    "http://es:9200,                    http://es:9200",
    "http://es:9200/,                   http://es:9200",
    "https://es.example.org:443/,       https://es.example.org:443",
    "https://proxy.example.org/es,      https://proxy.example.org:9200 /es",
    "https://proxy.example.org:443/es/, https://proxy.example.org:443 /es",
    "http://proxy/a/b-1/%7Ec_.d,        http://proxy:9200 /a/b-1/%7Ec_.d",
    "http://es_data:9200,               http://es_data:9200",
    "http://_es_:9200,                  http://_es_:9200",
    "https://es_data,                   https://es_data:9200",
    "http://es,                         http://es:9200",
    "es,                                http://es:9200",
    "es_data:9201,                      http://es_data:9201",
    "es.example.org/es,                 http://es.example.org:9200 /es",
    "HTTPS://ES.example.org,            https://ES.example.org:9200",
    "10.0.0.1,                          http://10.0.0.1:9200",
    "http://[::1],                      http://[::1]:9200",
    "[2001:db8::1]:9201,                http://[2001:db8::1]:9201",
    "https://[::1]:9200/es/,            https://[::1]:9200 /es",
  })
  void isUnderstood(String text, String meant) throws IOException {
    assertThat(faults(text)).isEmpty();
    ElasticsearchSettings settings =
        TestSettings.of(Map.of("elasticsearch.hosts", text)).elasticsearch();
    try (RestClient client = new ElasticsearchConnection().elasticsearchClient(settings)) {
      assertThat(client.getNodes())
          .extracting(Node::getHost)
          .singleElement()
          .hasToString(meant.replaceAll(" .*", ""));
    }
    assertThat(settings.parsedHosts().get(0).path())
        .isEqualTo(meant.replaceAll("[^ ]+ ?(.*)", "$1"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://",
        "http:///es",
        "http:/es:9200",
        "http//es:9200",
        "http//es",
        "http://es:9200//",
        "http://es:",
        "http://es:port",
        "http://::1:9200",
        "http://[::1",
        "::1",
        "9200",
        "http://es data:9200",
        "http://es/a/../b",
        "http://es/.",
        "http://es/a//b",
        "http://es/%zz",
        "http://m\u00fcller:9200",
        "http://es:9200/\u00e9"
      })
  void anotherFormIsNamed(String text) {
    assertThat(faults(text))
        .containsExactly(
            "elasticsearch.hosts=***: is not of the form http(s)://host:port/path, where port (9200) and path are optional");
  }

  @ParameterizedTest
  @CsvSource({
    "http://es:0,          has a port that is not between 1 and 65535",
    "http://es:65536,      has a port that is not between 1 and 65535",
    "http://es:9200?a=b,   has a query or a fragment; remove it",
    "http://es:9200/#frag, has a query or a fragment; remove it",
    "ftp://es:9200,        has another scheme than http:// and https://",
    "redis://es:6379,      has another scheme than http:// and https://",
  })
  void whatIsWrongIsSaid(String text, String fault) {
    assertThat(faults(text)).containsExactly("elasticsearch.hosts=***: " + fault);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://jane:hunter2@es:9200",
        "https://hunter2@es",
        "jane:hunter2@es",
        "http://hunter2@es_1/x",
        "http://jane:hunter2@@es",
        "http://jane:hun?ter2@es",
        "http://jane:hunter2#@es:9200"
      })
  void aUserIsRefusedWithoutPrintingIt(String text) {
    assertThat(faults(text))
        .containsExactly(
            "elasticsearch.hosts=***: contains a user; set elasticsearch.username and elasticsearch.password separately");
  }

  /** The client has one path for all hosts. */
  @Test
  void differentPathsAreNamed() {
    assertThat(faults("http://a/es,http://b/es/")).isEmpty();
    assertThat(faults("http://a,b:9201/")).isEmpty();
    assertThat(faults("http://a/es,http://b,http://c/other"))
        .containsExactly(
            "elasticsearch.hosts=***:"
                + " have different paths (/, /es, /other); all hosts need the same path");
  }

  /** A certificate says that the connection is meant to be encrypted. */
  @Test
  void withACertificateAHostWithoutSchemeIsEncrypted() {
    Map<String, Object> values = new HashMap<>();
    values.put("elasticsearch.tls.ca_cert", "pom.xml");
    values.put("elasticsearch.hosts", "es_data");
    assertThat(TestSettings.of(values).elasticsearch().parsedHosts())
        .extracting(ElasticsearchHost::scheme)
        .containsExactly("https");
    values.put("elasticsearch.hosts", "http://es_data");
    assertThat(TestSettings.faults(values))
        .extracting(Fault::toString)
        .anyMatch(fault -> fault.contains("is not encrypted, so elasticsearch.tls has no effect"));
  }
}
