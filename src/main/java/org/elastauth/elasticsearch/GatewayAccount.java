package org.elastauth.elasticsearch;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.elastauth.config.SecretFiles;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * The account of the gateway in Elasticsearch. If its password is in a file, a changed password is
 * used once Elasticsearch refuses the old one.
 */
@Component
public final class GatewayAccount {
  private static final Logger LOG = LoggerFactory.getLogger(GatewayAccount.class);
  private static final String PASSWORD = "elasticsearch.password";

  private final String username;
  private final SecretFiles files;

  private volatile String password;
  private volatile String authorization;

  public GatewayAccount(ElasticsearchSettings settings, SecretFiles files) {
    this.username = settings.username();
    this.files = files;
    use(settings.password());
  }

  private void use(String next) {
    password = next;
    authorization =
        username.isEmpty()
            ? ""
            : "Basic "
                + Base64.getEncoder()
                    .encodeToString((username + ':' + next).getBytes(StandardCharsets.UTF_8));
  }

  /** The configured name; a server without it has {@code elastic}. */
  String username() {
    return username.isEmpty() ? "elastic" : username;
  }

  /** The value of the header; empty without an account. */
  public String authorization() {
    return authorization;
  }

  /**
   * Reads the file of the password again.
   *
   * @param refused the value that Elasticsearch refused
   * @return whether the account has another value now
   */
  synchronized boolean rereads(String refused) {
    if (!authorization.equals(refused)) {
      return true;
    }
    String now = files.current(PASSWORD, password);
    if (now.equals(password)) {
      return false;
    }
    use(now);
    LOG.info(
        "Elasticsearch refused the password of the gateway; its file has another one, which is used now");
    return true;
  }
}
