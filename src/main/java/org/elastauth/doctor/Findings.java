package org.elastauth.doctor;

import java.util.ArrayList;
import java.util.List;

/** Collects the findings of an area until its time is over. */
public final class Findings {
  private final List<Finding> found = new ArrayList<>();
  private String step = "";
  private boolean closed;

  public void ok(String where, String what) {
    add(new Finding(Level.OK, where, what, ""));
  }

  public void note(String where, String what, String mend) {
    add(new Finding(Level.NOTE, where, what, mend));
  }

  public void warning(String where, String what, String mend) {
    add(new Finding(Level.WARNING, where, what, mend));
  }

  public void fault(String where, String what, String mend) {
    add(new Finding(Level.FAULT, where, what, mend));
  }

  synchronized void add(Finding finding) {
    if (!closed) {
      found.add(finding);
    }
  }

  /** Notes what is tried next, which a report names if it does not end. */
  synchronized void begin(String step) {
    this.step = step;
  }

  synchronized String step() {
    return step;
  }

  /** What was found; later findings are dropped. */
  synchronized List<Finding> close() {
    closed = true;
    return List.copyOf(found);
  }
}
