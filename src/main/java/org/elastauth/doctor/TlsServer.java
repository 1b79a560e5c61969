package org.elastauth.doctor;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;

/** A server with TLS, whose certificate is only read: nothing else is sent to it. */
record TlsServer(String host, int port) {
  private static final int TIMEOUT_MILLIS = 3_000;

  /** The certificates that it presents, its own first; empty if it does not use TLS. */
  List<X509Certificate> certificates() throws IOException {
    Reader reader = new Reader();
    try (Socket plain = new Socket()) {
      plain.connect(new InetSocketAddress(host, port), TIMEOUT_MILLIS);
      plain.setSoTimeout(TIMEOUT_MILLIS);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, new TrustManager[] {reader}, null);
      try (SSLSocket encrypted =
          (SSLSocket) context.getSocketFactory().createSocket(plain, host, port, true)) {
        encrypted.startHandshake();
      }
    } catch (SSLException refused) {
      // as a server that requires a certificate does; it has presented its own before
    } catch (GeneralSecurityException everyJavaHasIt) {
      throw new IllegalStateException(everyJavaHasIt);
    }
    return reader.presented;
  }

  @Override
  public String toString() {
    return host + ":" + port;
  }

  /**
   * Keeps what a server presents. Whether it can be trusted is checked by the gateway's clients.
   */
  private static final class Reader extends X509ExtendedTrustManager {
    private List<X509Certificate> presented = List.of();

    private void keep(X509Certificate... chain) {
      presented = List.of(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {
      keep(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {
      keep(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {
      keep(chain);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
