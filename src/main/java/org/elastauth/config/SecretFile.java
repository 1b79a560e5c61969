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
   * @throws IllegalArgumentException with the reason, which does not quote the content; nor the
   *     path unless a file is there, because it may be the secret itself in the wrong place
   */
  public static String read(String file) {
    Path path;
    try {
      path = Path.of(file);
    } catch (InvalidPathException invalid) {
      throw new IllegalArgumentException("is not the path of a file; write the path of the secret");
    }
    String name = path + " ";
    if (ReadAccess.isDenied(path)) {
      throw new IllegalArgumentException(name + ReadAccess.reason(path));
    }
    require(Files.exists(path), "names no file; mount the secret, or correct the path");
    require(!Files.isDirectory(path), name + "is a folder; name the file in it");
    try {
      require(Files.size(path) <= MAX_BYTES, name + "is larger than 64 KiB; name the right file");
      String text = Files.readString(path).replaceFirst("\\R$", "");
      require(!text.isBlank(), name + "is empty; write the secret into it");
      return text;
    } catch (CharacterCodingException binary) {
      throw new IllegalArgumentException(name + "is not UTF-8 text; name the right file");
    } catch (IOException unreadable) {
      throw new IllegalArgumentException(name + "cannot be read; correct its rights");
    }
  }

  private static void require(boolean condition, String reason) {
    if (!condition) {
      throw new IllegalArgumentException(reason);
    }
  }
}
