package org.elastauth.doctor;

import java.util.List;
import org.elastauth.config.Fault;
import org.elastauth.startup.UnsafeSettings;

/**
 * The faults of the configuration, and the settings that are unsafe.
 *
 * @param unsafe as {@link UnsafeSettings} finds them: setting, consequence, and the remedy last
 */
record ConfigurationFindings(List<Fault> faults, List<String> unsafe) implements Area.Examination {
  @Override
  public void into(Findings findings) {
    for (Fault fault : faults) {
      findings.fault(
          fault.key() + (fault.value().isEmpty() ? "" : "=" + fault.value()),
          fault.mend(),
          fault.origin().isEmpty()
              ? "correct it; the gateway does not start like this"
              : "correct it in " + fault.origin() + "; the gateway does not start like this");
    }
    if (faults.isEmpty()) {
      findings.ok("settings and routes", "the gateway starts with them");
    }
    unsafe.forEach(warning -> add(findings, warning));
  }

  private static void add(Findings findings, String warning) {
    int remedy = warning.lastIndexOf("; ");
    findings.warning(
        "settings",
        remedy < 0 ? warning : warning.substring(0, remedy),
        remedy < 0 ? "" : warning.substring(remedy + 2));
  }
}
