package org.elastauth.http;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.socket.DuplexChannel;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.impl.ConnectionBase;
import java.util.concurrent.TimeUnit;

/**
 * Closes a connection whose client may still be sending. Closing with unread bytes resets the
 * connection, and the client may lose the response (RFC 9112, 9.6). Therefore this closes the
 * sending side first and discards further bytes for a while.
 */
final class LingeringClose {
  private static final int SECONDS = 1;

  private LingeringClose() {}

  static void of(HttpConnection connection) {
    Channel channel = ((ConnectionBase) connection).channelHandlerContext().channel();
    channel
        .writeAndFlush(Unpooled.EMPTY_BUFFER)
        .addListener(
            answered -> {
              ((DuplexChannel) channel).shutdownOutput();
              channel.eventLoop().schedule(() -> channel.close(), SECONDS, TimeUnit.SECONDS);
            });
  }
}
