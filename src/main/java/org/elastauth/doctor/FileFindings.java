package org.elastauth.doctor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.List;
import java.util.Set;
import org.elastauth.config.FileRights;

/**
 * Who can change the files that decide what the gateway does, and who can read its secrets.
 *
 * @param files settings, certificates, keys and caches
 * @param programs routes and jars, which can do anything
 * @param secrets keys and passwords
 * @param written the folder of the cache, which the gateway must be able to change; none if empty
 */
record FileFindings(List<Path> files, List<Path> programs, Set<Path> secrets, List<Path> written)
    implements Area.Examination {
  @Override
  public void into(Findings findings) {
    Path current = Path.of("").toAbsolutePath();
    boolean safe = restricted(findings, current, false);
    for (Path file : files) {
      safe &= restricted(findings, file, false);
    }
    for (Path program : programs) {
      safe &= restricted(findings, program, true);
    }
    if (safe) {
      findings.ok(
          "rights",
          "only the owner can change the files in use ("
              + (files.size() + programs.size())
              + ") and the folder "
              + current);
    }
    secrets.forEach(secret -> secret(findings, secret));
    written.forEach(folder -> writable(findings, folder));
  }

  /** Whether only the owner can change it. */
  private static boolean restricted(Findings findings, Path path, boolean isProgram) {
    FileRights rights = FileRights.of(path);
    if (rights == FileRights.EVERYBODY) {
      Finding finding =
          new Finding(
              isProgram ? Level.FAULT : Level.WARNING,
              path.toString(),
              "every user of this system can change it, or replace it in a folder above it",
              "chmod o-w " + path + ", and the folders above it");
      findings.add(finding);
    } else if (rights == FileRights.GROUP) {
      findings.warning(path.toString(), "users of its group can change it", "chmod g-w " + path);
    }
    return rights == FileRights.OWNER;
  }

  private static void secret(Findings findings, Path path) {
    try {
      if (Files.getPosixFilePermissions(path).contains(PosixFilePermission.OTHERS_READ)) {
        findings.note(
            path.toString(),
            "every user of this system can read this secret",
            "chmod o-r " + path + "; harmless in a container with a single user");
      } else {
        findings.ok(path.toString(), "other users cannot read this secret");
      }
    } catch (IOException | UnsupportedOperationException missing) {
      // a fault of the configuration, or a file system without such rights
    }
  }

  private static void writable(Findings findings, Path path) {
    Path folder = Files.isDirectory(path) ? path : path.toAbsolutePath().getParent();
    if (folder != null && Files.isWritable(folder)) {
      findings.ok(path.toString(), "the cache can be written");
    } else {
      findings.fault(
          path.toString(),
          "the user " + System.getProperty("user.name") + " may not write the cache here",
          "create the folder for this user, or run this command as the user of the gateway");
    }
  }
}
