package org.elastauth.http;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * Closes a connection whose request does not arrive completely in time, and a new connection
 * without a request. Netty's timeouts restart with each byte, so a slow client could keep a
 * connection forever.
 *
 * <p>This handler follows the HTTP decoder: a read of bytes without a message is a partial head.
 */
final class RequestDeadline extends ChannelInboundHandlerAdapter {
  private final long millis;

  /** Whether the end of the current request is outstanding. */
  private boolean halfRead;

  /** Whether the current read completed a head or a part of a body. */
  private boolean decoded;

  private Future<?> timeout;

  RequestDeadline(long millis) {
    this.millis = millis;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext context) {
    begin(context);
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext context) {
    cancel();
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    decoded = true;
    if (message instanceof LastHttpContent) {
      halfRead = false;
      cancel();
    } else if (message instanceof HttpRequest) {
      halfRead = true;
    }
    context.fireChannelRead(message);
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    if (halfRead || !decoded) {
      begin(context);
    }
    decoded = false;
    context.fireChannelReadComplete();
  }

  private void begin(ChannelHandlerContext context) {
    if (timeout == null) {
      timeout = context.executor().schedule(() -> context.close(), millis, TimeUnit.MILLISECONDS);
    }
  }

  private void cancel() {
    if (timeout != null) {
      timeout.cancel(false);
      timeout = null;
    }
  }
}
