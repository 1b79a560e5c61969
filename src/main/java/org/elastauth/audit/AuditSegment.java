package org.elastauth.audit;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Set;

/**
 * A closed file of the audit trail, or a part of it that ends with a line.
 *
 * @param from the first byte
 * @param to the byte behind the last one
 */
public record AuditSegment(Path file, long from, long to) {
  /** A link that replaced the file could lead anywhere. */
  private static final Set<OpenOption> READ =
      Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);

  /** The whole file. */
  static AuditSegment of(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, READ)) {
      return new AuditSegment(file, 0, channel.size());
    }
  }

  /** Its events, each a JSON object. */
  public List<String> lines() throws IOException {
    ByteBuffer bytes = read(Math.toIntExact(to - from));
    String text = StandardCharsets.UTF_8.decode(bytes).toString();
    return text.lines().filter(line -> !line.isBlank()).toList();
  }

  private ByteBuffer read(int length) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(length);
    try (FileChannel channel = FileChannel.open(file, READ)) {
      while (bytes.hasRemaining()) {
        if (channel.read(bytes, from + bytes.position()) < 0) {
          throw new EOFException(file + " became shorter");
        }
      }
    }
    return bytes.flip();
  }

  /** Its first lines, at most this many bytes of them; a longer line, which is no event, is cut. */
  AuditSegment first(int bytes) throws IOException {
    if (to - from <= bytes) {
      return this;
    }
    ByteBuffer head = read(bytes);
    int end = bytes;
    while (end > 0 && head.get(end - 1) != '\n') {
      end--;
    }
    return new AuditSegment(file, from, from + (end == 0 ? bytes : end));
  }

  AuditSegment startingAt(long position) {
    return new AuditSegment(file, Math.min(Math.max(position, 0), to), to);
  }

  boolean isEmpty() {
    return from == to;
  }
}
