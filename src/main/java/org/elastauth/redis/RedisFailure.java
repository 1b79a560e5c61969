package org.elastauth.redis;

import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateExpiredException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.elastauth.config.Fault;

/** What a failed conversation with Redis means to an operator. */
public final class RedisFailure {
  /** How Redis begins when it is alive but does not do this one thing. */
  private static final List<String> REFUSALS =
      List.of("WRONGTYPE", "OOM", "READONLY", "MISCONF", "NOREPLICAS");

  /** What to do about it, by how the reason begins. */
  private static final Map<String, String> MENDS =
      Map.of(
          "WRONGPASS", "check redis.username and redis.password",
          "ERR invalid password", "check redis.password",
          "NOAUTH", "set redis.password",
          "ERR Client sent AUTH", "leave redis.password out",
          "ERR AUTH", "leave redis.password out",
          "Connection initialization timed out",
              "Redis may be frozen, or speak no TLS where redis.tls.enabled is on",
          "handshake timed out",
              "Redis may be frozen, or speak no TLS where redis.tls.enabled is on",
          "Connection reset", "Redis may speak TLS where redis.tls.enabled is off",
          "NOPERM", "give the Redis user this right");

  private RedisFailure() {}

  /** The reply of a Redis that is alive but refuses what it was asked for, such as OOM. */
  public static Optional<String> refusal(Throwable failure) {
    return Optional.of(root(failure))
        .filter(RedisCommandExecutionException.class::isInstance)
        .map(Throwable::getMessage)
        .filter(reply -> REFUSALS.stream().anyMatch(reply::startsWith));
  }

  /** The reply of a Redis that is alive but does not run a script to its end. */
  public static Optional<String> scriptRefusal(Throwable failure) {
    Throwable root = root(failure);
    return root instanceof RedisCommandExecutionException
            && (isNotPermitted(root)
                || refusal(root).isPresent()
                || root.getMessage().contains("user_script")
                || root.getMessage().contains("executing the script"))
        ? Optional.of(root.getMessage())
        : Optional.empty();
  }

  static boolean isNotPermitted(Throwable failure) {
    Throwable root = root(failure);
    return root instanceof RedisCommandExecutionException && root.getMessage().startsWith("NOPERM");
  }

  /** The reason, and where one is known, what to do about it. */
  public static String reason(Throwable failure) {
    Throwable root = root(failure);
    String reason = root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
    if (root instanceof CertificateExpiredException) {
      return "the certificate of Redis has expired: " + reason;
    }
    if (root instanceof CertPathBuilderException || root instanceof CertPathValidatorException) {
      return "the certificate of Redis is not believed: " + reason + "; check redis.tls.ca_cert";
    }
    if (isNotPermitted(root) && reason.contains("'cluster")) {
      return reason + "; a Redis Cluster takes +cluster +readonly";
    }
    return MENDS.entrySet().stream()
        .filter(mend -> reason.startsWith(mend.getKey()))
        .findFirst()
        .map(mend -> reason + "; " + mend.getValue())
        .orElse(reason);
  }

  /**
   * What is wrong with the configured database; writing to another one in its place would be worse
   * than not to start.
   */
  static Optional<Fault> database(Throwable failure, int db) {
    Throwable root = root(failure);
    if (db == 0 || !(root instanceof RedisCommandExecutionException)) {
      return Optional.empty();
    }
    String reply = root.getMessage();
    String mend =
        reply.startsWith("NOPERM")
            ? "may not be selected by the Redis user; give it +select, or use db 0"
            : reply.contains("cluster mode")
                ? "is not there: this is a Redis Cluster, which has only db 0"
                : reply.contains("out of range") || reply.contains("invalid DB index")
                    ? "is not there: this Redis has fewer databases"
                    : null;
    return Optional.ofNullable(mend).map(text -> new Fault("redis.db", "" + db, text));
  }

  /** Lettuce hangs up what the nodes of a cluster said beside its own failure. */
  private static Throwable root(Throwable failure) {
    Throwable root = failure;
    while (root.getCause() != null
        || root instanceof RedisException && root.getSuppressed().length > 0) {
      root = root.getCause() != null ? root.getCause() : root.getSuppressed()[0];
    }
    return root;
  }
}
