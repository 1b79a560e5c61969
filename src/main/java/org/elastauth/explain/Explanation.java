package org.elastauth.explain;

import java.util.ArrayList;
import java.util.List;
import org.elastauth.config.PrintableText;
import org.elastauth.http.HttpError;

/** What is known about a login, line by line, and the first refusal. */
public final class Explanation {
  private static final int LABEL = 12;

  /** A part of the decision, which may refuse. */
  interface Step {
    void run();
  }

  private final List<String> lines = new ArrayList<>();
  private HttpError refusal;
  private String mend = "";
  private String last = "";

  /** Adds a line; a label is shown once for all its lines. */
  void add(String label, String text) {
    String name = label.equals(last) ? "" : label;
    lines.add(name + " ".repeat(Math.max(1, LABEL - name.length())) + PrintableText.of(text));
    last = label;
  }

  /** Runs a step; its refusal is the decision, unless an earlier step has refused. */
  void decide(Step step, String otherwise) {
    try {
      step.run();
    } catch (HttpError refused) {
      refuse(refused, otherwise);
    }
  }

  void refuse(HttpError refused, String how) {
    if (refusal == null) {
      refusal = refused;
      mend = how;
    }
  }

  public boolean isGranted() {
    return refusal == null;
  }

  /** All lines; the last ones are the decision. */
  public List<String> lines() {
    Explanation all = new Explanation();
    all.lines.addAll(lines);
    if (isGranted()) {
      all.add("decision", "200: the login succeeds");
    } else {
      all.add("decision", refusal.status() + ": " + refusal.getMessage());
      if (!mend.isEmpty()) {
        all.add("mend", mend);
      }
    }
    return all.lines;
  }
}
