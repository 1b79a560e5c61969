package org.elastauth.cache;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.elastauth.server.TestGateway.SetClock;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** SPEC 4 and 8, cache.type file: files that are safe to keep, and a disk that may fail. */
class FileCacheTest {
  private static final String KEY = "elastauth-am9obi5kb2U%3D";
  private static final int LIMIT = 20;

  @TempDir Path parent;
  private Path folder;
  private final SetClock clock = new SetClock(Instant.parse("2026-01-15T10:30:00Z"));
  private FileCache cache;

  @BeforeEach
  void open() throws IOException {
    folder = Files.createDirectory(parent.resolve("cache"));
    cache = new FileCache(folder, LIMIT, clock);
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.toList();
    }
  }

  private Path only() throws IOException {
    assertThat(files()).hasSize(1);
    return files().get(0);
  }

  @Test
  void whatIsDeletedIsGoneFromTheDisk() throws IOException {
    cache.delete(KEY);
    cache.put(KEY, "value", 60);
    cache.delete(KEY);
    assertThat(cache.get(KEY)).isNull();
    assertThat(files()).isEmpty();
  }

  @Test
  void whatIsPutIsFoundByAnotherProcessToo() {
    cache.put(KEY, "value", 60);
    assertThat(cache.get(KEY)).isEqualTo("value");
    assertThat(new FileCache(folder, LIMIT, clock).get(KEY)).isEqualTo("value");
    assertThat(cache.get("elastauth-other")).isNull();
    cache.put(KEY, "longer value", 60);
    assertThat(cache.get(KEY)).isEqualTo("longer value");
    cache.put(KEY, "short", 60);
    assertThat(cache.get(KEY)).isEqualTo("short");
  }

  /** A rotation of keys runs while a gateway revokes a user. */
  @Test
  void aReplacedEntryDoesNotSurviveItsDeletion() throws Exception {
    for (int i = 0; i < 2_000; i++) {
      cache.put(KEY, "old", 60);
      CompletableFuture<Boolean> replaced =
          CompletableFuture.supplyAsync(
              () -> {
                try {
                  return cache.replace(KEY, "old", "new");
                } catch (IOException failed) {
                  throw new UncheckedIOException(failed);
                }
              });
      if (i % 2 == 0) {
        Thread.yield();
      }
      cache.delete(KEY);
      replaced.get();
      assertThat(cache.get(KEY)).isNull();
    }
    assertThat(files()).isEmpty();
  }

  @Test
  void onlyItsOwnerMayReadAFile() throws IOException {
    cache.put(KEY, "value", 60);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(only())))
        .isEqualTo("rw-------");
  }

  static List<String> awkwardKeys() {
    return List.of(
        "../../escaped", "a/b", "C:\\x", "nul", "x".repeat(5_000), "a:b*?\"<>|", "\0", "");
  }

  @ParameterizedTest
  @MethodSource("awkwardKeys")
  void noKeyLeavesTheFolderOrGrowsLong(String key) throws IOException {
    cache.put(key, "value", 60);
    assertThat(cache.get(key)).isEqualTo("value");
    assertThat(only().getFileName().toString()).matches("[0-9a-f]{64}\\.entry");
    try (Stream<Path> beside = Files.list(parent)) {
      assertThat(beside).containsExactly(folder);
    }
  }

  @Test
  void keysThatDifferInCaseAreTwoFilesOnAnyFileSystem() throws IOException {
    cache.put("elastauth-QQ", "one", 60);
    cache.put("elastauth-qq", "two", 60);
    assertThat(files().stream().map(f -> f.toString().toLowerCase(java.util.Locale.ROOT)))
        .doesNotHaveDuplicates()
        .hasSize(2);
    assertThat(cache.get("elastauth-QQ")).isEqualTo("one");
  }

  @Test
  void anEntryEndsWithItsTtlAndRenewalMovesThat() {
    cache.put(KEY, "value", 60);
    clock.advance(Duration.ofSeconds(59));
    assertThat(cache.get(KEY)).isEqualTo("value");
    cache.renew(KEY, 60);
    clock.advance(Duration.ofSeconds(59));
    assertThat(cache.get(KEY)).isEqualTo("value");
    clock.advance(Duration.ofSeconds(1));
    assertThat(cache.get(KEY)).isNull();
    cache.renew("elastauth-never-there", 60);
    assertThat(cache.get("elastauth-never-there")).isNull();
  }

  @Test
  void sweepingRemovesWhatIsOverAndNothingThatIsNotOurs() throws IOException {
    Path theirs = Files.writeString(folder.resolve("notes.txt"), "keep");
    Path abandoned = Files.writeString(folder.resolve("1.part"), "half an ent");
    Files.setLastModifiedTime(
        abandoned, java.nio.file.attribute.FileTime.from(clock.instant().minusSeconds(120)));
    cache.put("over", "value", 60);
    cache.put("good", "value", 120);
    clock.advance(Duration.ofSeconds(60));
    cache.sweep();
    assertThat(files()).hasSize(2).contains(theirs);
    assertThat(cache.get("good")).isEqualTo("value");
  }

  @Test
  void thereAreNeverMoreThanTheLimitAndWhatEndsFirstGoesFirst() throws IOException {
    for (int i = 0; i < 5 * LIMIT; i++) {
      cache.put("key-" + i, "value", 1_000 + i);
      assertThat(files().size()).isLessThanOrEqualTo(LIMIT);
    }
    assertThat(cache.get("key-" + (5 * LIMIT - 1))).isEqualTo("value");
    assertThat(cache.get("key-0")).isNull();
    assertThat(files().size()).as("the newest are kept").isGreaterThan(LIMIT / 2);
  }

  @Test
  void afterARestartTheLimitCountsWhatIsThere() throws IOException {
    for (int i = 0; i < LIMIT; i++) {
      cache.put("key-" + i, "value", 1_000);
    }
    FileCache restarted = new FileCache(folder, LIMIT, clock);
    restarted.sweep();
    restarted.put("one-more", "value", 1_000);
    assertThat(files().size()).isLessThanOrEqualTo(LIMIT);
    assertThat(restarted.get("one-more")).isEqualTo("value");
  }

  @Test
  void aHugeFileAFolderAndALinkAreMisses() throws IOException {
    cache.put(KEY, "value", 60);
    Path file = only();
    Files.writeString(file, "A".repeat(64 * 1024 + 1));
    renewed(file);
    assertThat(cache.get(KEY)).isNull();

    Files.delete(file);
    Path elsewhere = Files.writeString(parent.resolve("elsewhere"), "not an entry");
    renewed(elsewhere);
    Files.createSymbolicLink(file, elsewhere);
    assertThat(cache.get(KEY)).isNull();
    cache.put(KEY, "value", 60);
    assertThat(Files.readString(elsewhere)).isEqualTo("not an entry");
    assertThat(cache.get(KEY)).isEqualTo("value");

    Files.delete(file);
    Files.createDirectory(file);
    renewed(file);
    assertThat(cache.get(KEY)).isNull();
  }

  private void renewed(Path file) throws IOException {
    Files.setLastModifiedTime(
        file, java.nio.file.attribute.FileTime.from(clock.instant().plusSeconds(60)));
  }

  @Test
  void aFolderThatDisappearsIsAMissUntilItIsBack() throws IOException {
    cache.put(KEY, "value", 60);
    Path away = Files.move(folder, parent.resolve("away"));
    assertThat(cache.get(KEY)).isNull();
    cache.put(KEY, "lost", 60);
    cache.renew(KEY, 60);
    cache.sweep();
    assertThat(folder).doesNotExist();
    Files.move(away, folder);
    assertThat(cache.get(KEY)).isEqualTo("value");
    cache.put(KEY, "again", 60);
    assertThat(cache.get(KEY)).isEqualTo("again");
  }
}
