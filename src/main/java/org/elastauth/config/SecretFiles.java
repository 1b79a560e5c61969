package org.elastauth.config;

import java.nio.file.Path;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The files of the configured secrets. A secret that changes there is used without a restart.
 *
 * @param files by path of the setting
 */
public record SecretFiles(Map<String, Path> files) {
  public static final SecretFiles NONE = new SecretFiles(Map.of());

  private static final Logger LOG = LoggerFactory.getLogger(SecretFiles.class);

  /**
   * The content of the file now.
   *
   * @param configured the value if there is no file, or the file cannot be used now
   */
  public String current(String setting, String configured) {
    Path file = files.get(setting);
    if (file == null) {
      return configured;
    }
    try {
      return SecretFile.read(file.toString());
    } catch (IllegalArgumentException unusable) {
      LOG.atWarn()
          .addKeyValue("setting", setting)
          .addKeyValue("file", file)
          .addKeyValue("reason", unusable.getMessage())
          .log("The file of a secret cannot be used; its last value stays in use");
      return configured;
    }
  }
}
