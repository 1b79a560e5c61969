package org.elastauth.audit;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Set;

/**
 * The folder of the audit trail: one file to which events are appended, and closed files, the
 * oldest of which are deleted beyond a limit. A lock keeps other gateways out.
 */
final class AuditFolder {
  static final String ACTIVE = "audit.jsonl";
  static final String LOCK = "audit.lock";
  static final String REJECTED = "rejected.jsonl";

  /** How much of a closed file was delivered. */
  static final String POSITION = "audit.position";

  private static final int MAX_POSITION_BYTES = 200;

  private static final DateTimeFormatter STAMP =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss.SSS").withZone(ZoneOffset.UTC);

  private static final Set<OpenOption> APPEND =
      Set.of(
          StandardOpenOption.CREATE,
          StandardOpenOption.WRITE,
          StandardOpenOption.READ,
          LinkOption.NOFOLLOW_LINKS);

  /** A shipper such as Filebeat may be in the group. */
  private static final FileAttribute<?> OF_FILES =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-r-----"));

  private static final FileAttribute<?> OF_FOLDERS =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-x---"));

  /**
   * @param fileBytes size at which a file is closed
   * @param age at which a file is closed
   * @param files that are kept, with the active one
   * @param bytes that are kept
   * @param counted whether deleted events are lost, so that they are counted
   */
  record Limits(long fileBytes, Duration age, int files, long bytes, boolean counted) {}

  private record Closed(Path file, long bytes) {}

  private final Path folder;
  private final Limits limits;
  private final Clock clock;
  private final Deque<Closed> closed = new ArrayDeque<>();
  private long closedBytes;

  /** Of the next closed file, so that no name is used again for another one. */
  private int number;

  private FileChannel lock;

  /** Null until the folder is open, and after a failure. */
  private FileChannel active;

  private long activeBytes;
  private long activeSince;

  AuditFolder(Path folder, Limits limits, Clock clock) {
    this.folder = folder;
    this.limits = limits;
    this.clock = clock;
  }

  /**
   * Appends whole lines, or nothing.
   *
   * @return how many older events were lost, to make room
   * @throws IOException if the folder is not writable, the disk is full, or another gateway has it
   */
  synchronized long append(ByteBuffer lines) throws IOException {
    open();
    long lost = 0;
    if (activeBytes > 0 && isDue(lines.remaining())) {
      close();
      lost = deleteSurplus();
      openActive();
    }
    long before = activeBytes;
    try {
      while (lines.hasRemaining()) {
        activeBytes += active.write(lines, activeBytes);
      }
    } catch (IOException failed) {
      activeBytes = before;
      truncate();
      throw failed;
    }
    return lost;
  }

  private boolean isDue(int more) {
    return activeBytes + more > limits.fileBytes()
        || clock.millis() - activeSince >= limits.age().toMillis();
  }

  private void truncate() {
    try {
      active.truncate(activeBytes);
    } catch (IOException alsoFailed) {
      abandon();
    }
  }

  /** The next append opens the folder again. */
  private void abandon() {
    try {
      active.close();
    } catch (IOException closedAnyway) {
      // another channel replaces it
    }
    active = null;
  }

  private void open() throws IOException {
    if (lock == null) {
      if (!Files.exists(folder)) {
        Files.createDirectories(folder, posix(OF_FOLDERS));
      }
      acquire();
      list();
    }
    if (active != null && !Files.exists(folder.resolve(ACTIVE), LinkOption.NOFOLLOW_LINKS)) {
      abandon(); // an administrator moved it
    }
    if (active == null) {
      openActive();
    }
  }

  private void acquire() throws IOException {
    FileChannel channel = FileChannel.open(folder.resolve(LOCK), APPEND, posix(OF_FILES));
    try {
      if (channel.tryLock() != null) {
        lock = channel;
        return;
      }
    } catch (OverlappingFileLockException sameProcess) {
      // as if another process had it
    }
    channel.close();
    throw new IOException("another gateway uses this folder; give each gateway its own");
  }

  private void list() throws IOException {
    List<Path> found = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "audit-*.jsonl")) {
      for (Path file : files) {
        if (isFile(file)) {
          found.add(file);
        }
      }
    }
    Collections.sort(found);
    closed.clear();
    closedBytes = 0;
    for (Path file : found) {
      add(file, Files.size(file));
    }
  }

  /** A link could lead anywhere. */
  private static boolean isFile(Path file) {
    return Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS);
  }

  private void add(Path file, long bytes) {
    closed.add(new Closed(file, bytes));
    closedBytes += bytes;
  }

  private void openActive() throws IOException {
    active = FileChannel.open(folder.resolve(ACTIVE), APPEND, posix(OF_FILES));
    activeBytes = active.size();
    activeSince =
        activeBytes == 0
            ? clock.millis()
            : Files.getLastModifiedTime(folder.resolve(ACTIVE)).toMillis();
    if (activeBytes > 0 && !endsWithLine()) {
      activeBytes += active.write(ByteBuffer.wrap(new byte[] {'\n'}), activeBytes);
    }
  }

  /** A line may be torn after the machine has stopped. */
  private boolean endsWithLine() throws IOException {
    ByteBuffer last = ByteBuffer.allocate(1);
    active.read(last, activeBytes - 1);
    return last.get(0) == '\n';
  }

  private void close() throws IOException {
    active.close();
    active = null;
    String stamp = STAMP.format(clock.instant());
    Path file;
    do {
      file = folder.resolve("audit-%sZ-%06d.jsonl".formatted(stamp, number++));
    } while (Files.exists(file, LinkOption.NOFOLLOW_LINKS));
    Files.move(folder.resolve(ACTIVE), file);
    add(file, activeBytes);
    activeBytes = 0;
  }

  private long deleteSurplus() throws IOException {
    long lost = 0;
    while (!closed.isEmpty()
        && (closed.size() >= limits.files() || closedBytes + limits.fileBytes() > limits.bytes())) {
      Path oldest = closed.peek().file;
      if (limits.counted() && isFile(oldest)) {
        lost += undelivered(AuditSegment.of(oldest)).lines().size();
      }
      delete(oldest);
    }
    return lost;
  }

  /** The oldest closed file; without one, the active file is closed. Null without events. */
  synchronized AuditSegment oldest() throws IOException {
    open();
    while (!closed.isEmpty() && !isFile(closed.peek().file)) { // an administrator moved it
      closedBytes -= closed.poll().bytes;
    }
    if (closed.isEmpty() && activeBytes > 0) {
      close();
      openActive();
    }
    return closed.isEmpty() ? null : AuditSegment.of(closed.peek().file);
  }

  synchronized void delete(AuditSegment segment) throws IOException {
    delete(segment.file());
  }

  private void delete(Path file) throws IOException {
    if (!closed.isEmpty() && closed.peek().file.equals(file)) {
      closedBytes -= closed.poll().bytes;
    }
    Files.deleteIfExists(file);
    Files.deleteIfExists(folder.resolve(POSITION));
  }

  /** The rest of a file, if a part of it was delivered. */
  synchronized AuditSegment undelivered(AuditSegment segment) throws IOException {
    Path position = folder.resolve(POSITION);
    if (!isFile(position) || Files.size(position) > MAX_POSITION_BYTES) {
      return segment;
    }
    AuditSegment note = AuditSegment.of(position);
    String[] words = String.join(" ", note.lines()).split(" ");
    boolean isKnown =
        words.length == 2
            && words[0].equals(String.valueOf(segment.file().getFileName()))
            && words[1].matches("\\d{1,18}");
    return isKnown ? segment.startingAt(Long.parseLong(words[1])) : segment;
  }

  /**
   * Remembers that a part of a file was delivered, also over a restart.
   *
   * @return false at the end of the file
   */
  synchronized boolean advance(AuditSegment part) throws IOException {
    if (part.to() >= AuditSegment.of(part.file()).to()) {
      return false;
    }
    String note = part.file().getFileName() + " " + part.to() + "\n";
    try (FileChannel channel =
        FileChannel.open(folder.resolve(POSITION), APPEND, posix(OF_FILES))) {
      channel.truncate(0);
      channel.write(ByteBuffer.wrap(note.getBytes(StandardCharsets.UTF_8)), 0);
    }
    return true;
  }

  /** Keeps events that the target refuses, up to a limit. */
  synchronized boolean setAside(List<String> lines, long limit) throws IOException {
    Path file = folder.resolve(REJECTED);
    try (FileChannel channel = FileChannel.open(file, APPEND, posix(OF_FILES))) {
      byte[] text = (String.join("\n", lines) + '\n').getBytes(StandardCharsets.UTF_8);
      if (channel.size() + text.length > limit) {
        return false;
      }
      channel.write(ByteBuffer.wrap(text), channel.size());
      return true;
    }
  }

  synchronized long bytes() {
    return closedBytes + activeBytes;
  }

  synchronized void release() throws IOException {
    if (active != null) {
      abandon();
    }
    if (lock != null) {
      lock.close();
      lock = null;
    }
  }

  private FileAttribute<?>[] posix(FileAttribute<?> rights) {
    return folder.getFileSystem().supportedFileAttributeViews().contains("posix")
        ? new FileAttribute<?>[] {rights}
        : new FileAttribute<?>[0];
  }
}
