package org.elastauth.audit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import org.elastauth.config.Checked;
import org.elastauth.config.Faults;
import org.elastauth.config.Rules.Between;
import org.elastauth.config.Rules.Matches;
import org.elastauth.config.Rules.Name;
import org.elastauth.config.Rules.OneOf;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * @param decisions all, or only those without a cached credential
 * @param maxSizeMb size of a file at which the next one begins
 * @param maxAge age of a file at which the next one begins
 * @param maxFiles files to keep; with another target than {@code file}, this times {@code
 *     max_size_mb} limits what waits for delivery
 * @param refusalsPerMinute requests of unknown users that are recorded one by one; more are only
 *     counted, each minute in one event per address
 */
public record AuditSettings(
    @DefaultValue("false") boolean enabled,
    @DefaultValue(FILE) @Name String target,
    @DefaultValue("audit") String path,
    @DefaultValue("all") @OneOf({"all", "uncached"}) String decisions,
    @DefaultValue("100") @Between({"1", "10000"}) int maxSizeMb,
    @DefaultValue("24h") @Between({"1m", "365d"}) Duration maxAge,
    @DefaultValue("30") @Between({"2", "10000"}) int maxFiles,
    @DefaultValue("50000") @Between({"100", "1000000"}) int queueSize,
    @DefaultValue("120") @Between({"1", "1000000"}) int refusalsPerMinute,
    @DefaultValue("elastauth-audit")
        @Matches({
          "[a-z0-9][a-z0-9._-]{0,99}(/_doc)?",
          "is not the name of an index or data stream: it takes 1 to 100 of a-z 0-9 . _ -; append"
              + " /_doc for Elasticsearch 6.8"
        })
        String index)
    implements Checked {
  /** Events stay in the folder. */
  public static final String FILE = "file";

  /** Another name is that of the operator's route file. */
  public static final Set<String> SHIPPED = Set.of(FILE, "elasticsearch");

  /** Whether a route delivers the events. */
  public boolean isDelivered() {
    return enabled && !target.equals(FILE);
  }

  public boolean usesElasticsearch() {
    return enabled && target.equals("elasticsearch");
  }

  /** The bytes of all files together. */
  long maxBytes() {
    return ((long) maxSizeMb << 20) * maxFiles;
  }

  @Override
  public void check(Faults faults) {
    if (enabled) {
      checkFolder(faults);
    }
  }

  private void checkFolder(Faults faults) {
    try {
      Path folder = Path.of(path).toAbsolutePath();
      Path existing = folder;
      while (existing != null && !Files.exists(existing)) {
        existing = existing.getParent();
      }
      if (existing == null || !Files.isDirectory(existing)) {
        faults.add(
            "path",
            folder.equals(existing)
                ? "is not a folder; name one for the audit trail"
                : "is below a file; name a folder for the audit trail");
        return;
      }
      // permissions are not enough: the file system may be read-only or full
      Files.delete(Files.createTempFile(existing, "", ".part"));
      Path active = folder.resolve(AuditFolder.ACTIVE);
      faults.when(
          Files.isSymbolicLink(active) || Files.exists(active) && !Files.isWritable(active),
          "path",
          "contains a file "
              + AuditFolder.ACTIVE
              + " that is a link or that the gateway may not write");
    } catch (IOException | InvalidPathException unusable) {
      faults.add(
          "path",
          "is a folder that the gateway may not write to; create one that only the gateway may enter");
    }
  }
}
