package org.elastauth.doctor;

import java.util.List;

/** Runs an area, and shows its findings as lines: level, where, what, mend. */
final class Found {
  private Found() {}

  static List<String> by(Area.Examination examination) {
    Findings findings = new Findings();
    try {
      examination.into(findings);
    } catch (Exception failure) {
      throw new AssertionError(failure);
    }
    return findings.close().stream().map(Found::line).toList();
  }

  private static String line(Finding finding) {
    return finding.level().label()
        + " "
        + finding.where()
        + ": "
        + finding.what()
        + (finding.mend().isEmpty() ? "" : " -> " + finding.mend());
  }
}
