package org.elastauth.elasticsearch;

import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import org.apache.http.HttpHost;
import org.elasticsearch.client.Node;
import org.elasticsearch.client.NodeSelector;

/**
 * Selects a single host for each request: the least recently used of the available hosts. With
 * several hosts the client would repeat a failed write itself; but a write must be planned again.
 */
final class RoundRobinNodeSelector implements NodeSelector {
  private final Map<HttpHost, Long> lastTurns = new HashMap<>();
  private long turn;

  @Override
  public synchronized void select(Iterable<Node> nodes) {
    Node next = null;
    for (Node node : nodes) {
      if (next == null || lastTurn(node) < lastTurn(next)) {
        next = node;
      }
    }
    if (next != null) {
      lastTurns.put(next.getHost(), ++turn);
      for (Iterator<Node> node = nodes.iterator(); node.hasNext(); ) {
        if (node.next() != next) {
          node.remove();
        }
      }
    }
  }

  private long lastTurn(Node node) {
    return lastTurns.getOrDefault(node.getHost(), 0L);
  }
}
