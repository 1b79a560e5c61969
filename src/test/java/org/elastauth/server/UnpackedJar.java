package org.elastauth.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * The packaged jar unpacked and with an archive of its loaded classes, as the image of docker/ has
 * it: a start takes less than half the CPU time of the jar itself.
 */
final class UnpackedJar {
  private static final Path FOLDER = Path.of("target", "unpacked").toAbsolutePath();
  private static final Path JAR = FOLDER.resolve("elastauth.jar");
  private static final Path ARCHIVE = FOLDER.resolve("classes.jsa");
  private static List<String> command;

  private UnpackedJar() {}

  /** The options of the JVM that run it. */
  static synchronized List<String> command(Path packaged, String java) {
    if (command == null) {
      // tests in another JVM may unpack it at the same time
      try (FileChannel turn =
              FileChannel.open(
                  FOLDER.resolveSibling("unpacked.lock"),
                  StandardOpenOption.CREATE,
                  StandardOpenOption.WRITE);
          FileLock held = turn.lock()) {
        if (!Files.exists(ARCHIVE)
            || Files.getLastModifiedTime(ARCHIVE).compareTo(Files.getLastModifiedTime(packaged))
                < 0) {
          unpack(packaged, java);
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      // without the log, an archive that does not fit is silently ignored
      command =
          List.of("-XX:SharedArchiveFile=" + ARCHIVE, "-Xlog:disable", "-jar", JAR.toString());
    }
    return command;
  }

  private static void unpack(Path packaged, String java) throws IOException {
    ElasticsearchServer.deleteRecursively(FOLDER);
    run(
        java,
        "-Djarmode=tools",
        "-jar",
        packaged.toString(),
        "extract",
        "--destination",
        FOLDER.toString());
    run(
        java,
        "-XX:ArchiveClassesAtExit=" + ARCHIVE,
        "-jar",
        JAR.toString(),
        "--check-config",
        "--elastauth.secret_key=" + TestGateway.KEY,
        "--elastauth.redis.host=127.0.0.1:1");
  }

  private static void run(String java, String... arguments) throws IOException {
    List<String> command = new ArrayList<>(List.of(java));
    command.addAll(PackagedJar.QUICK_START);
    command.addAll(List.of(arguments));
    Path log = TestRun.logOfNext("unpack");
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().clear();
    Process process =
        builder.directory(FOLDER.getParent().toFile()).redirectOutput(log.toFile()).start();
    try {
      if (process.waitFor() != 0) {
        throw new IllegalStateException(command + " failed:\n" + Files.readString(log));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
