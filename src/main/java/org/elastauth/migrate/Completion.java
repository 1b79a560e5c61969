package org.elastauth.migrate;

import org.elastauth.config.Setting;
import org.elastauth.config.SettingNames;
import org.elastauth.config.SettingsReader;
import org.elastauth.crypto.SecretKeys;

/** What the file does not say, but the other program does by default. */
final class Completion {
  private final SettingNames names;
  private final Translation translation;
  private final Program program;
  private final boolean isContainer;

  Completion(SettingNames names, Translation translation, Program program, boolean isContainer) {
    this.names = names;
    this.translation = translation;
    this.program = program;
    this.isContainer = isContainer;
  }

  void complete() {
    provider();
    switch (program) {
      case ELASTAUTH_V1, ELASTAUTH_V2 -> {
        listen("127.0.0.1:5000");
        add("elasticsearch.adopt", "elastauth", "takes over the users that elastauth created");
      }
      case KEYLINE -> {
        listen("0.0.0.0:9000");
        add("elasticsearch.adopt", "keyline", "takes over the users that Keyline created");
      }
      case TRAEFIKOIDC -> redisIsOff();
      case AUTHLY -> featuresAreOff();
      default -> {}
    }
    elasticsearch();
    roles();
    secretKey();
    if (!translation.text("auth_provider").equals("oidc") && !translation.has("trusted_proxies")) {
      translation.missing(
          "trusted_proxies",
          "identity headers are believed from all private networks; set the address of your proxy",
          false);
    }
  }

  /** Keyline and traefikoidc call a user by the email. */
  private void provider() {
    if (!translation.has("oidc.issuer")) {
      return;
    }
    if (!program.isElastauth()) {
      add("auth_provider", "oidc", "");
      add("oidc.claim_mappings.username", "email", "the default of " + program);
    }
    if (translation.text("oidc.claim_mappings.username").equals("email")) {
      translation.missing(
          "oidc.require_verified_email",
          "is on: the provider's tokens must contain email_verified: true",
          false);
    }
  }

  private void listen(String address) {
    if (!isContainer) {
      addListen(address);
    } else if (translation.text("listen").startsWith("127.")) {
      translation.missing(
          "listen", "no other container can reach this address; write 0.0.0.0:5000", true);
    }
  }

  /** An address of this machine only is wrong as soon as the gateway runs in a container. */
  private void addListen(String address) {
    boolean isLocal = address.startsWith("127.");
    String remark =
        "the default of " + program + (isLocal ? "; a container needs 0.0.0.0:5000" : "");
    if (!translation.has("listen")) {
      translation.add(names.key("listen").setting(), address, remark, isLocal);
    }
  }

  private void redisIsOff() {
    boolean isConfigured = translation.has("redis.host");
    if (isConfigured && !translation.has("redis.enabled")) {
      add("redis.enabled", "false", "the default of " + program);
    }
  }

  /** Each feature of Authly has its own switch. */
  private void featuresAreOff() {
    if (translation.has("redis.url")) {
      add("cache.type", "memory", "AUTHLY_REDIS_CACHE is off");
      add("session.store", "memory", "AUTHLY_REDIS_SESSION is off");
    }
  }

  private void elasticsearch() {
    if (SettingsReader.isOn(translation.text("elasticsearch.dry_run"))) {
      return;
    }
    if (!translation.has("elasticsearch.hosts") || !translation.has("elasticsearch.username")) {
      translation.missing(
          "elasticsearch.hosts",
          "set hosts, username and password of the gateway's account in Elasticsearch",
          true);
    } else if (translation.text("elasticsearch.username").equals("elastic")) {
      translation.missing(
          "elasticsearch.username",
          "elastic may do everything; an account with the cluster privilege manage_security is enough",
          false);
    }
  }

  private void roles() {
    if (translation.has("default_roles")) {
      return;
    }
    translation.missing(
        "default_roles",
        translation.has("group_mappings")
            ? "users of other groups would receive 403; set default_roles if they may log in"
            : "without roles every user would receive 403; set default_roles or group_mappings",
        !translation.has("group_mappings"));
  }

  private void secretKey() {
    if (!translation.has("secret_key") && !translation.has("secret_keys")) {
      Setting setting = names.key("secret_key").setting();
      translation.keepSecret(setting, SecretKeys.generate());
      translation
          .rows()
          .add(
              new Row(
                  "", "", setting.path(), "***", "a new key; all gateways need the same", false));
    }
  }

  private void add(String path, String value, String remark) {
    if (!translation.has(path)) {
      translation.add(names.key(path).setting(), value, remark, false);
    }
  }
}
