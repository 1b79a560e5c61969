package org.elastauth.startup;

import java.nio.file.Path;
import java.util.List;
import org.elastauth.config.ConfigurationFaults;
import org.elastauth.config.Fault;
import org.elastauth.config.SecretFiles;

/** What a diagnosis reads of a configuration, which may have faults. */
public record ConfigurationInspection(LoadedConfiguration configuration) {
  public Settings settings() {
    return configuration.settings();
  }

  /** Why a gateway would not start; empty if it would. */
  public List<Fault> faults() {
    try {
      configuration.check().check();
      return List.of();
    } catch (ConfigurationFaults faults) {
      return faults.faults();
    }
  }

  /** The files of secrets, which are read again for each new connection. */
  public SecretFiles secretFiles() {
    return new SecretFiles(configuration.reading().secretFiles());
  }

  /** Settings, certificates, keys, secrets and caches. */
  public List<Path> files() {
    return configuration.check().files().files();
  }

  /** The folder of routes; null without one. */
  public Path routes() {
    return configuration.check().files().folder();
  }

  /** The jars of the operator's components, and their folder; may not exist. */
  public List<Path> components() {
    return ComponentJars.paths();
  }
}
