package org.elastauth.doctor;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.elastauth.config.Counted;

/** All findings, by area. */
public record Report(List<Section> sections, Duration took) {
  /** The findings of an area. */
  record Section(String area, List<Finding> findings) {}

  private Stream<Finding> findings() {
    return sections.stream().flatMap(section -> section.findings().stream());
  }

  private long count(Level level) {
    return findings().filter(finding -> finding.level() == level).count();
  }

  public boolean hasFaults() {
    return count(Level.FAULT) > 0;
  }

  public String text() {
    StringBuilder text = new StringBuilder();
    for (Section section : sections) {
      text.append(section.area()).append('\n');
      for (Finding finding : section.findings()) {
        text.append(
            "  %-8s %s: %s%n".formatted(finding.level().label(), finding.where(), finding.what()));
        if (!finding.mend().isEmpty()) {
          text.append("           -> ").append(finding.mend()).append('\n');
        }
      }
      text.append('\n');
    }
    return text.append(summary()).append('\n').toString();
  }

  private String summary() {
    return String.format(
        Locale.ROOT,
        "%s, %s, %s, %d ok, in %.1f s",
        counted(Level.FAULT),
        counted(Level.WARNING),
        counted(Level.NOTE),
        count(Level.OK),
        took.toMillis() / 1000.0);
  }

  private String counted(Level level) {
    return Counted.of(count(level), level.label());
  }

  public String json() {
    Map<String, Object> summary = new LinkedHashMap<>();
    for (Level level : Level.values()) {
      summary.put(level.label(), count(level));
    }
    Map<String, Object> report = new LinkedHashMap<>();
    report.put("summary", summary);
    report.put("milliseconds", took.toMillis());
    report.put("findings", sections.stream().flatMap(Report::rows).toList());
    try {
      return new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(report);
    } catch (JsonProcessingException cannotHappen) {
      throw new IllegalStateException(cannotHappen);
    }
  }

  private static Stream<Map<String, String>> rows(Section section) {
    return section.findings().stream()
        .map(
            finding -> {
              Map<String, String> row = new LinkedHashMap<>();
              row.put("area", section.area());
              row.put("level", finding.level().label());
              row.put("where", finding.where());
              row.put("what", finding.what());
              row.put("mend", finding.mend());
              return row;
            });
  }
}
