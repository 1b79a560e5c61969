package org.elastauth.cache;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.Body;
import org.apache.camel.ExchangeProperty;
import org.elastauth.crypto.Sha256;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.annotation.Lazy;
import org.springframework.stereotype.Component;

/**
 * Entries as files in one folder, bounded in number, readable by their owner only. A file's name is
 * the SHA-256 of its key, which is safe on case-insensitive file systems, too. Its modification
 * time is its expiry, so a renewal or a sweep reads no content. If the disk fails, the result is a
 * cache miss.
 */
@Lazy
@Component("fileCache")
public final class FileCache {
  private static final Logger LOG = LoggerFactory.getLogger(FileCache.class);
  private static final int ENTRIES = 50_000;
  private static final int MAX_BYTES = 64 * 1024;
  private static final String SUFFIX = ".entry";
  private static final String UNFINISHED = ".part";
  private static final String NEXT = ".next" + UNFINISHED;
  private static final String TAKEN = ".taken" + UNFINISHED;
  private static final String OURS = "*{" + SUFFIX + "," + UNFINISHED + "}";

  /** An unfinished file that is older was abandoned by its writer. */
  private static final Duration ABANDONED = Duration.ofMinutes(1);

  private record Expiring(Path file, FileTime at) {}

  private final Path folder;
  private final int limit;
  private final Clock clock;

  /** A lower bound; exact after a sweep. */
  private final AtomicInteger count = new AtomicInteger();

  private volatile boolean failing;

  @Autowired
  public FileCache(CacheSettings settings, Clock clock) {
    this(Path.of(settings.path()), ENTRIES, clock);
  }

  FileCache(Path folder, int limit, Clock clock) {
    this.folder = folder;
    this.limit = limit;
    this.clock = clock;
  }

  /**
   * @return null if there is none, or it is expired, larger than 64 KiB or unreadable
   */
  public String get(@ExchangeProperty("cacheKey") String key) {
    Path file = file(key);
    try {
      BasicFileAttributes attributes =
          Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      if (!attributes.isRegularFile()
          || attributes.size() > MAX_BYTES
          || isExpired(attributes.lastModifiedTime())) {
        return null;
      }
      try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
        return new String(in.readNBytes(MAX_BYTES), StandardCharsets.ISO_8859_1);
      }
    } catch (NoSuchFileException missing) {
      return null;
    } catch (IOException e) {
      failed(e);
      return null;
    }
  }

  /**
   * @param ttl seconds
   */
  public void put(
      @ExchangeProperty("cacheKey") String key,
      @Body String value,
      @ExchangeProperty("ttl") long ttl) {
    Path file = file(key);
    try {
      boolean grows = Files.notExists(file, LinkOption.NOFOLLOW_LINKS);
      if (grows && count.get() >= limit) {
        sweep();
      }
      // only the owner may read a temporary file, and no reader ever sees half an entry
      Path unfinished = Files.createTempFile(folder, "", UNFINISHED);
      try {
        Files.writeString(
            unfinished,
            value,
            StandardCharsets.ISO_8859_1,
            StandardOpenOption.WRITE,
            LinkOption.NOFOLLOW_LINKS);
        Files.setLastModifiedTime(unfinished, in(ttl));
        Files.move(
            unfinished, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      } finally {
        Files.deleteIfExists(unfinished);
      }
      if (grows) {
        count.incrementAndGet();
      }
      recovered();
    } catch (IOException e) {
      failed(e);
    }
  }

  /**
   * @param ttl seconds from now on
   */
  public void renew(@ExchangeProperty("cacheKey") String key, @ExchangeProperty("ttl") long ttl) {
    try {
      Files.setLastModifiedTime(file(key), in(ttl));
    } catch (NoSuchFileException swept) {
      // the next request is a cache miss
    } catch (IOException e) {
      failed(e);
    }
  }

  /** Also what {@link #replace} has taken away or prepared, so that it cannot come back. */
  public void delete(@ExchangeProperty("cacheKey") String key) {
    Path file = file(key);
    try {
      Files.deleteIfExists(file);
      Files.deleteIfExists(sibling(file, NEXT));
      Files.deleteIfExists(sibling(file, TAKEN));
      Files.deleteIfExists(file); // linked before these were deleted
    } catch (IOException e) {
      failed(e);
    }
  }

  /**
   * Replaces an entry, which keeps its expiry, unless another one has taken its place, or it is
   * deleted meanwhile. A reader may find no entry, but never an older one than was there.
   *
   * @return whether it was replaced
   */
  public boolean replace(String key, String expected, String entry) throws IOException {
    Path file = file(key);
    Path taken = sibling(file, TAKEN);
    Path next = sibling(file, NEXT);
    Path unfinished = Files.createTempFile(folder, "", UNFINISHED);
    try {
      FileTime expiry = Files.getLastModifiedTime(file, LinkOption.NOFOLLOW_LINKS);
      Files.writeString(unfinished, entry, StandardCharsets.ISO_8859_1);
      Files.setLastModifiedTime(unfinished, expiry);
      Files.move(unfinished, next, StandardCopyOption.ATOMIC_MOVE);
      Files.move(file, taken, StandardCopyOption.ATOMIC_MOVE);
      boolean isSame = Files.readString(taken, StandardCharsets.ISO_8859_1).equals(expected);
      Files.createLink(file, isSame ? next : taken);
      return isSame;
    } catch (NoSuchFileException | FileAlreadyExistsException newer) {
      return false;
    } finally {
      Files.deleteIfExists(taken);
      Files.deleteIfExists(next);
      Files.deleteIfExists(unfinished);
    }
  }

  private static Path sibling(Path file, String suffix) {
    return file.resolveSibling(file.getFileName() + suffix);
  }

  /** Deletes expired entries; if the folder is still full, also those that expire next. */
  public synchronized void sweep() {
    List<Expiring> entries = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, OURS)) {
      for (Path file : files) {
        sweep(file, entries);
      }
      entries.sort(Comparator.comparing(Expiring::at));
      // frees a tenth at once, because listing the folder for each new entry is slow
      int surplus = entries.size() < limit ? 0 : entries.size() - limit + Math.max(1, limit / 10);
      for (Expiring entry : entries.subList(0, Math.min(surplus, entries.size()))) {
        Files.deleteIfExists(entry.file);
      }
      count.set(entries.size() - Math.min(surplus, entries.size()));
    } catch (IOException | DirectoryIteratorException e) {
      failed(e);
    }
  }

  private void sweep(Path file, List<Expiring> entries) throws IOException {
    boolean entry = file.toString().endsWith(SUFFIX);
    try {
      FileTime at = Files.getLastModifiedTime(file, LinkOption.NOFOLLOW_LINKS);
      boolean expired =
          entry ? isExpired(at) : at.toInstant().plus(ABANDONED).isBefore(clock.instant());
      if (expired) {
        Files.deleteIfExists(file);
      } else if (entry) {
        entries.add(new Expiring(file, at));
      }
    } catch (NoSuchFileException meanwhile) {
      // another gateway sweeps the same folder
    }
  }

  private boolean isExpired(FileTime end) {
    return !end.toInstant().isAfter(clock.instant());
  }

  private FileTime in(long seconds) {
    return FileTime.from(clock.instant().plusSeconds(seconds));
  }

  private Path file(String key) {
    return folder.resolve(Sha256.hex(key) + SUFFIX);
  }

  /** Only after a write: a full disk can still be read. */
  private void recovered() {
    if (failing) {
      failing = false;
      LOG.info("The file cache works again");
    }
  }

  /** Logs an outage once. */
  private void failed(Exception e) {
    if (!failing) {
      failing = true;
      LOG.atWarn()
          .addKeyValue("folder", folder)
          .addKeyValue("reason", e.toString())
          .log("The file cache fails; users are read from Elasticsearch instead");
    }
  }
}
