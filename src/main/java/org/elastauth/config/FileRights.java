package org.elastauth.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** Who besides the owner can change or replace a file or folder. */
public enum FileRights {
  OWNER,
  GROUP,
  EVERYBODY;

  private static final int GROUP_WRITE = 0020;
  private static final int OTHERS_WRITE = 0002;
  private static final int STICKY = 01000;
  private static final int ROOT = 0;

  /**
   * A link counts as what it leads to. In a read-only file system, such as a ConfigMap of
   * Kubernetes, no file can change, whatever its mode. The group root is the owner, because
   * OpenShift runs containers in it.
   */
  public static FileRights of(Path path) {
    try {
      Path real = path.toRealPath();
      FileRights rights = byModes(path, real);
      // last, because the question reads the table of all mounts
      return rights != OWNER && Files.getFileStore(real).isReadOnly() ? OWNER : rights;
    } catch (IOException | UnsupportedOperationException | IllegalArgumentException unknown) {
      return OWNER; // there is no such file, or the file system has no such rights
    }
  }

  private static FileRights byModes(Path path, Path real) throws IOException {
    Map<String, Object> file = Files.readAttributes(real, "unix:mode,gid");
    int mode = (int) file.get("mode");
    if ((mode & OTHERS_WRITE) != 0
        || isReplaceable(real)
        || isReplaceable(path.toAbsolutePath().normalize())) {
      return EVERYBODY;
    }
    return (mode & GROUP_WRITE) != 0 && (int) file.get("gid") != ROOT ? GROUP : OWNER;
  }

  /** Whether everybody may rename or delete entries of a folder above it. */
  private static boolean isReplaceable(Path path) throws IOException {
    for (Path folder = path.getParent(); folder != null; folder = folder.getParent()) {
      int mode = (int) Files.getAttribute(folder, "unix:mode");
      if ((mode & OTHERS_WRITE) != 0
          && (mode & STICKY) == 0
          && !Files.isSymbolicLink(folder)
          && !Files.getFileStore(folder).isReadOnly()) {
        return true;
      }
    }
    return false;
  }
}
