package org.elastauth.doctor;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.elastauth.config.Counted;
import org.elastauth.config.SecretFiles;
import org.elastauth.crypto.SecretKeys;
import org.elastauth.elasticsearch.ElasticsearchInspection;
import org.elastauth.elasticsearch.ElasticsearchInspection.Host;
import org.elastauth.elasticsearch.ElasticsearchInspection.OwnUsers;
import org.elastauth.elasticsearch.ElasticsearchSettings;
import org.elastauth.health.ServerFailure;
import org.elastauth.startup.Settings;

/** Whether Elasticsearch is reachable, and lets the gateway create users who can log in. */
record ElasticsearchFindings(Settings settings, SecretFiles secrets) implements Area.Examination {
  private static final String HOSTS = "elasticsearch.hosts";
  private static final String ACCOUNT = "elasticsearch.username";
  private static final String KEY = "secret_key";
  private static final String RESERVED = "reserved names";
  private static final int MOST_NAMES = 10;

  @Override
  public void into(Findings findings) throws IOException {
    ElasticsearchSettings elasticsearch = settings.elasticsearch();
    if (!elasticsearch.isUsed()) {
      findings.note(
          HOSTS,
          "Elasticsearch is not used, because user_store is " + settings.userStore(),
          "set user_store to elasticsearch for logins that work");
      return;
    }
    if (elasticsearch.username().isEmpty()) {
      findings.fault(
          ACCOUNT,
          "the gateway has no account in Elasticsearch, so every login fails",
          "create an account with the cluster privilege manage_security; set"
              + " elasticsearch.username and elasticsearch.password");
    }
    try (ElasticsearchInspection inspection = new ElasticsearchInspection(elasticsearch, secrets)) {
      List<Host> hosts = new ArrayList<>();
      for (String host : elasticsearch.hosts()) {
        findings.begin("asked the host " + (hosts.size() + 1) + " of " + HOSTS);
        hosts.add(inspection.ask(host));
        host(findings, hosts.get(hosts.size() - 1));
      }
      List<Host> usable = hosts.stream().filter(host -> host.failure() == null).toList();
      if (usable.isEmpty()) {
        return;
      }
      clusters(findings, usable);
      findings.begin("checked the account of the gateway");
      JsonNode account = usable.get(0).account();
      if (mayManage(findings, inspection, account)) {
        findings.begin("checked roles");
        new RoleFindings(settings.roles(), account).into(findings, inspection);
        findings.begin("listed users");
        users(findings, inspection, account);
      }
    }
  }

  private static void host(Findings findings, Host host) {
    if (host.failure() != null) {
      findings.fault(host.address(), host.failure().getMessage(), mend(host.failure().kind()));
      return;
    }
    String version = host.about().at("/version/number").asText();
    String cluster = host.about().path("cluster_name").asText();
    if (version.isEmpty()) {
      findings.ok(host.address(), "it answers, and accepts the gateway's account");
      findings.note(
          host.address(),
          "its version and clock are not known, because the account lacks the cluster privilege monitor",
          "the gateway does not need it");
    } else if (isTooOld(version)) {
      findings.fault(
          host.address(), "Elasticsearch " + version + " is too old", "upgrade to 6.8 or later");
    } else {
      findings.ok(
          host.address(), "Elasticsearch " + version + " answers (cluster " + cluster + ")");
    }
    boolean remote = !host.address().matches("http://(localhost|127\\.[0-9.]+|\\[::1])(:.*)?");
    if (remote && host.address().startsWith("http:")) {
      findings.warning(
          host.address(),
          "it is asked without TLS: anyone on the network path can read every password",
          "write https:// in elasticsearch.hosts, and set elasticsearch.tls.ca_cert if needed");
    }
    if (!host.anonymous().isMissingNode()) {
      findings.warning(
          host.address(),
          "it accepts requests without credentials (anonymous access), with the roles "
              + host.anonymous().path("roles"),
          "remove xpack.security.authc.anonymous from elasticsearch.yml");
    }
    if (host.ahead() != null) {
      ClockFindings.add(findings, host.address(), host.ahead());
    }
  }

  /** The messages of the other kinds say it. */
  private static String mend(String kind) {
    return switch (kind) {
      case "unreachable" ->
          "check elasticsearch.hosts, the network, and whether Elasticsearch runs";
      case "no_tls" -> "write http:// in elasticsearch.hosts, or switch on TLS in Elasticsearch";
      case "tls" ->
          "set elasticsearch.tls.ca_cert to the authority that signed its certificate, and write"
              + " the host as the certificate names it";
      case "unauthorized" -> "curl with the same account shows the whole answer";
      default -> "see the reason; curl with the same account shows the whole answer";
    };
  }

  private static boolean isTooOld(String version) {
    return version.matches("([0-5]|6\\.[0-7])\\..*");
  }

  private static void clusters(Findings findings, List<Host> hosts) {
    Set<String> clusters =
        hosts.stream()
            .map(host -> host.about().path("cluster_uuid").asText())
            .filter(id -> !id.isEmpty())
            .collect(Collectors.toCollection(TreeSet::new));
    if (clusters.size() > 1) {
      findings.fault(
          HOSTS,
          "the hosts belong to " + clusters.size() + " different clusters",
          "list the nodes of one cluster only");
    }
  }

  private static boolean mayManage(
      Findings findings, ElasticsearchInspection inspection, JsonNode account) {
    String name = account.path("username").asText();
    try {
      inspection.check();
      findings.ok(ACCOUNT, name + " may read and write users (manage_security)");
    } catch (ServerFailure failure) {
      findings.fault(
          ACCOUNT,
          failure.getMessage(),
          "give the role of " + name + " the cluster privilege manage_security");
      return false;
    }
    if (roles(account).contains("superuser")) {
      findings.warning(
          ACCOUNT,
          name + " is a superuser, which is more than the gateway needs",
          "use an account whose role has only the cluster privilege manage_security");
    }
    return true;
  }

  static Set<String> roles(JsonNode account) {
    Set<String> roles = new TreeSet<>();
    account.path("roles").forEach(role -> roles.add(role.asText()));
    return roles;
  }

  private void users(Findings findings, ElasticsearchInspection inspection, JsonNode account)
      throws IOException {
    boolean hasKey = !settings.keys().isEmpty();
    SecretKeys keys =
        new SecretKeys(
            hasKey ? settings.keys().all() : List.of(SecretKeys.generate()),
            settings.keys().credential().scope());
    OwnUsers users = inspection.ownUsers(keys, Instant.now().getEpochSecond());
    findings.ok(
        HOSTS,
        "users that gateways have created: "
            + users.count()
            + (users.disabled() > 0 ? ", disabled: " + users.disabled() : "")
            + (users.isComplete()
                ? ""
                : ", among the first " + ElasticsearchInspection.MOST_USERS + " users"));
    reserved(findings, account.path("username").asText(), users.others());
    if (hasKey) {
      keys(findings, keys, users.byKey());
    }
    realm(findings, inspection, account, users);
  }

  private void reserved(Findings findings, String account, List<String> others) {
    String reserved = "no login can be a built-in account, such as elastic";
    List<String> names = others.stream().filter(name -> !name.equals(account)).toList();
    if (names.isEmpty() || !settings.elasticsearch().adopt().equals("none")) {
      findings.ok(RESERVED, reserved + ", or " + account);
      return;
    }
    findings.note(
        RESERVED,
        reserved
            + ", "
            + account
            + ", or one of the accounts that no gateway has created: "
            + String.join(", ", names.subList(0, Math.min(names.size(), MOST_NAMES)))
            + (names.size() > MOST_NAMES ? ", …" : ""),
        "if such an account belongs to a user who logs in here, delete it, or set"
            + " elasticsearch.adopt");
  }

  private static void keys(Findings findings, SecretKeys keys, Map<String, Integer> byKey) {
    byKey.forEach(
        (key, count) -> {
          if (!keys.holds(key)) {
            findings.warning(
                KEY,
                "the valid password of "
                    + Counted.of(count, "user")
                    + " is from the secret key "
                    + key
                    + ", which this gateway does not have",
                "give all gateways the same secret_key and credential.scope; during a rotation, set"
                    + " secret_keys. If the key is lost, do nothing: the next login replaces the password");
          } else if (!key.equals(keys.currentId())) {
            findings.note(
                KEY,
                "the valid password of "
                    + Counted.of(count, "user")
                    + " is from the older key "
                    + key,
                "keep the older key in secret_keys until each of them has logged in again");
          }
        });
    findings.ok(
        KEY,
        "new passwords are computed from the key "
            + keys.currentId()
            + " (its id, which is no secret)");
  }

  private static void realm(
      Findings findings, ElasticsearchInspection inspection, JsonNode account, OwnUsers users)
      throws IOException {
    String type = account.at("/authentication_realm/type").asText();
    boolean isNative = type.equals("native");
    String mend =
        "set xpack.security.authc.realms.native in elasticsearch.yml to enabled; a proxy must pass"
            + " on the Authorization header";
    if (users.sample() != null && inspection.accepts(users.sample())) {
      findings.ok(
          "native realm",
          "Elasticsearch accepts the password that the gateway computes for a user");
    } else if (isNative) {
      findings.ok("native realm", "it is switched on: the gateway's own account is in it");
      if (users.sample() != null) {
        findings.warning(
            "native realm",
            "Elasticsearch rejects the password that the gateway computes for the user "
                + users.sample().username(),
            "the user may have changed it; the next login that is not cached corrects it");
      }
    } else if (users.sample() != null) {
      findings.fault(
          "native realm",
          "Elasticsearch rejects the password that the gateway computes for the user "
              + users.sample().username(),
          mend);
    } else if (inspection.isNativeRealmOff()) {
      findings.fault(
          "native realm", "it is switched off, so no user of the gateway can log in", mend);
    } else {
      findings.note(
          "native realm",
          "whether its users can log in is not known: the gateway's account is in the realm "
              + type
              + ", and no user has a current password yet",
          "log in once, and run this command again");
    }
  }
}
