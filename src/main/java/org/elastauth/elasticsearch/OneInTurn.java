package org.elastauth.elasticsearch;

import java.util.Iterator;
import java.util.concurrent.atomic.AtomicInteger;
import org.elasticsearch.client.Node;
import org.elasticsearch.client.NodeSelector;

/**
 * One host a request, round robin over those that answer. The client would carry a request that
 * failed over to the next host however late it has become; a write must be concluded anew first.
 */
final class OneInTurn implements NodeSelector {
  private final AtomicInteger turn = new AtomicInteger();

  @Override
  public void select(Iterable<Node> nodes) {
    int count = 0;
    for (Iterator<Node> node = nodes.iterator(); node.hasNext(); node.next()) {
      count++;
    }
    if (count > 1) {
      int chosen = Math.floorMod(turn.getAndIncrement(), count);
      Iterator<Node> node = nodes.iterator();
      for (int i = 0; i < count; i++) {
        node.next();
        if (i != chosen) {
          node.remove();
        }
      }
    }
  }
}
