package org.elastauth.routes;

import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;
import org.elastauth.config.Fault;

/**
 * The faults of one route file, in the order of their lines.
 *
 * @param place of the file, as messages name it
 */
record RouteFaults(String place, TreeSet<Line> found) {
  private static final Comparator<Line> ORDER =
      Comparator.comparingInt(Line::number).thenComparing(Line::mend);

  record Line(int number, String mend) {}

  RouteFaults(String place) {
    this(place, new TreeSet<>(ORDER));
  }

  /**
   * @param mend what is wrong, and what to write instead
   */
  void add(int line, String mend) {
    // what it quotes of a file must not reach a terminal as a command
    found.add(new Line(line, mend.replaceAll("\\p{Cntrl}", "?")));
  }

  boolean isEmpty() {
    return found.isEmpty();
  }

  List<Fault> all() {
    return found.stream().map(line -> new Fault(place + ":" + line.number, "", line.mend)).toList();
  }
}
