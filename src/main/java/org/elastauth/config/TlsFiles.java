package org.elastauth.config;

import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Comparator;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.ssl.SslBundleKey;
import org.springframework.boot.ssl.SslManagerBundle;
import org.springframework.boot.ssl.pem.PemContent;
import org.springframework.boot.ssl.pem.PemSslStoreBundle;
import org.springframework.boot.ssl.pem.PemSslStoreDetails;

/**
 * Paths of PEM files; empty if not used.
 *
 * @param caCert the trusted authorities; if empty, those of the JVM
 * @param clientCert the gateway's certificate, with its chain
 * @param clientKey its private key, without a passphrase
 */
public record TlsFiles(
    @DefaultValue("") String caCert,
    @DefaultValue("") String clientCert,
    @DefaultValue("") String clientKey)
    implements Checked {
  private static final int MAX_SIZE = 1 << 20;

  /**
   * @param skipVerify whether to trust any certificate for any name
   */
  public SslManagerBundle managers(boolean skipVerify) {
    PemSslStoreDetails client =
        PemSslStoreDetails.forCertificate(uri(clientCert)).withPrivateKey(uri(clientKey));
    PemSslStoreDetails authorities = PemSslStoreDetails.forCertificate(uri(caCert));
    SslManagerBundle managers =
        SslManagerBundle.from(new PemSslStoreBundle(client, authorities), SslBundleKey.NONE);
    return skipVerify
        ? SslManagerBundle.of(managers.getKeyManagerFactory(), InsecureTrustManagerFactory.INSTANCE)
        : managers;
  }

  /** A file URI, which Spring accepts for any characters in the path; null for an empty path. */
  private static String uri(String path) {
    return path.isEmpty() ? null : Path.of(path).toUri().toString();
  }

  /** When the first certificate of each file ends, by the name of its setting. */
  public Map<String, Instant> ends() {
    Map<String, Instant> ends = new TreeMap<>();
    Map.of("ca_cert", caCert, "client_cert", clientCert)
        .forEach(
            (setting, file) -> {
              try {
                if (!file.isEmpty()) {
                  PemContent.load(Path.of(file)).getCertificates().stream()
                      .map(certificate -> certificate.getNotAfter().toInstant())
                      .min(Comparator.naturalOrder())
                      .ifPresent(end -> ends.put(setting, end));
                }
              } catch (IOException | RuntimeException replaced) {
                // it was readable at the start
              }
            });
    return ends;
  }

  @Override
  public void check(Faults faults) {
    Function<PemContent, X509Certificate> first = content -> content.getCertificates().get(0);
    String noCertificate = "contains no certificate in PEM format";
    read(faults, "ca_cert", caCert, first, noCertificate);
    X509Certificate certificate = read(faults, "client_cert", clientCert, first, noCertificate);
    PrivateKey key =
        read(
            faults,
            "client_key",
            clientKey,
            PemContent::getPrivateKey,
            "contains no private key in PEM format, or a key with a passphrase");
    faults.when(
        clientCert.isEmpty() && !clientKey.isEmpty(),
        "client_cert",
        "is required together with " + faults.path("client_key"));
    faults.when(
        clientKey.isEmpty() && !clientCert.isEmpty(),
        "client_key",
        "is required together with " + faults.path("client_cert"));
    faults.when(
        certificate != null && key != null && !belong(certificate.getPublicKey(), key),
        "client_key",
        "is not the key of " + faults.path("client_cert") + "'s certificate");
  }

  /** A part of a file; null for an empty path, and for a file without it, which is a fault. */
  private static <T> T read(
      Faults faults, String name, String file, Function<PemContent, T> part, String mend) {
    if (file.isEmpty()) {
      return null;
    }
    Path path = Path.of(file);
    if (ReadAccess.isDenied(path)) {
      faults.add(name, ReadAccess.reason(path));
    } else if (!Files.exists(path)) {
      faults.add(name, "does not exist");
    } else if (!Files.isRegularFile(path)) {
      faults.add(name, "is not a readable file; check its owner and mode");
    } else {
      T found = null;
      try {
        found = Files.size(path) > MAX_SIZE ? null : part.apply(PemContent.load(path));
      } catch (IOException | RuntimeException broken) {
        // the fault gives no reason, because that may quote the file
      }
      faults.when(found == null, name, mend);
      return found;
    }
    return null;
  }

  /** Whether the public key verifies a signature of the private key. */
  private static boolean belong(PublicKey publicKey, PrivateKey privateKey) {
    try {
      String algorithm =
          switch (privateKey.getAlgorithm()) {
            case "RSA" -> "SHA256withRSA";
            case "EC" -> "SHA256withECDSA";
            default -> privateKey.getAlgorithm();
          };
      byte[] probe = {1};
      Signature signature = Signature.getInstance(algorithm);
      signature.initSign(privateKey);
      signature.update(probe);
      byte[] signed = signature.sign();
      signature.initVerify(publicKey);
      signature.update(probe);
      return signature.verify(signed);
    } catch (GeneralSecurityException different) {
      return false;
    }
  }
}
