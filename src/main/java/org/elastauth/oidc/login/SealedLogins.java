package org.elastauth.oidc.login;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import org.elastauth.crypto.Envelope;
import org.elastauth.crypto.SecretKeys;
import org.elastauth.crypto.Sha256;
import org.elastauth.oidc.OidcSettings;
import org.springframework.stereotype.Component;

/**
 * Encrypts a login as the {@code state} of the authorization request. Every gateway with the secret
 * key can read it and complete the login; other parties cannot.
 */
@Component
final class SealedLogins {
  /** A longer state is rejected without decoding. */
  private static final int MAX_LENGTH = 8192;

  private final String name;
  private final Envelope envelope;

  SealedLogins(OidcSettings oidc, SecretKeys keys) {
    // gateways for another provider, client or site may use the same secret key
    this.name =
        "state-" + Sha256.hex(oidc.issuer() + '\n' + oidc.clientId() + '\n' + oidc.redirectUrl());
    this.envelope = new Envelope(keys, "login");
  }

  String seal(Login login) {
    ByteArrayOutputStream content = new ByteArrayOutputStream(512);
    try (DataOutputStream out = new DataOutputStream(content)) {
      out.writeUTF(login.id());
      out.writeUTF(login.nonce());
      out.writeUTF(login.verifier());
      out.writeUTF(login.attempt());
      out.writeUTF(login.browser());
      out.writeUTF(login.target());
      out.writeLong(login.until());
    } catch (IOException cannotHappen) {
      throw new IllegalStateException(cannotHappen);
    }
    return envelope.seal(name, content.toByteArray());
  }

  /** Null if it is invalid; it may have expired. */
  Login open(String state) {
    if (state.length() > MAX_LENGTH) {
      return null;
    }
    byte[] content = envelope.open(name, state);
    if (content == null) {
      return null;
    }
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(content))) {
      return new Login(
          in.readUTF(),
          in.readUTF(),
          in.readUTF(),
          in.readUTF(),
          in.readUTF(),
          in.readUTF(),
          in.readLong());
    } catch (IOException ofAnotherFormat) {
      return null;
    }
  }
}
