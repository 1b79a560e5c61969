package org.elastauth.audit;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A closed file of the audit trail, which a route delivers as a whole. */
public record AuditSegment(Path file) {
  /** Its events, each a JSON object. */
  public List<String> lines() throws IOException {
    String text = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    return text.lines().filter(line -> !line.isBlank()).toList();
  }
}
