package org.elastauth.redis;

import io.lettuce.core.protocol.CommandEncoder;
import io.lettuce.core.resource.NettyCustomizer;
import io.netty.channel.Channel;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.flush.FlushConsolidationHandler;

/** Sends the commands of one event loop iteration in one write, which Redis reads at once. */
final class FlushConsolidation implements NettyCustomizer {
  @Override
  public void afterChannelInitialized(Channel channel) {
    ChannelPipeline pipeline = channel.pipeline();
    pipeline.addBefore(
        pipeline.context(CommandEncoder.class).name(),
        null,
        new FlushConsolidationHandler(
            FlushConsolidationHandler.DEFAULT_EXPLICIT_FLUSH_AFTER_FLUSHES, true));
  }
}
