package org.elastauth.config;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.regex.Pattern;

/**
 * A file that contains a secret, as Docker and Kubernetes mount them. The setting {@code NAME_FILE}
 * has its path.
 */
public final class SecretFile {
  /** The setting has the name before it. */
  static final Pattern SUFFIX = Pattern.compile("[._-]?file$", Pattern.CASE_INSENSITIVE);

  private static final long MAX_BYTES = 64 << 10;

  private SecretFile() {}

  /**
   * Returns the content without the line break at its end, which editors and {@code echo} add.
   *
   * @throws IllegalArgumentException with the reason, which does not quote the content
   */
  public static String read(String file) {
    try {
      Path path = Path.of(file);
      require(Files.exists(path), file, "does not exist; mount the secret, or correct the path");
      require(!Files.isDirectory(path), file, "is a folder; name the file in it");
      require(
          Files.isReadable(path), file, "cannot be read by the gateway's user; correct its rights");
      require(Files.size(path) <= MAX_BYTES, file, "is larger than 64 KiB; name the right file");
      String text = Files.readString(path).replaceFirst("\\R$", "");
      require(!text.isBlank(), file, "is empty; write the secret into it");
      return text;
    } catch (CharacterCodingException binary) {
      throw new IllegalArgumentException(file + " is not UTF-8 text; name the right file", binary);
    } catch (IOException | InvalidPathException unreadable) {
      throw new IllegalArgumentException(
          file + " cannot be read; correct the path or its rights", unreadable);
    }
  }

  private static void require(boolean condition, String file, String reason) {
    if (!condition) {
      throw new IllegalArgumentException(file + " " + reason);
    }
  }
}
