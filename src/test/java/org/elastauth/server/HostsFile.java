package org.elastauth.server;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** The name servers of a JVM: the JVM reads this file whenever it resolves a host name. */
public final class HostsFile {
  private final Path file;

  /**
   * @param folder where to put it
   */
  public HostsFile(Path folder) {
    this.file = folder.resolve("hosts");
    set();
  }

  /** The option of the JVM. */
  public String option() {
    return "-Djdk.net.hosts.file=" + file;
  }

  /**
   * @param names and addresses, alternating; others are unknown
   */
  public void set(String... names) {
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < names.length; i += 2) {
      lines.append(names[i + 1]).append(' ').append(names[i]).append('\n');
    }
    Path next = file.resolveSibling("hosts-next");
    try {
      Files.writeString(next, lines);
      Path silent = file.resolveSibling("hosts-silent");
      boolean wasSilent = Files.exists(file) && !Files.isRegularFile(file);
      if (wasSilent) {
        Files.move(file, silent, StandardCopyOption.REPLACE_EXISTING);
      }
      Files.move(next, file, StandardCopyOption.REPLACE_EXISTING);
      if (wasSilent) {
        // who waits for it reads its end, as after the time of a resolver is over
        new RandomAccessFile(silent.toFile(), "rw").close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Lets whoever resolves a name wait until the next {@link #set}. */
  public void silence() {
    try {
      Path pipe = file.resolveSibling("hosts-pipe");
      if (new ProcessBuilder("mkfifo", pipe.toString()).inheritIO().start().waitFor() != 0) {
        throw new IllegalStateException("mkfifo failed: " + pipe);
      }
      Files.move(pipe, file, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
