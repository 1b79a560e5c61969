package org.elastauth.http;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * Closes a connection whose request does not arrive completely in time, and a new connection
 * without a request. Netty's own timeouts restart with each byte, so that a slow client could hold
 * a connection for ever.
 *
 * <p>This handler follows the HTTP decoder: a read that brings bytes but no message is a part of a
 * head.
 */
final class RequestDeadline extends ChannelInboundHandlerAdapter {
  private final long millis;

  /** The end of the current request has not arrived. */
  private boolean halfRead;

  /** The current read completed a head or a part of a body. */
  private boolean decoded;

  private Future<?> cutOff;

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
    if (cutOff == null) {
      cutOff = context.executor().schedule(() -> context.close(), millis, TimeUnit.MILLISECONDS);
    }
  }

  private void cancel() {
    if (cutOff != null) {
      cutOff.cancel(false);
      cutOff = null;
    }
  }
}
