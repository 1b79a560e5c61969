package org.elastauth.redis;

import static org.assertj.core.api.Assertions.as;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisCommandTimeoutException;
import io.lettuce.core.RedisConnectionException;
import io.lettuce.core.cluster.PartitionSelectorException;
import java.util.concurrent.CompletionException;
import org.elastauth.redis.RedisFailure.Kind;
import org.elastauth.server.RedisServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the replies of Redis 5 to 7, of hosted services and of proxies mean. */
class RedisFailureTest {
  private static Throwable reply(String text) {
    return new RedisConnectionException(
        "Unable to connect", new RedisCommandExecutionException(text));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "MISCONF Redis is configured to save RDB snapshots, but it's currently unable to | MISCONF",
        "OOM command not allowed when used memory > 'maxmemory'. | OOM",
        "READONLY You can't write against a read only replica. | READONLY",
        "NOREPLICAS Not enough good replicas to write. | NOREPLICAS",
        "WRONGTYPE Operation against a key holding the wrong kind of value | WRONGTYPE",
        "NOPERM this user has no permissions to run the 'setex' command or its subcommand | NOPERM",
        "NOPERM User gateway has no permissions to run the 'hset' command | NOPERM",
        "ERR unknown command `SETEX`, with args beginning with: `k`, `1`, `secret` | ERR",
        "unsupported command 'publish' | ERR",
      })
  void aRefusedWriteSaysNothingOfReads(String text, String code) {
    assertThat(RedisFailure.refusal(reply(text))).isPresent();
    assertThat(RedisFailure.code(text)).isEqualTo(code);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "LOADING Redis is loading the dataset in memory | LOADING",
        "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'. | MASTERDOWN",
        "CLUSTERDOWN Hash slot not served | CLUSTERDOWN",
        "NOAUTH Authentication required. | NOAUTH",
        "WRONGPASS invalid username-password pair or user is disabled. | WRONGPASS",
        "BUSY Redis is busy running a script. | BUSY",
        "NOPERM User gateway has no permissions to run the 'getrange' command | NOPERM",
        "NOPERM this user has no permissions to access one of the keys used as arguments | NOPERM",
        "NOPERM No permissions to access a key | NOPERM",
        "ERR unknown command 'hmget', with args beginning with: 'k' | ERR",
        "ERR max number of clients reached | ERR",
      })
  void aRedisThatAnswersNoReadsHasFailed(String text, String code) {
    assertThat(RedisFailure.refusal(reply(text))).isEmpty();
    assertThat(RedisFailure.reply(reply(text))).isPresent();
    assertThat(RedisFailure.code(text)).isEqualTo(code);
  }

  /** Redis before 7 wraps the reply of a command in a script. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "ERR Error running script (call to f_5e): @user_script:9: @user_script: 9: -OOM command not | OOM",
        "ERR Error running script (call to f_5e): @user_script:9: @user_script: 9: -MISCONF Redis is | MISCONF",
        "OOM command not allowed when used memory > 'maxmemory'. script: 5e, on @user_script:9. | OOM",
        "NOPERM User x has no permissions to run the 'evalsha' command | NOPERM",
        "unsupported command 'evalsha' | ERR",
      })
  void aScriptThatIsRefused(String text, String code) {
    assertThat(RedisFailure.scriptRefusal(reply(text))).isPresent();
    assertThat(RedisFailure.code(text)).isEqualTo(code);
  }

  @Test
  void theReasonQuotesNoArguments() {
    assertThat(
            RedisFailure.reason(
                reply(
                    "ERR unknown command `HELLO`, with args beginning with: `3`, `AUTH`, `s3cret`")))
        .isEqualTo("ERR unknown command `HELLO`");
  }

  @Test
  void aRefusedConnectionNamesItsAddress() {
    try (RedisClient client = RedisClient.create("redis://127.0.0.1:" + RedisServer.freePort())) {
      assertThatThrownBy(client::connect)
          .extracting(RedisFailure::reason, as(STRING))
          .startsWith("Connection refused: ")
          .contains("127.0.0.1:")
          .contains("; check redis.host");
    }
  }

  @Test
  void aSlotWithoutANodeIsNamedAsRedisDoes() {
    assertThat(
            RedisFailure.reason(
                new PartitionSelectorException("Cannot determine a partition for slot 7.", null)))
        .startsWith(
            "CLUSTERDOWN Cannot determine a partition for slot 7; assign every slot to a node");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "ERR unknown command 'HELLO' | true",
        "unsupported command 'hello' | true",
        "ERR invalid request | true",
        "ERR Protocol error: unauthenticated multibulk length | true",
        "NOPERM User gateway has no permissions to run the 'hello' command | true",
        "NOPERM this user has no permissions to run the 'cluster' command or its subcommand | false",
        "WRONGPASS invalid username-password pair | false",
        "NOAUTH HELLO must be called with the client already authenticated | false",
        "ERR invalid password | false",
      })
  void whenTheOlderProtocolIsTried(String text, boolean tried) {
    assertThat(RedisFailure.mayRefuseHello(reply(text))).isEqualTo(tried);
  }

  @Test
  void metricsTellARefusalFromASilentRedis() {
    assertThat(RedisFailure.kind(reply("OOM command not allowed"))).isEqualTo(Kind.REPLY);
    assertThat(
            RedisFailure.kind(
                new CompletionException(new RedisCommandTimeoutException("no answer"))))
        .isEqualTo(Kind.TIMEOUT);
    assertThat(RedisFailure.kind(new RedisConnectionException("refused")))
        .isEqualTo(Kind.UNREACHABLE);
  }
}
