package org.elastauth.redis;

import static java.util.Map.entry;

import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisCommandTimeoutException;
import io.lettuce.core.RedisException;
import io.lettuce.core.cluster.PartitionSelectorException;
import java.net.ConnectException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateExpiredException;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.elastauth.config.Fault;

/** What a failed command, or a failed connection, says of Redis. */
public final class RedisFailure {
  /** Error codes of a Redis that does not carry out this command, while reads work. */
  private static final Predicate<String> WRITE_REFUSED =
      matching("^(WRONGTYPE|OOM|READONLY|MISCONF|NOREPLICAS)\\b");

  private static final Predicate<String> NOT_PERMITTED = matching("^NOPERM\\b");

  /** As Redis, Envoy and hosted services name a command that they do not run. */
  private static final Predicate<String> UNSUPPORTED =
      matching("(unknown|unsupported) (sub)?command|command (is )?not supported|invalid request");

  /** A reply that concerns a read, every command, or DEL, which precedes some reads. */
  private static final Predicate<String> OF_READS =
      matching(
          "['`\"](getrange|del|hmget|hstrlen|exists|pttl|zscore|zrangebyscore)\\b|\\bkeys?\\b");

  private static final Predicate<String> OF_SCRIPTS = matching("user_script|executing the script");

  private static final Predicate<String> OF_CHANNELS =
      matching("['`\"](publish|subscribe)\\b|\\bchannels?\\b");

  /** A script passes on the code of the command that failed. */
  private static final Pattern CODE = Pattern.compile("(?:ERR .* -)?([A-Z]{3,})\\b");

  /** What the operator can do, by the beginning of the reason. */
  private static final Map<String, String> REMEDIES =
      Map.ofEntries(
          entry("WRONGPASS", "check redis.username and redis.password"),
          entry("ERR invalid password", "check redis.password"),
          entry("NOAUTH", "set redis.password"),
          entry("ERR Client sent AUTH", "remove redis.password"),
          entry("ERR AUTH", "remove redis.password"),
          entry(
              "Connection initialization timed out",
              "Redis may be frozen, or not use TLS while redis.tls.enabled is on"),
          entry(
              "handshake timed out",
              "Redis may be frozen, or not use TLS while redis.tls.enabled is on"),
          entry(
              "Connection refused",
              "check redis.host or redis.url and whether Redis runs; in a container, localhost is the container"),
          entry("Connection reset", "Redis may use TLS while redis.tls.enabled is off"),
          entry("host name", "check the hosts of Redis and the name servers"),
          entry("NOPERM", "give the Redis user this right"),
          entry("MISCONF", "Redis cannot save a snapshot; check its log and its disk"),
          entry("OOM", "raise maxmemory of Redis"),
          entry("READONLY", "this is a replica; configure its master, or the Sentinels"),
          entry("MASTERDOWN", "this is a replica that has lost its master"),
          entry("CLUSTERDOWN", "assign every slot to a node"));

  private RedisFailure() {}

  private static Predicate<String> matching(String regex) {
    return Pattern.compile(regex, Pattern.CASE_INSENSITIVE).asPredicate();
  }

  /**
   * The error reply of Redis, without the arguments of the command, which may hold a password.
   * Empty: no reply.
   */
  public static Optional<String> reply(Throwable failure) {
    Throwable root = root(failure);
    if (root instanceof PartitionSelectorException) {
      return Optional.of("CLUSTERDOWN " + root.getMessage());
    }
    return root instanceof RedisCommandExecutionException && root.getMessage() != null
        ? Optional.of(root.getMessage().replaceFirst("(?s), with args beginning with.*", ""))
        : Optional.empty();
  }

  /** The reply of a Redis that refuses this command, but is reachable and answers reads. */
  public static Optional<String> refusal(Throwable failure) {
    return reply(failure)
        .filter(WRITE_REFUSED.or(NOT_PERMITTED.or(UNSUPPORTED).and(OF_READS.negate())));
  }

  /** The error reply of a Redis that works but does not run a script to its end. */
  public static Optional<String> scriptRefusal(Throwable failure) {
    return reply(failure).filter(WRITE_REFUSED.or(NOT_PERMITTED).or(UNSUPPORTED).or(OF_SCRIPTS));
  }

  /** Whether the reply refuses an announcement or a subscription. */
  static boolean isOfChannels(String reply) {
    return OF_CHANNELS.test(reply);
  }

  /** Of a failed command, for metrics. */
  enum Kind {
    /** Redis refuses the command. */
    REPLY,
    /** No answer within {@code redis.patience}, and memory had one. */
    SLOW,
    TIMEOUT,
    UNREACHABLE
  }

  static Kind kind(Throwable failure) {
    Throwable root = root(failure);
    if (reply(failure).isPresent()) {
      return Kind.REPLY;
    } else if (root instanceof RedisDeadlines.PatienceExhausted) {
      return Kind.SLOW;
    }
    return root instanceof RedisCommandTimeoutException ? Kind.TIMEOUT : Kind.UNREACHABLE;
  }

  /** The error code of a reply, such as OOM. */
  static String code(String reply) {
    Matcher code = CODE.matcher(reply);
    return code.lookingAt() ? code.group(1) : "ERR";
  }

  /**
   * Whether a handshake without HELLO and CLIENT may succeed: old servers and proxies refuse these,
   * or close the connection.
   */
  static boolean mayRefuseHello(Throwable failure) {
    Throwable root = root(failure);
    String message = String.valueOf(root.getMessage());
    return root instanceof RedisCommandExecutionException
        ? !message.matches(
            "(?is)(WRONGPASS|NOAUTH|ERR invalid password|ERR DB|NOPERM(?!.*(hello|client))).*")
        : isWithoutReason(failure)
            || message.startsWith("Connection closed")
            || message.startsWith("Connection reset");
  }

  /** Whether Redis, or a proxy before it, does not run such a command for anybody. */
  public static boolean isUnsupported(Throwable failure) {
    return reply(failure).filter(UNSUPPORTED).isPresent();
  }

  public static boolean isNotPermitted(Throwable failure) {
    return reply(failure).filter(NOT_PERMITTED).isPresent();
  }

  /**
   * Whether Lettuce has lost the reason: the server refuses so fast that the connection is closed
   * before Lettuce asks for the result of the handshake.
   */
  static boolean isWithoutReason(Throwable failure) {
    return "RedisHandshakeHandler not registered".equals(root(failure).getMessage());
  }

  /** Whether Lettuce rejects the command, because it has not reconnected yet. */
  static boolean isDisconnected(Throwable failure) {
    return String.valueOf(root(failure).getMessage()).startsWith("Currently not connected");
  }

  /** The reason for the log, with the remedy if there is one. */
  public static String reason(Throwable failure) {
    Throwable root = root(failure);
    String reason =
        reply(failure)
            .orElseGet(
                () ->
                    root.getMessage() == null
                        ? root.getClass().getSimpleName()
                        : withAddress(root, failure));
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
        .map(remedy -> reason.replaceFirst("\\.$", "") + "; " + remedy.getValue())
        .orElse(reason);
  }

  /** Netty names the address in the exception that wraps the system's. */
  private static String withAddress(Throwable root, Throwable failure) {
    return Stream.iterate(failure, Objects::nonNull, Throwable::getCause)
        .filter(ConnectException.class::isInstance)
        .findFirst()
        .orElse(root)
        .getMessage();
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
