package org.elastauth.config;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The text of a file that somebody else may have written. */
public final class ConfigurationText {
  private static final int MAX_BYTES = 1 << 20;

  private ConfigurationText() {}

  /**
   * @throws IOException with the reason, which names neither the file nor its content
   */
  public static String read(Path file) throws IOException {
    if (ReadAccess.isDenied(file)) {
      throw new IOException(ReadAccess.reason(file));
    }
    require(Files.exists(file), "does not exist; correct the path");
    require(!Files.isDirectory(file), "is a folder; name the file in it");
    require(Files.isRegularFile(file), "is not a regular file");
    require(Files.size(file) <= MAX_BYTES, "is larger than 1 MiB; name the right file");
    try {
      String text = Files.readString(file);
      require(text.indexOf('\0') < 0, "is no text; name the right file");
      return text;
    } catch (CharacterCodingException binary) {
      throw new IOException("is not UTF-8 text; name the right file, or convert it", binary);
    }
  }

  private static void require(boolean condition, String reason) throws IOException {
    if (!condition) {
      throw new IOException(reason);
    }
  }
}
