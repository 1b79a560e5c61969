package org.elastauth.redis;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.nio.charset.StandardCharsets;
import java.util.function.LongConsumer;

/**
 * Replaces a bulk string that is longer than any value of the gateway with an empty one, in replies
 * and in published messages. Lettuce collects a whole string in direct memory before it hands it
 * over, and another client of Redis may have stored 512 MB.
 */
final class BulkStringLimit extends ChannelInboundHandlerAdapter {
  /** The list of the nodes of a large cluster is longer than any value of the gateway. */
  static final int LONGEST = 512 * 1024;

  private static final byte[] EMPTY = "$0\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
  private static final int LINE_BREAK = 2;

  /** A longer first line is no length, and Lettuce refuses it. */
  private static final int LONGEST_HEADER = 64;

  private final LongConsumer report;

  /** The beginning of a length whose end has not arrived; null: none. */
  private ByteBuf begun;

  /** How many bytes of the current bulk string follow, with its line break. */
  private long left;

  /** Whether the current bulk string is too long. */
  private boolean dropped;

  /** Whether the end of a line that has no length has not arrived. */
  private boolean inLine;

  /**
   * @param report receives the length of each string that is replaced
   */
  BulkStringLimit(LongConsumer report) {
    this.report = report;
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    ByteBuf in = (ByteBuf) message;
    if (begun != null) {
      in = Unpooled.wrappedBuffer(begun, in);
      begun = null;
    }
    int kept = in.readerIndex();
    int at = kept;
    int end = in.writerIndex();
    while (at < end) {
      if (left > 0) {
        int part = (int) Math.min(left, end - at);
        left -= part;
        at += part;
        kept = dropped ? at : kept;
        continue;
      }
      boolean isBulk = !inLine && isBulk(in.getByte(at));
      int lineEnd = in.indexOf(at, end, (byte) '\n');
      inLine = lineEnd < 0 && (!isBulk || end - at > LONGEST_HEADER);
      if (lineEnd < 0) {
        break;
      }
      if (isBulk) {
        long length = length(in, at + 1, lineEnd);
        left = length < 0 ? 0 : length + LINE_BREAK;
        dropped = length > LONGEST;
        if (dropped) {
          report.accept(length);
          context.fireChannelRead(
              Unpooled.wrappedBuffer(
                  in.retainedSlice(kept, at - kept), Unpooled.wrappedBuffer(EMPTY)));
          kept = lineEnd + 1;
        }
      }
      at = lineEnd + 1;
    }
    int passed = at < end && !inLine ? at : end;
    if (passed < end) {
      begun = in.retainedSlice(passed, end - passed);
    }
    if (kept == in.readerIndex() && passed == end) {
      context.fireChannelRead(in);
      return;
    }
    if (kept < passed) {
      context.fireChannelRead(in.retainedSlice(kept, passed - kept));
    }
    in.release();
  }

  /** A string, a blob error or a verbatim string of RESP3. */
  private static boolean isBulk(byte type) {
    return type == '$' || type == '!' || type == '=';
  }

  /** Negative: no value. */
  private static long length(ByteBuf in, int from, int to) {
    long length = 0;
    for (int i = from; i < to; i++) {
      int digit = in.getByte(i) - '0';
      if (digit >= 0 && digit <= 9) {
        length = Math.min(length * 10 + digit, Long.MAX_VALUE / 100);
      } else if (i < to - 1) {
        return -1;
      }
    }
    return length;
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext context) {
    if (begun != null) {
      begun.release();
      begun = null;
    }
  }
}
