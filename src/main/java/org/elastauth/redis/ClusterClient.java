package org.elastauth.redis;

import io.lettuce.core.RedisException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.resource.ClientResources;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A client of a cluster that can ask the configured hosts for the nodes again. Lettuce asks the
 * nodes that it knows, and the hosts only after the connections to all nodes have timed out.
 */
final class ClusterClient extends RedisClusterClient {
  private static final Logger LOG = LoggerFactory.getLogger(ClusterClient.class);

  private final List<RedisURI> hosts;
  private volatile boolean asksHosts;

  ClusterClient(ClientResources resources, List<RedisURI> hosts) {
    super(resources, hosts);
    this.hosts = hosts;
  }

  /** Blocks. If no host answers, the known nodes stay. */
  void askHosts() {
    asksHosts = true;
    try {
      refreshPartitions();
    } catch (RedisException unreachable) {
      LOG.debug("No configured host names the nodes: {}", RedisFailure.reason(unreachable));
    } finally {
      asksHosts = false;
    }
  }

  @Override
  protected Iterable<RedisURI> getTopologyRefreshSource() {
    return asksHosts ? hosts : super.getTopologyRefreshSource();
  }
}
