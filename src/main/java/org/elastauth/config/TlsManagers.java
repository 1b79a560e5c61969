package org.elastauth.config;

import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.nio.file.Path;
import org.springframework.boot.ssl.SslBundleKey;
import org.springframework.boot.ssl.SslManagerBundle;
import org.springframework.boot.ssl.pem.PemSslStoreBundle;
import org.springframework.boot.ssl.pem.PemSslStoreDetails;

/** Whom a TLS connection believes, and what it shows of itself. */
public final class TlsManagers {
  private TlsManagers() {}

  public static SslManagerBundle of(Settings.Tls tls) {
    SslManagerBundle managers =
        SslManagerBundle.from(
            new PemSslStoreBundle(
                pem(tls.clientCert()).withPrivateKey(file(tls.clientKey())), pem(tls.caCert())),
            SslBundleKey.NONE);
    return tls.insecureSkipVerify()
        ? SslManagerBundle.of(managers.getKeyManagerFactory(), InsecureTrustManagerFactory.INSTANCE)
        : managers;
  }

  private static PemSslStoreDetails pem(String certificates) {
    return PemSslStoreDetails.forCertificate(file(certificates));
  }

  /** As Spring names a file, whatever characters its path has; null if none is set. */
  private static String file(String path) {
    return path.isEmpty() ? null : Path.of(path).toUri().toString();
  }
}
