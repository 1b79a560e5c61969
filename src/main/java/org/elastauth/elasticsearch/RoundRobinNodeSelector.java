package org.elastauth.elasticsearch;

import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import org.apache.http.HttpHost;
import org.elasticsearch.client.Node;
import org.elasticsearch.client.NodeSelector;

/**
 * Selects one host for each request: of those that answer, or of all if none does, the one that was
 * selected longest ago. Otherwise the client itself would send a failed request to the next host,
 * however late; a write must be planned again first.
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
