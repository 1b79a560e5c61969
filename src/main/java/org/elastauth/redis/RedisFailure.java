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

public final class RedisFailure {
  /** Error codes of a Redis that works, but refuses this command. */
  private static final List<String> REFUSALS =
      List.of("WRONGTYPE", "OOM", "READONLY", "MISCONF", "NOREPLICAS");

  /** What the operator can do, by the beginning of the reason. */
  private static final Map<String, String> REMEDIES =
      Map.of(
          "WRONGPASS", "check redis.username and redis.password",
          "ERR invalid password", "check redis.password",
          "NOAUTH", "set redis.password",
          "ERR Client sent AUTH", "remove redis.password",
          "ERR AUTH", "remove redis.password",
          "Connection initialization timed out",
              "Redis may be frozen, or not use TLS while redis.tls.enabled is on",
          "handshake timed out",
              "Redis may be frozen, or not use TLS while redis.tls.enabled is on",
          "Connection reset", "Redis may use TLS while redis.tls.enabled is off",
          "NOPERM", "give the Redis user this right");

  private RedisFailure() {}

  /** The error reply of a Redis that works but refuses the command, such as OOM. */
  public static Optional<String> refusal(Throwable failure) {
    return Optional.of(root(failure))
        .filter(RedisCommandExecutionException.class::isInstance)
        .map(Throwable::getMessage)
        .filter(reply -> REFUSALS.stream().anyMatch(reply::startsWith));
  }

  /** The error reply of a Redis that works but does not run a script to its end. */
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

  /**
   * Whether Lettuce has lost the reason: the server refuses so fast that the connection is closed
   * before Lettuce asks for the result of the handshake.
   */
  static boolean isWithoutReason(Throwable failure) {
    return "RedisHandshakeHandler not registered".equals(root(failure).getMessage());
  }

  static boolean isNotPermitted(Throwable failure) {
    Throwable root = root(failure);
    return root instanceof RedisCommandExecutionException && root.getMessage().startsWith("NOPERM");
  }

  /** The reason for the log, with the remedy if there is one. */
  public static String reason(Throwable failure) {
    Throwable root = root(failure);
    String reason = root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
    if (root instanceof CertificateExpiredException) {
      return "the certificate of Redis has expired: " + reason;
    }
    if (root instanceof CertPathBuilderException || root instanceof CertPathValidatorException) {
      return "the certificate of Redis is not trusted: " + reason + "; check redis.tls.ca_cert";
    }
    if (isNotPermitted(root) && reason.contains("'cluster")) {
      return reason + "; a Redis Cluster needs +cluster +readonly";
    }
    return REMEDIES.entrySet().stream()
        .filter(remedy -> reason.startsWith(remedy.getKey()))
        .findFirst()
        .map(remedy -> reason + "; " + remedy.getValue())
        .orElse(reason);
  }

  /**
   * The fault of {@code redis.db}. The gateway must not start then, because Redis would write to
   * another database.
   */
  static Optional<Fault> database(Throwable failure, int db) {
    Throwable root = root(failure);
    if (db == 0 || !(root instanceof RedisCommandExecutionException)) {
      return Optional.empty();
    }
    String reply = root.getMessage();
    String remedy =
        reply.startsWith("NOPERM")
            ? "may not be selected by the Redis user; give it +select, or use db 0"
            : reply.contains("cluster mode")
                ? "does not exist: this is a Redis Cluster, which has only db 0"
                : reply.contains("out of range") || reply.contains("invalid DB index")
                    ? "does not exist: this Redis has fewer databases"
                    : null;
    return Optional.ofNullable(remedy).map(text -> new Fault("redis.db", "" + db, text));
  }

  /** Lettuce adds the failures of cluster nodes as suppressed exceptions. */
  private static Throwable root(Throwable failure) {
    Throwable root = failure;
    while (root.getCause() != null
        || root instanceof RedisException && root.getSuppressed().length > 0) {
      root = root.getCause() != null ? root.getCause() : root.getSuppressed()[0];
    }
    return root;
  }
}
