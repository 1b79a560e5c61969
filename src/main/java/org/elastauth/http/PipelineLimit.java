package org.elastauth.http;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.LastHttpContent;

/**
 * Closes a connection whose client sends requests without reading the responses, which would
 * accumulate in memory.
 */
final class PipelineLimit extends ChannelDuplexHandler {
  private static final int MAX_UNANSWERED = 64;

  private int unanswered;

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    if (message instanceof HttpRequest
        && (++unanswered > MAX_UNANSWERED || !context.channel().isWritable())) {
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
