package org.elastauth.elasticsearch;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.elastauth.config.Alias;
import org.elastauth.config.Checked;
import org.elastauth.config.Faults;
import org.elastauth.config.Inline;
import org.elastauth.config.LoadedRoutes;
import org.elastauth.config.Rules.Between;
import org.elastauth.config.Rules.OneOf;
import org.elastauth.config.Secret;
import org.elastauth.config.TlsFiles;
import org.springframework.boot.context.properties.bind.DefaultValue;

public record ElasticsearchSettings(
    @DefaultValue("http://localhost:9200")
        @Alias({
          "ELASTICSEARCH_HOSTS",
          "ELASTICSEARCH_HOST",
          "elasticsearch.host",
          "elasticsearch.url"
        })
        List<String> hosts,
    @DefaultValue("")
        @Alias({
          "ELASTICSEARCH_USERNAME",
          "ELASTICSEARCH_USER",
          "elasticsearch.user",
          "elasticsearch.admin_user"
        })
        String username,
    @DefaultValue("") @Secret @Alias({"ELASTICSEARCH_PASSWORD", "elasticsearch.admin_password"})
        String password,
    @DefaultValue("2s") @Between({"10ms", "24h"}) Duration connectTimeout,
    @DefaultValue("10s") @Alias("elasticsearch.timeout") @Between({"10ms", "24h"})
        Duration readTimeout,
    @DefaultValue("false") boolean dryRun,
    Tls tls,
    @DefaultValue("none") @OneOf({"none", "elastauth", "keyline"}) String adopt,
    @DefaultValue("60") @Between({"1", "100000"}) int maxNewUsers,
    @DefaultValue("4") @Between({"1", "1000"}) int maxPasswordWrites,
    @DefaultValue("30s")
        @Between(
            value = {"1s", "24h"},
            orZero = true)
        Duration rereadInterval,
    LoadedRoutes routes)
    implements Checked {

  /** Whether the gateway contacts Elasticsearch. */
  public boolean isUsed() {
    return routes.has("user-store-elasticsearch");
  }

  /** Whether routes compute credentials that Elasticsearch does not know. */
  public boolean computesOnly() {
    return routes.has("user-store-dry-run");
  }

  /** How long a login may wait: every host but the last may fail by its timeout. */
  public Duration patience() {
    return readTimeout.multipliedBy(1L + hosts.size());
  }

  @Override
  public void check(Faults faults) {
    faults.when(
        isUsed() && username.isEmpty() != password.isEmpty(),
        username.isEmpty() ? "username" : "password",
        "is missing; the gateway's own account requires both username and password");
    faults.when(
        username.contains(":"),
        "username",
        "***",
        "contains a colon, which HTTP Basic does not allow; set the password as elasticsearch.password");
    faults.when(isUsed() && hosts.isEmpty(), "hosts", "lists no URL");
    Set<String> paths = new TreeSet<>();
    for (String host : hosts) {
      try {
        ElasticsearchHost parsed = parsed(host);
        paths.add(parsed.path().isEmpty() ? "/" : parsed.path());
        faults.when(
            hasCertificates() && parsed.scheme().equals("http"),
            "hosts",
            host,
            "is not encrypted, so elasticsearch.tls has no effect; write https://");
      } catch (IllegalArgumentException malformed) {
        faults.add("hosts", host, malformed.getMessage());
      }
    }
    faults.when(
        paths.size() > 1,
        "hosts",
        "have different paths (" + String.join(", ", paths) + "); all hosts need the same path");
  }

  /** The hosts that are asked with TLS, as host:port. */
  public List<String> tlsAddresses() {
    return parsedHosts().stream()
        .filter(host -> host.scheme().equals("https"))
        .map(host -> host.name() + ":" + host.port())
        .toList();
  }

  /** The same with one of its hosts. */
  ElasticsearchSettings only(String host) {
    return new ElasticsearchSettings(
        List.of(host),
        username,
        password,
        connectTimeout,
        readTimeout,
        dryRun,
        tls,
        adopt,
        maxNewUsers,
        maxPasswordWrites,
        rereadInterval,
        routes);
  }

  /** The valid hosts. */
  List<ElasticsearchHost> parsedHosts() {
    return hosts.stream().map(this::parsed).toList();
  }

  private ElasticsearchHost parsed(String host) {
    return ElasticsearchHost.parse(host, hasCertificates());
  }

  private boolean hasCertificates() {
    return !(tls.files().caCert() + tls.files().clientCert()).isEmpty();
  }

  @Override
  public String toString() {
    return "Elasticsearch[" + hosts + "]";
  }

  /**
   * @param insecureSkipVerify trust any certificate, for any name
   */
  public record Tls(
      @Inline TlsFiles files,
      @DefaultValue("false")
          @Alias({
            "insecure_skip_verify",
            "elasticsearch.insecure_skip_verify",
            "elasticsearch.tls.skip_verify"
          })
          boolean insecureSkipVerify) {}
}
