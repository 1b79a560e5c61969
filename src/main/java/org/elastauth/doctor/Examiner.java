package org.elastauth.doctor;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Examines all areas at the same time, each on a thread of its own. An area that fails or does not
 * end in time never stops the others.
 *
 * @param limit the longest time of an area
 */
record Examiner(Duration limit) {
  Report examine(List<Area> areas) {
    long began = System.nanoTime();
    List<Findings> all = new ArrayList<>();
    List<Thread> threads = new ArrayList<>();
    for (Area area : areas) {
      Findings findings = new Findings();
      Thread thread = new Thread(() -> run(area, findings), "doctor-" + area.name());
      thread.setDaemon(true);
      thread.start();
      all.add(findings);
      threads.add(thread);
    }
    List<Report.Section> sections = new ArrayList<>();
    for (int i = 0; i < areas.size(); i++) {
      await(threads.get(i), began, all.get(i));
      sections.add(new Report.Section(areas.get(i).name(), all.get(i).close()));
      threads.get(i).interrupt();
    }
    return new Report(sections, Duration.ofNanos(System.nanoTime() - began));
  }

  private static void run(Area area, Findings findings) {
    try {
      area.examination().into(findings);
    } catch (Throwable failure) { // an error, too, must not look like an area without faults
      // its message may quote what a server sent
      findings.fault(
          area.name(),
          "the check failed: " + failure.getClass().getSimpleName() + during(findings),
          "report this as a bug; the other checks are not affected");
    }
  }

  private void await(Thread thread, long began, Findings findings) {
    long left = limit.toMillis() - Duration.ofNanos(System.nanoTime() - began).toMillis();
    try {
      if (left > 0) {
        thread.join(left);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (thread.isAlive()) {
      findings.fault(
          "time limit",
          "no result within " + limit.toSeconds() + " s" + during(findings),
          "a server may be frozen, or a firewall may drop packets; on a busy machine raise --timeout; the checks"
              + " after this one did not run");
    }
  }

  private static String during(Findings findings) {
    return findings.step().isEmpty() ? "" : ", while it " + findings.step();
  }
}
