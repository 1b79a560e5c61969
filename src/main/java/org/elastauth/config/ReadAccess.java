package org.elastauth.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** Whether this process may read a file or folder. */
public final class ReadAccess {
  private static final int RIGHTS = 07777;
  private static final Path SELF = Path.of("/proc/self");

  private ReadAccess() {}

  /** Whether rights keep this process from reading it, its own or those of a folder above it. */
  public static boolean isDenied(Path path) {
    return denied(path) != null;
  }

  /** The numbers that decide it, because a container has no user names, and how to mend it. */
  public static String reason(Path path) {
    Path denied = denied(path);
    return "cannot be read by this process"
        + numbers(SELF, " (uid %2$d, gid %3$d)")
        + (denied == null
            ? ""
            : numbers(
                denied,
                ": "
                    + denied.toString().replace("%", "%%")
                    + " has mode %1$04o, uid %2$d, gid %3$d"))
        + "; correct its rights";
  }

  /** The file or folder with the rights that are missing. */
  private static Path denied(Path path) {
    Path absolute = path.toAbsolutePath().normalize();
    Path denied = isReadable(absolute) ? null : absolute;
    for (Path folder = absolute.getParent(); folder != null; folder = folder.getParent()) {
      if (Files.isDirectory(folder) && !Files.isExecutable(folder)) {
        denied = folder;
      }
    }
    return denied;
  }

  private static boolean isReadable(Path path) {
    return !Files.exists(path)
        || (Files.isReadable(path) && (!Files.isDirectory(path) || Files.isExecutable(path)));
  }

  private static String numbers(Path path, String format) {
    try {
      Map<String, Object> file = Files.readAttributes(path, "unix:mode,uid,gid");
      return String.format(
          format, (int) file.get("mode") & RIGHTS, file.get("uid"), file.get("gid"));
    } catch (IOException | UnsupportedOperationException | IllegalArgumentException unknown) {
      return ""; // another operating system
    }
  }
}
