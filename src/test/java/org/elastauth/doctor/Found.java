package org.elastauth.doctor;

import java.util.List;
import java.util.Map;
import org.elastauth.config.SecretFiles;
import org.elastauth.config.TestSettings;
import org.elastauth.server.TestGateway;

/** Runs an area, and shows its findings as lines: level, where, what, mend. */
public final class Found {
  private Found() {}

  /** At Redis, with these settings by their path. */
  public static List<String> inRedis(Map<String, Object> settings) {
    return by(new RedisFindings(TestSettings.of(settings), SecretFiles.NONE));
  }

  /** In the database of the cache. */
  public static List<String> inDatabase(String url) {
    Map<String, Object> settings =
        Map.of("cache.type", "database", "cache.url", url, "secret_key", TestGateway.KEY);
    return by(new DatabaseFindings(TestSettings.of(settings).cache()));
  }

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
