package org.elastauth.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.channel.embedded.EmbeddedChannel;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class BulkStringLimitTest {
  private static final String LONG = "x\r\n$5\r\n".repeat(BulkStringLimit.LONGEST / 7 + 1);

  private static String bulk(String text) {
    return bulk('$', text);
  }

  private static String bulk(char type, String text) {
    return type + "" + text.length() + "\r\n" + text + "\r\n";
  }

  /** What Lettuce receives, when the bytes arrive in pieces of this length. */
  private static String received(String sent, int piece) {
    EmbeddedChannel channel = new EmbeddedChannel(new BulkStringLimit(length -> {}));
    byte[] bytes = sent.getBytes(StandardCharsets.ISO_8859_1);
    for (int at = 0; at < bytes.length; at += piece) {
      ByteBuf buffer = channel.alloc().buffer();
      channel.writeInbound(buffer.writeBytes(bytes, at, Math.min(piece, bytes.length - at)));
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (ByteBuf read = channel.readInbound(); read != null; read = channel.readInbound()) {
      byte[] part = new byte[read.readableBytes()];
      read.readBytes(part);
      out.writeBytes(part);
      assertThat(read.release()).as("nothing is kept").isTrue();
    }
    channel.finishAndReleaseAll();
    return out.toString(StandardCharsets.ISO_8859_1);
  }

  static Stream<Arguments> replies() {
    return Stream.of(
        Arguments.of("a short one", bulk("value"), bulk("value")),
        Arguments.of(
            "as long as allowed",
            bulk("y".repeat(BulkStringLimit.LONGEST)),
            bulk("y".repeat(BulkStringLimit.LONGEST))),
        Arguments.of("empty, and none", bulk("") + "$-1\r\n", bulk("") + "$-1\r\n"),
        Arguments.of(
            "no strings",
            "+OK\r\n-ERR $9\r\n:-3\r\n_\r\n#t\r\n",
            "+OK\r\n-ERR $9\r\n:-3\r\n_\r\n#t\r\n"),
        Arguments.of("a string that looks like one", bulk("$99999999\r\n"), bulk("$99999999\r\n")),
        Arguments.of(
            "a field of a hash",
            "*3\r\n" + bulk("id") + bulk(LONG) + "$-1\r\n" + bulk("next"),
            "*3\r\n" + bulk("id") + bulk("") + "$-1\r\n" + bulk("next")),
        Arguments.of(
            "two in a row", bulk(LONG) + bulk(LONG) + ":1\r\n", bulk("") + bulk("") + ":1\r\n"),
        Arguments.of(
            "a published message",
            ">3\r\n" + bulk("message") + bulk("channel") + bulk(LONG) + "+PONG\r\n",
            ">3\r\n" + bulk("message") + bulk("channel") + bulk("") + "+PONG\r\n"),
        Arguments.of("a blob error", bulk('!', LONG) + ":1\r\n", bulk("") + ":1\r\n"),
        Arguments.of("a verbatim string", bulk('=', LONG) + ":1\r\n", bulk("") + ":1\r\n"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("replies")
  void aStringLongerThanAnyOfOursCountsAsEmpty(String what, String sent, String received) {
    for (int piece : new int[] {1 << 30, 1 << 16, 1000, 7}) {
      assertThat(received(sent, piece).equals(received)).as("%s by %d", what, piece).isTrue();
    }
  }

  /** The length may arrive in any number of pieces. */
  @ParameterizedTest(name = "{0}")
  @MethodSource("replies")
  void whateverPiecesTheNetworkMakes(String what, String sent, String received) {
    if (sent.length() < 1000) {
      for (int piece = 1; piece <= sent.length(); piece++) {
        assertThat(received(sent, piece)).isEqualTo(received);
      }
    }
  }
}
