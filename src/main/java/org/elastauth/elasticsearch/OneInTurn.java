package org.elastauth.elasticsearch;

import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import org.apache.http.HttpHost;
import org.elasticsearch.client.Node;
import org.elasticsearch.client.NodeSelector;

/**
 * One host a request: of those that answer, or of all where none does, the one that has waited
 * longest for its turn. The client would carry a request that failed over to the next host however
 * late it has become; a write must be concluded anew first.
 */
final class OneInTurn implements NodeSelector {
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
