package org.elastauth.doctor;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.elastauth.config.Counted;
import org.elastauth.config.Rules;
import org.elastauth.config.TlsFiles;
import org.elastauth.oidc.OidcSettings;
import org.elastauth.redis.RedisUrl;
import org.elastauth.startup.Settings;
import org.springframework.boot.ssl.pem.PemContent;

/** When the certificates end that the gateway has, trusts, and receives from servers. */
record CertificateFindings(Settings settings, Instant now) implements Area.Examination {
  private static final Duration SOON = Duration.ofDays(30);
  private static final int HTTPS = 443;

  @Override
  public void into(Findings findings) {
    Map<String, TlsFiles> files = new LinkedHashMap<>();
    if (settings.usesRedis()) {
      files.put("redis.tls.", settings.redis().tls().files());
    }
    if (settings.elasticsearch().isUsed()) {
      files.put("elasticsearch.tls.", settings.elasticsearch().tls().files());
    }
    if (settings.usesOidc()) {
      files.put("oidc.tls.", settings.oidc().tls());
    }
    files.forEach(
        (prefix, tls) -> {
          file(findings, prefix + "ca_cert", tls.caCert());
          file(findings, prefix + "client_cert", tls.clientCert());
        });
    Set<TlsServer> servers = servers();
    servers.forEach(server -> server(findings, server));
    if (servers.isEmpty() && files.values().stream().allMatch(tls -> tls.caCert().isEmpty())) {
      findings.ok("TLS", "no server is asked with TLS, and no certificate is configured");
    }
  }

  private void file(Findings findings, String setting, String file) {
    if (file.isEmpty()) {
      return;
    }
    try {
      judge(findings, setting, PemContent.load(Path.of(file)).getCertificates());
    } catch (IOException | RuntimeException unreadable) {
      // a fault of the configuration
    }
  }

  private void server(Findings findings, TlsServer server) {
    findings.begin("read the certificate of " + server);
    try {
      List<X509Certificate> presented = server.certificates();
      if (presented.isEmpty()) {
        findings.warning(
            server.toString(), "it presents no certificate", "check that it uses TLS on this port");
      } else {
        judge(findings, server.toString(), presented);
      }
    } catch (IOException unreachable) {
      findings.note(
          server.toString(),
          "its certificate could not be read: " + unreachable.getClass().getSimpleName(),
          "check that it is reachable from here");
    }
  }

  /** Judges the certificate that ends first. */
  private void judge(Findings findings, String where, List<X509Certificate> certificates) {
    X509Certificate first = certificates.get(0);
    for (X509Certificate certificate : certificates) {
      first = certificate.getNotAfter().before(first.getNotAfter()) ? certificate : first;
    }
    Instant end = first.getNotAfter().toInstant();
    LocalDate day = LocalDate.ofInstant(end, ZoneOffset.UTC);
    String name = first.getSubjectX500Principal().getName();
    if (end.isBefore(now)) {
      findings.fault(where, "the certificate " + name + " expired on " + day, "renew it");
    } else if (first.getNotBefore().toInstant().isAfter(now)) {
      findings.fault(
          where,
          "the certificate " + name + " is not valid yet",
          "check the clock of this machine, and of the one that issued it");
    } else if (end.isBefore(now.plus(SOON))) {
      findings.warning(
          where,
          "the certificate "
              + name
              + " expires on "
              + day
              + ", in "
              + remaining(Duration.between(now, end).toDays()),
          "renew it");
    } else {
      findings.ok(where, "its certificate is valid until " + day);
    }
  }

  private static String remaining(long days) {
    return days == 0 ? "less than a day" : Counted.of(days, "day");
  }

  /** The servers with TLS, each once. */
  Set<TlsServer> servers() {
    Set<TlsServer> servers = new LinkedHashSet<>();
    if (settings.usesRedis() && settings.redis().server().tls()) {
      for (RedisUrl.Node node : settings.redis().server().nodes()) {
        servers.add(new TlsServer(node.host(), node.port()));
      }
    }
    if (settings.elasticsearch().isUsed()) {
      settings.elasticsearch().tlsAddresses().forEach(host -> servers.add(of(host, HTTPS)));
    }
    if (settings.usesOidc()) {
      OidcSettings oidc = settings.oidc();
      Stream.of(
              oidc.issuer(),
              oidc.authorizationEndpoint(),
              oidc.tokenEndpoint(),
              oidc.userinfoEndpoint(),
              oidc.jwksUri(),
              oidc.redirectUrl())
          .filter(url -> url.startsWith("https:") && Rules.isUrl(url))
          .forEach(url -> servers.add(of(URI.create(url).getAuthority(), HTTPS)));
    }
    return servers;
  }

  private static TlsServer of(String authority, int otherwise) {
    int colon = authority.lastIndexOf(':');
    boolean hasPort = colon > authority.lastIndexOf(']');
    return new TlsServer(
        hasPort ? authority.substring(0, colon) : authority,
        hasPort ? Integer.parseInt(authority.substring(colon + 1)) : otherwise);
  }
}
