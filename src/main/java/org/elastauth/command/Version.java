package org.elastauth.command;

import picocli.CommandLine.IVersionProvider;

/** The version that the manifest of the jar names. */
final class Version implements IVersionProvider {
  @Override
  public String[] getVersion() {
    String version = Version.class.getPackage().getImplementationVersion();
    return new String[] {
      "elastauth "
          + (version == null ? "(not packaged)" : version)
          + ", Java "
          + System.getProperty("java.version")
    };
  }
}
