package org.elastauth.server;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.SSLContext;
import org.apache.http.ssl.SSLContexts;

/** Certificates as the JDK's own keytool makes them, good for a day, each also as PEM files. */
public final class Certificates {
  private static final String PASSWORD = "changeit";
  private static final Base64.Encoder LINES =
      Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII));

  private final Path folder;
  private final Path store;

  /**
   * @param folder where to put them
   */
  public Certificates(Path folder) {
    this.folder = folder.toAbsolutePath();
    this.store = this.folder.resolve("all.p12");
  }

  /**
   * @param options of keytool, such as {@code -validity 100}
   */
  public Certificates authority(String alias, String... options) {
    List<String> all = new ArrayList<>(List.of("-ext", "bc=ca:true"));
    all.addAll(List.of(options));
    make(alias, all.toArray(String[]::new));
    return this;
  }

  /**
   * @param options of keytool, such as {@code -ext san=ip:127.0.0.1}
   */
  public Certificates signed(String alias, String authority, String... options) {
    List<String> all = new ArrayList<>(List.of("-signer", authority));
    all.addAll(List.of(options));
    make(alias, all.toArray(String[]::new));
    return this;
  }

  private void make(String alias, String... options) {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-J-XX:TieredStopAtLevel=1",
                "-J-XX:+UseSerialGC",
                "-genkeypair",
                "-keystore",
                store.toString(),
                "-storepass",
                PASSWORD,
                "-alias",
                alias,
                "-dname",
                "CN=" + alias,
                "-keyalg",
                "EC",
                "-validity",
                "1"));
    command.addAll(List.of(options));
    try {
      Path log = folder.resolve("keytool.log");
      Process keytool =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .start();
      if (keytool.waitFor() != 0) {
        throw new IllegalStateException(Files.readString(log));
      }
      KeyStore entries = entries();
      StringBuilder chain = new StringBuilder();
      for (Certificate certificate : entries.getCertificateChain(alias)) {
        chain.append(pem("CERTIFICATE", certificate.getEncoded()));
      }
      Files.writeString(folder.resolve(alias + ".crt"), chain);
      Key key = entries.getKey(alias, PASSWORD.toCharArray());
      Files.writeString(folder.resolve(alias + ".key"), pem("PRIVATE KEY", key.getEncoded()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private static String pem(String type, byte[] content) {
    return "-----BEGIN %s-----\n%s\n-----END %s-----\n"
        .formatted(type, LINES.encodeToString(content), type);
  }

  private KeyStore entries() throws IOException, GeneralSecurityException {
    KeyStore entries = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store)) {
      entries.load(in, PASSWORD.toCharArray());
    }
    return entries;
  }

  /** The certificate with its chain, as PEM. */
  public Path certificate(String alias) {
    return folder.resolve(alias + ".crt");
  }

  /** Its private key, as PEM. */
  public Path key(String alias) {
    return folder.resolve(alias + ".key");
  }

  /** For a client that has, and believes, all of these. */
  SSLContext context() {
    try {
      return SSLContexts.custom()
          .loadTrustMaterial(entries(), null)
          .loadKeyMaterial(entries(), PASSWORD.toCharArray())
          .build();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}
