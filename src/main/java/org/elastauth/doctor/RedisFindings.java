package org.elastauth.doctor;

import io.lettuce.core.RedisException;
import java.util.List;
import java.util.Map;
import org.elastauth.cache.CacheRights;
import org.elastauth.config.ConfigurationFaults;
import org.elastauth.config.Counted;
import org.elastauth.config.SecretFiles;
import org.elastauth.oidc.provider.ProviderResponseRights;
import org.elastauth.ratelimit.RateLimitRights;
import org.elastauth.redis.MissingRights;
import org.elastauth.redis.RedisFailure;
import org.elastauth.redis.RedisInspection;
import org.elastauth.redis.RedisInspection.Node;
import org.elastauth.redis.RedisInspection.Sentinel;
import org.elastauth.redis.RedisUrl;
import org.elastauth.redis.RequiredRights;
import org.elastauth.replay.ReplayRights;
import org.elastauth.session.SessionRights;
import org.elastauth.startup.Settings;

/** Whether Redis is reachable, lets the gateway do what it needs, and keeps what it must keep. */
record RedisFindings(Settings settings, SecretFiles secrets) implements Area.Examination {
  private static final String SETTING = "redis";

  /** The rights of each feature that uses Redis. */
  static List<RequiredRights> rights(Settings settings) {
    return List.of(
        CacheRights.cacheRedisRights(settings.cache()),
        SessionRights.sessionRedisRights(settings.session()),
        ReplayRights.replayRedisRights(settings.replay(), settings.session().inRedis()),
        RateLimitRights.rateLimitRedisRights(settings.rateLimit()),
        ProviderResponseRights.providerResponseRedisRights(settings.sharesProviderAnswers()));
  }

  @Override
  public void into(Findings findings) {
    if (!settings.usesRedis()) {
      findings.ok(SETTING, "it is not used: all state is in the memory of each gateway");
      if (settings.keys().isEmpty()) {
        return;
      }
      findings.note(
          SETTING,
          "several gateways would not share sessions, rate limits and used tokens",
          "set redis.host if you run more than one gateway");
      return;
    }
    RedisUrl server = settings.redis().server();
    String address = address(server);
    findings.begin("connected to Redis at " + address);
    String prefix = settings.cache().keyPrefix();
    try (RedisInspection redis =
        new RedisInspection(settings.redis(), rights(settings), prefix, secrets)) {
      redis.connect();
      findings.begin("asked Redis at " + address + " about itself");
      findings.ok(
          address,
          "connected "
              + (server.tls() ? "with TLS" : "without TLS")
              + ", to "
              + topology(server, redis)
              + ", for "
              + settings.redisFeatures().replace(",", ", "));
      if (!server.tls()
          && !server.password().isEmpty()
          && !server.nodes().stream().allMatch(RedisFindings::isLocal)) {
        findings.note(
            address,
            "without TLS, the password of Redis can be read on the network path",
            "use rediss:// unless the network is private to both");
      }
      rights(findings, address, redis);
      boolean keepsState = settings.session().inRedis() || settings.replay().inRedis();
      for (Node node : redis.nodes()) {
        new RedisNode(
                node, keepsState, settings.redis().poolSize() + 1, settings.redis().patience())
            .into(findings);
      }
      cluster(findings, address, redis.clusterState());
      redis.sentinels().forEach(sentinel -> sentinel(findings, server, sentinel));
    } catch (ConfigurationFaults faults) {
      faults.faults().forEach(fault -> findings.fault(fault.key(), fault.value(), fault.mend()));
    } catch (RedisException failure) {
      fault(
          findings,
          address,
          "Redis gives no usable answer: ",
          RedisFailure.reason(failure),
          "check redis.host or redis.url, the network, and the log of Redis");
    }
  }

  private static String address(RedisUrl server) {
    return String.join(
        ",", server.nodes().stream().map(node -> node.host() + ":" + node.port()).toList());
  }

  private static boolean isLocal(RedisUrl.Node node) {
    return node.host().matches("localhost|127\\.[0-9.]+|::1");
  }

  private static String topology(RedisUrl server, RedisInspection redis) {
    return redis.isCluster()
        ? "a cluster"
        : server.isSentinel() ? "the master that the Sentinels name" : "a single server";
  }

  private void rights(Findings findings, String address, RedisInspection redis) {
    String user = settings.redis().server().username();
    String of = user.isEmpty() ? "the default user" : "the user " + user;
    for (MissingRights missing : redis.missing()) {
      String rights = String.join(" ", missing.rights().stream().sorted().toList());
      String text = of + " lacks rights for " + missing.feature() + ": " + rights;
      String mend = "ACL SETUSER " + (user.isEmpty() ? "default" : user) + " " + rights;
      if (missing.consequence().isEmpty()) {
        findings.warning(address, text + "; memory is used instead", mend);
      } else {
        findings.note(address, text + ". " + missing.consequence(), mend);
      }
    }
    if (redis.missing().isEmpty()) {
      findings.ok(address, of + " has all rights that the configured features need");
    }
    String refusal = redis.writeRefusal();
    if (!refusal.isEmpty()) {
      fault(findings, address, "it refuses writes: ", refusal, "look at the log of Redis");
    }
  }

  /**
   * @param reason with a remedy after a semicolon, or without
   * @param otherwise the remedy then
   */
  private static void fault(
      Findings findings, String address, String what, String reason, String otherwise) {
    String[] parts = reason.split("; ", 2);
    findings.fault(
        address,
        what + parts[0],
        (parts.length > 1 ? parts[1] : otherwise)
            + ". Until then, each gateway uses its own memory");
  }

  private static void cluster(Findings findings, String address, Map<String, String> state) {
    if (state.isEmpty()) {
      return;
    }
    String assigned = state.getOrDefault("cluster_slots_assigned", "0");
    String text =
        "the cluster is "
            + state.getOrDefault("cluster_state", "unknown")
            + ": "
            + assigned
            + " of 16384 slots on "
            + Counted.of(number(state, "cluster_size"), "master");
    if (state.getOrDefault("cluster_state", "").equals("ok")) {
      findings.ok(address, text);
    } else {
      findings.fault(address, text, "start the missing nodes, or assign every slot to a node");
    }
  }

  /** 0 if it is missing. */
  private static long number(Map<String, String> state, String field) {
    String text = state.getOrDefault(field, "");
    return text.matches("\\d{1,18}") ? Long.parseLong(text) : 0;
  }

  private static void sentinel(Findings findings, RedisUrl server, Sentinel sentinel) {
    if (!sentinel.failure().isEmpty()) {
      findings.warning(
          sentinel.address(),
          "this Sentinel does not say where " + server.master() + " is: " + sentinel.failure(),
          "start it, check redis.sentinel_password, or remove it from redis.url");
      return;
    }
    String flags = sentinel.state().getOrDefault("flags", "");
    String text =
        "this Sentinel sees "
            + sentinel.state().getOrDefault("ip", "?")
            + ":"
            + sentinel.state().getOrDefault("port", "?")
            + " as "
            + flags
            + ", with "
            + Counted.of(number(sentinel.state(), "num-slaves"), "replica")
            + " and "
            + Counted.of(number(sentinel.state(), "num-other-sentinels"), "other Sentinel");
    if (flags.equals("master")) {
      findings.ok(sentinel.address(), text);
    } else {
      findings.warning(sentinel.address(), text, "a failover may be in progress; look at its log");
    }
  }
}
