package org.elastauth.doctor;

import java.time.Duration;
import org.elastauth.config.Counted;
import org.elastauth.redis.RedisInspection.Node;

/**
 * Judges what a Redis server says of itself in {@code INFO}.
 *
 * @param keepsState whether Redis has state that exists nowhere else, such as sessions
 * @param connections that the gateway opens
 * @param patience how long requests wait for Redis before memory answers
 */
record RedisNode(Node node, boolean keepsState, int connections, Duration patience) {
  private static final int OLDEST = 5;
  private static final double NEARLY_FULL = 0.9;
  private static final String YES = "1";

  void into(Findings findings) {
    if (node.refused().isEmpty()) {
      version(findings);
      if (isMaster(findings)) {
        memory(findings);
        if (keepsState) {
          persistence(findings);
        }
        clients(findings);
      }
    } else {
      findings.ok(node.address(), "it answers " + speed());
      findings.note(
          node.address(),
          "version, memory, persistence and role are not known: " + node.refused(),
          "the gateway does not need INFO; for this check, give the Redis user +info");
    }
    if (node.latency().compareTo(patience) > 0) {
      findings.warning(
          node.address(),
          "its fastest answer took longer than redis.patience ("
              + patience.toMillis()
              + " ms), after which memory answers",
          "run Redis near the gateway, or raise redis.patience");
    }
    if (node.ahead() == null) {
      findings.note(
          node.address(),
          "its clock is not known, because the Redis user may not call TIME",
          "the gateway does not need TIME; for this check, give the Redis user +time");
    } else {
      ClockFindings.add(findings, node.address(), node.ahead());
    }
  }

  private String speed() {
    return "in " + Math.max(1, node.latency().toNanos() / 100_000) / 10.0 + " ms";
  }

  private void version(Findings findings) {
    String version = text("redis_version");
    String text = "Redis " + version + " answers " + speed();
    String major = version.replaceFirst("\\..*", "");
    if (major.matches("\\d{1,4}") && Integer.parseInt(major) < OLDEST) {
      findings.fault(node.address(), text + ", which is too old", "upgrade to Redis 5 or later");
    } else {
      findings.ok(node.address(), text);
    }
    if (text("loading").equals(YES)) {
      findings.warning(
          node.address(), "it is still loading its data", "wait; memory is used until then");
    }
  }

  private boolean isMaster(Findings findings) {
    if (text("role").equals("slave")) {
      findings.fault(
          node.address(),
          "it is a replica"
              + (text("master_link_status").equals("up") ? "" : " that has lost its master")
              + ", and a replica refuses writes",
          "configure its master "
              + text("master_host")
              + ":"
              + text("master_port")
              + ", or the Sentinels (redis-sentinel://)");
      return false;
    }
    if (!text("role").isEmpty()) {
      findings.ok(
          node.address(),
          "it is a master with " + Counted.of(number("connected_slaves"), "replica"));
    }
    return true;
  }

  private void memory(Findings findings) {
    long limit = number("maxmemory");
    long used = number("used_memory");
    String policy = or("maxmemory_policy", "unknown");
    if (limit <= 0) {
      findings.note(
          node.address(),
          "maxmemory is not set, so Redis may use all memory of its machine",
          "set maxmemory below the memory of the machine or container"
              + (keepsState ? ", with maxmemory-policy noeviction" : ""));
      return;
    }
    String size = "maxmemory is " + mib(limit) + " (" + 100 * used / limit + " % in use)";
    boolean evicts = !policy.equals("noeviction");
    if (evicts && keepsState) {
      findings.warning(
          node.address(),
          "maxmemory-policy is "
              + policy
              + ": when memory is full, Redis drops sessions and used tokens",
          "set maxmemory-policy to noeviction; or set session.store and replay.store to memory");
    } else {
      findings.ok(node.address(), size + " with policy " + policy);
    }
    if (!evicts && used >= limit * NEARLY_FULL) {
      findings.warning(
          node.address(),
          size + ": a full Redis refuses writes (OOM)",
          "raise maxmemory, or find the client that fills it");
    }
    if (keepsState && number("evicted_keys") > 0) {
      findings.warning(
          node.address(),
          "it has evicted " + Counted.of(number("evicted_keys"), "key") + " since it started",
          "raise maxmemory and set maxmemory-policy to noeviction");
    }
  }

  private static String mib(long bytes) {
    return bytes >= 1 << 20 ? (bytes >> 20) + " MiB" : bytes + " bytes";
  }

  private void persistence(Findings findings) {
    if (text("rdb_last_bgsave_status").equals("err")
        || text("aof_last_write_status").equals("err")) {
      findings.fault(
          node.address(),
          "it cannot save its data, and by default refuses writes then (MISCONF)",
          "check its log and its disk");
      return;
    }
    boolean log = text("aof_enabled").equals(YES);
    // without any snapshot, Redis says that it has saved when it started
    long uptime = number("uptime_in_seconds");
    long saved = node.ahead() == null ? 0 : savedSecondsAgo();
    if (log) {
      findings.ok(node.address(), "sessions survive a restart of Redis (append-only file)");
    } else if (number("rdb_saves") > 0
        || saved < uptime - 2 && saved >= 0 && node.ahead() != null) {
      findings.ok(
          node.address(),
          "sessions survive a restart of Redis (snapshots; the last one is "
              + Counted.of(saved / 60, "minute")
              + " old)");
    } else {
      findings.warning(
          node.address(),
          "it has saved nothing since it started: a restart of Redis ends all sessions",
          "turn on appendonly, or save; or accept that users log in again");
    }
  }

  private long savedSecondsAgo() {
    long now = (System.currentTimeMillis() + node.ahead().toMillis()) / 1000;
    return now - number("rdb_last_save_time");
  }

  private void clients(Findings findings) {
    long most = number("maxclients");
    if (most > 0 && number("connected_clients") + connections > most) {
      findings.warning(
          node.address(),
          "maxclients is "
              + most
              + ", of which "
              + number("connected_clients")
              + " are in use, and a gateway opens "
              + Counted.of(connections, "connection"),
          "raise maxclients, or lower redis.pool_size");
    }
  }

  private String text(String field) {
    return node.info().getOrDefault(field, "");
  }

  private String or(String field, String otherwise) {
    return text(field).isEmpty() ? otherwise : text(field);
  }

  /** 0 if it is missing. */
  private long number(String field) {
    return text(field).matches("\\d{1,18}") ? Long.parseLong(text(field)) : 0;
  }
}
