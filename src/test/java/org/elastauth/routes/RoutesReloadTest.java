package org.elastauth.routes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.Callable;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Reads of the route files. */
class RoutesReloadTest {
  @TempDir Path folder;

  /** A file may lose its rights after the start, when nobody looks. */
  @Test
  @EnabledOnOs({OS.LINUX, OS.MAC})
  void aFileThatEveryUserCanChangeIsNotRead() throws Exception {
    Path file = Files.writeString(folder.resolve("mine.camel.yaml"), "- route: {}\n");
    try (DefaultCamelContext context = new DefaultCamelContext()) {
      RoutesReload reload =
          new RoutesReload(context, folder, name -> false, Callable::call, differ -> {});
      assertThat(reload.watcher()).isNotNull();
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw-rw-"));
      assertThatThrownBy(reload::watcher)
          .isInstanceOf(IOException.class)
          .hasMessageContaining("mine.camel.yaml can be changed by every user");
    }
  }
}
