package org.elastauth.http;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.LastHttpContent;

/**
 * Closes a connection that sends further requests without reading the responses. Each unread
 * response would stay in memory.
 */
final class PipelineLimit extends ChannelDuplexHandler {
  private static final int UNANSWERED = 64;

  private int unanswered;

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    if (message instanceof HttpRequest
        && (++unanswered > UNANSWERED || !context.channel().isWritable())) {
      context.close();
    }
    context.fireChannelRead(message);
  }

  @Override
  public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
    if (message instanceof LastHttpContent) {
      unanswered--;
    }
    context.write(message, promise);
  }
}
