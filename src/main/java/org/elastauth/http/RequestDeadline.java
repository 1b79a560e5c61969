package org.elastauth.http;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * Cuts off a connection whose request, once begun, has not arrived whole in time, and a new one
 * that sends none. Netty's own timeouts begin anew with each byte, so that a client could hold a
 * connection for ever by sending one now and then.
 *
 * <p>It stands behind the HTTP decoder: a read that brought bytes but no message is a part of a
 * head.
 */
final class RequestDeadline extends ChannelInboundHandlerAdapter {
  private final long millis;

  /** The request that is being read lacks its end. */
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
