package org.elastauth.http;

import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;

/**
 * Marks requests with other versions than HTTP/1.0 and 1.1 as invalid. Otherwise Vert.x responds to
 * them, without our JSON.
 */
@ChannelHandler.Sharable
final class HttpVersions extends ChannelInboundHandlerAdapter {
  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    if (message instanceof HttpRequest request) {
      HttpVersion version = request.protocolVersion();
      if (!version.equals(HttpVersion.HTTP_1_1) && !version.equals(HttpVersion.HTTP_1_0)) {
        request.setProtocolVersion(HttpVersion.HTTP_1_1);
        request.setDecoderResult(
            DecoderResult.failure(new IllegalArgumentException("HTTP version " + version)));
      }
    }
    context.fireChannelRead(message);
  }
}
