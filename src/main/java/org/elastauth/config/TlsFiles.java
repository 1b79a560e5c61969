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
import java.util.function.Function;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.ssl.SslBundleKey;
import org.springframework.boot.ssl.SslManagerBundle;
import org.springframework.boot.ssl.pem.PemContent;
import org.springframework.boot.ssl.pem.PemSslStoreBundle;
import org.springframework.boot.ssl.pem.PemSslStoreDetails;

/**
 * Paths of PEM files; empty: not used.
 *
 * @param caCert the only authorities that are trusted; empty: those of the JVM
 * @param clientCert the gateway's own certificate, with its chain
 * @param clientKey its private key, without a passphrase
 */
public record TlsFiles(
    @DefaultValue("") String caCert,
    @DefaultValue("") String clientCert,
    @DefaultValue("") String clientKey)
    implements Checked {
  private static final int MAX_SIZE = 1 << 20;

  /**
   * @param skipVerify trust any certificate, for any name
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

  /** As Spring names a file, whatever characters its path has; null if none is set. */
  private static String uri(String path) {
    return path.isEmpty() ? null : Path.of(path).toUri().toString();
  }

  @Override
  public void check(Faults faults) {
    Function<PemContent, X509Certificate> first = content -> content.getCertificates().get(0);
    String noCertificate = "holds no certificate in PEM form";
    read(faults, "ca_cert", caCert, first, noCertificate);
    X509Certificate certificate = read(faults, "client_cert", clientCert, first, noCertificate);
    PrivateKey key =
        read(
            faults,
            "client_key",
            clientKey,
            PemContent::getPrivateKey,
            "holds no private key in PEM form, or one with a passphrase");
    faults.when(
        clientCert.isEmpty() && !clientKey.isEmpty(),
        "client_cert",
        "is missing beside " + faults.path("client_key"));
    faults.when(
        clientKey.isEmpty() && !clientCert.isEmpty(),
        "client_key",
        "is missing beside " + faults.path("client_cert"));
    faults.when(
        certificate != null && key != null && !belong(certificate.getPublicKey(), key),
        "client_key",
        "is not the key of " + faults.path("client_cert") + "'s certificate");
  }

  /** The wanted part of a file; null if no file is set, or, which is a fault, it has none. */
  private static <T> T read(
      Faults faults, String name, String file, Function<PemContent, T> part, String mend) {
    if (file.isEmpty()) {
      return null;
    }
    Path path = Path.of(file);
    if (!Files.exists(path)) {
      faults.add(name, "is not there");
    } else if (!Files.isRegularFile(path) || !Files.isReadable(path)) {
      faults.add(name, "is no file that can be read; mind its owner and mode");
    } else {
      T found = null;
      try {
        found = Files.size(path) > MAX_SIZE ? null : part.apply(PemContent.load(path));
      } catch (IOException | RuntimeException broken) {
        // the fault does not say why: the reason may quote the file
      }
      faults.when(found == null, name, mend);
      return found;
    }
    return null;
  }

  /** Whether one verifies what the other signs. */
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
