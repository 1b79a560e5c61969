package org.elastauth.redis;

import com.github.benmanes.caffeine.cache.Ticker;
import io.lettuce.core.protocol.CommandEncoder;
import io.lettuce.core.resource.NettyCustomizer;
import io.netty.channel.Channel;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.flush.FlushConsolidationHandler;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends the commands of one event loop iteration in one write, which Redis reads at once, and
 * limits what is received.
 */
final class RedisPipeline implements NettyCustomizer {
  private static final Logger LOG = LoggerFactory.getLogger(RedisPipeline.class);

  private final RecentKeys<String> reported =
      new RecentKeys<>(1, Duration.ofMinutes(10), Ticker.systemTicker());

  @Override
  public void afterChannelInitialized(Channel channel) {
    ChannelPipeline pipeline = channel.pipeline();
    String encoder = pipeline.context(CommandEncoder.class).name();
    pipeline.addBefore(
        encoder,
        null,
        new FlushConsolidationHandler(
            FlushConsolidationHandler.DEFAULT_EXPLICIT_FLUSH_AFTER_FLUSHES, true));
    pipeline.addBefore(encoder, null, new BulkStringLimit(this::tooLong));
  }

  private void tooLong(long bytes) {
    if (reported.addIfAbsent("")) {
      LOG.atWarn()
          .addKeyValue("bytes", bytes)
          .log(
              "Redis has sent a value or message that is longer than any of the gateway, and counts"
                  + " as empty; find the client that writes below the gateway's prefix");
    }
  }
}
