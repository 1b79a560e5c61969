package org.elastauth.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.elastauth.server.TestGateway.SetClock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files of events: when the next one begins, and which ones are deleted. */
class AuditFolderTest {
  private static final String LINE = "{\"event.id\":\"00000001\"}\n";

  @TempDir Path temporary;
  private final SetClock clock = new SetClock(Instant.parse("2026-03-01T10:00:00Z"));
  private AuditFolder folder;

  private AuditFolder open(int lines, Duration age, int files, int bytes) {
    folder =
        new AuditFolder(
            temporary.resolve("a/audit"),
            new AuditFolder.Limits((long) lines * LINE.length(), age, files, bytes, true),
            clock);
    return folder;
  }

  private AuditFolder open(int lines, int files) {
    return open(lines, Duration.ofHours(1), files, 1 << 20);
  }

  @AfterEach
  void release() throws IOException {
    folder.release();
  }

  private long append(String line) throws IOException {
    return folder.append(ByteBuffer.wrap(line.getBytes(StandardCharsets.UTF_8)));
  }

  private List<String> files() throws IOException {
    try (Stream<Path> found = Files.list(temporary.resolve("a/audit"))) {
      return found.map(f -> f.getFileName().toString()).sorted().toList();
    }
  }

  private Path active() {
    return temporary.resolve("a/audit/audit.jsonl");
  }

  @Test
  void onlyTheOwnerWritesAndItsGroupReads() throws IOException {
    open(10, 3);
    append(LINE);
    assertThat(Files.readString(active())).isEqualTo(LINE);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(active())))
        .isEqualTo("rw-r-----");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(active().getParent())))
        .isEqualTo("rwxr-x---");
  }

  @Test
  void theNextFileBeginsAtTheSizeAndTheOldestFileGoes() throws IOException {
    open(2, 3);
    for (int i = 0; i < 5; i++) {
      assertThat(append(LINE)).isZero();
    }
    assertThat(files())
        .containsExactly(
            "audit-20260301T100000.000Z-000000.jsonl",
            "audit-20260301T100000.000Z-000001.jsonl",
            "audit.jsonl",
            "audit.lock");
    append(LINE);
    assertThat(append(LINE)).as("lost events").isEqualTo(2);
    assertThat(files()).hasSize(4).doesNotContain("audit-20260301T100000.000Z-000000.jsonl");
  }

  @Test
  void theNextFileBeginsAtTheAge() throws IOException {
    open(1_000, 3);
    append(LINE);
    clock.advance(Duration.ofMinutes(59));
    append(LINE);
    assertThat(files()).hasSize(2);
    clock.advance(Duration.ofMinutes(1));
    append(LINE);
    assertThat(files()).contains("audit-20260301T110000.000Z-000000.jsonl");
    assertThat(Files.readString(active())).isEqualTo(LINE);
  }

  @Test
  void allFilesTogetherHaveALimit() throws IOException {
    open(1, Duration.ofHours(1), 1_000, 3 * LINE.length());
    long lost = 0;
    for (int i = 0; i < 10; i++) {
      lost += append(LINE);
    }
    assertThat(lost).isEqualTo(7);
    assertThat(folder.bytes()).isEqualTo(3L * LINE.length());
  }

  @Test
  void theOldestFileIsDeliveredFirstAndTheActiveOneLast() throws IOException {
    open(1, 9);
    append(LINE);
    clock.advance(Duration.ofSeconds(1));
    append(LINE.replace('1', '2'));
    AuditSegment first = folder.oldest();
    assertThat(first.lines()).containsExactly(LINE.strip());
    assertThat(folder.oldest()).as("not delivered").isEqualTo(first);
    folder.delete(first);
    AuditSegment second = folder.oldest();
    assertThat(second.lines()).containsExactly(LINE.strip().replace('1', '2'));
    folder.delete(second);
    assertThat(folder.oldest()).isNull();
    assertThat(folder.bytes()).isZero();
  }

  @Test
  void whatLiesThereIsDeliveredAfterARestart() throws IOException {
    open(1, 9);
    append(LINE);
    append(LINE);
    append("{\"torn");
    folder.release();
    open(9, 9);
    append(LINE);
    assertThat(folder.oldest().lines()).containsExactly(LINE.strip());
    folder.delete(folder.oldest());
    folder.delete(folder.oldest());
    assertThat(folder.oldest().lines()).containsExactly("{\"torn", LINE.strip());
  }

  @Test
  void twoGatewaysDoNotShareAFolder() throws IOException {
    AuditFolder first = open(9, 9);
    append(LINE);
    open(9, 9);
    assertThatThrownBy(() -> append(LINE)).hasMessageContaining("another gateway uses this folder");
    first.release();
    append(LINE);
    assertThat(Files.readString(active())).isEqualTo(LINE + LINE);
  }

  @Test
  void aLinkIsNotFollowed() throws IOException {
    open(9, 9);
    Path other = Files.writeString(temporary.resolve("other"), "mine");
    Files.createDirectories(active().getParent());
    Files.createSymbolicLink(active(), other);
    assertThatThrownBy(() -> append(LINE)).isInstanceOf(IOException.class);
    assertThat(other).hasContent("mine");
  }

  /** The folder was listed before. */
  @Test
  void aLinkThatReplacesAClosedFileIsNotRead() throws IOException {
    open(1, 9);
    append(LINE);
    append(LINE.replace('1', '2'));
    AuditSegment closed = folder.oldest();
    Path other = Files.writeString(temporary.resolve("other"), "a secret".repeat(100));
    Files.delete(closed.file());
    Files.createSymbolicLink(closed.file(), other);
    assertThatThrownBy(closed::lines).isInstanceOf(IOException.class);
    assertThat(folder.oldest().lines()).containsExactly(LINE.strip().replace('1', '2'));
  }

  @Test
  void theDeliveredPartOfAFileIsKnownAfterARestart() throws IOException {
    open(3, 9);
    append(LINE.repeat(3));
    AuditSegment first = folder.oldest().first(LINE.length() + 5);
    assertThat(first.lines()).hasSize(1);
    assertThat(folder.advance(first)).isTrue();
    folder.release();
    open(3, 9);
    AuditSegment rest = folder.undelivered(folder.oldest());
    assertThat(rest.lines()).hasSize(2);
    assertThat(folder.advance(rest)).as("the end of the file").isFalse();
    folder.delete(rest);
    append(LINE);
    assertThat(folder.undelivered(folder.oldest()).lines()).as("another file").hasSize(1);
  }

  @Test
  void aDamagedPositionMeansTheWholeFile() throws IOException {
    open(3, 9);
    append(LINE.repeat(3));
    AuditSegment file = folder.oldest();
    Path position = active().resolveSibling("audit.position");
    String name = file.file().getFileName().toString();
    for (String note : List.of("", "x", name, name + " -1", name + " a", "other.jsonl 5")) {
      Files.writeString(position, note);
      assertThat(folder.undelivered(file)).as(note).isEqualTo(file);
    }
    Files.delete(position);
    Files.createSymbolicLink(position, Files.writeString(temporary.resolve("other"), name + " 5"));
    assertThat(folder.undelivered(file)).as("a link").isEqualTo(file);
  }

  @Test
  void aFileThatWasMovedIsReplaced() throws IOException {
    open(9, 9);
    append(LINE);
    Files.move(active(), temporary.resolve("moved"));
    append(LINE);
    assertThat(Files.readString(active())).isEqualTo(LINE);
  }

  @Test
  void rejectedEventsAreKeptUpToALimit() throws IOException {
    open(9, 9);
    append(LINE);
    assertThat(folder.setAside(List.of("a", "b"), 6)).isTrue();
    assertThat(folder.setAside(List.of("c", "d"), 6)).isFalse();
    assertThat(active().resolveSibling("rejected.jsonl")).hasContent("a\nb");
  }
}
