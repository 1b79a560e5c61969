package org.elastauth.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.springframework.boot.ssl.pem.PemContent;

/** Whether the PEM files of a TLS connection are there, and are what they are said to be. */
final class TlsCheck {
  private static final int MAX_SIZE = 1 << 20;

  private final String key;
  private final List<Fault> faults = new ArrayList<>();

  private TlsCheck(String key) {
    this.key = key;
  }

  /**
   * @param key the setting above the files, such as {@code elasticsearch.tls}
   */
  static List<Fault> faults(String key, Settings.Tls tls) {
    TlsCheck check = new TlsCheck(key);
    check.certificate("ca_cert", tls.caCert());
    X509Certificate certificate = check.certificate("client_cert", tls.clientCert());
    PrivateKey privateKey =
        check.read(
            "client_key",
            tls.clientKey(),
            PemContent::getPrivateKey,
            "holds no private key in PEM form, or one with a passphrase");
    if (tls.clientCert().isEmpty() != tls.clientKey().isEmpty()) {
      String there = tls.clientKey().isEmpty() ? "client_cert" : "client_key";
      String missing = tls.clientKey().isEmpty() ? "client_key" : "client_cert";
      check.fault(missing, "", "is missing beside " + key + "." + there);
    }
    if (certificate != null
        && privateKey != null
        && !belong(certificate.getPublicKey(), privateKey)) {
      check.fault(
          "client_key", tls.clientKey(), "is not the key of " + key + ".client_cert's certificate");
    }
    return check.faults;
  }

  private X509Certificate certificate(String name, String file) {
    return read(
        name,
        file,
        content -> content.getCertificates().get(0),
        "holds no certificate in PEM form");
  }

  /** What the file holds; null if that cannot be had, which is then a fault, or none is set. */
  private <T> T read(String name, String file, Function<PemContent, T> part, String mend) {
    if (file.isEmpty()) {
      return null;
    }
    Path path = Path.of(file);
    if (!Files.exists(path)) {
      fault(name, file, "is not there");
      return null;
    }
    try {
      if (!Files.isRegularFile(path) || !Files.isReadable(path)) {
        fault(name, file, "is no file that can be read; mind its owner and mode");
        return null;
      }
      T found = Files.size(path) > MAX_SIZE ? null : part.apply(PemContent.load(path));
      if (found == null) {
        fault(name, file, mend);
      }
      return found;
    } catch (IOException | RuntimeException broken) {
      // the reason may quote the file
      fault(name, file, mend);
      return null;
    }
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

  private void fault(String name, String value, String mend) {
    faults.add(new Fault(key + "." + name, value, mend));
  }
}
