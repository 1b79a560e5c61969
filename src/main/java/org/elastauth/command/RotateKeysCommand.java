package org.elastauth.command;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import org.elastauth.rotation.KeyRotation;
import org.elastauth.rotation.RotationCount;
import org.elastauth.startup.LoadedConfiguration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
    name = "rotate-keys",
    description = {
      "Re-encrypt cached credentials and sessions with the first key of secret_keys.",
      "Gateways may run meanwhile. It can be interrupted and repeated."
    },
    footer = {
      "  elastauth rotate-keys --dry-run",
      "  elastauth rotate-keys",
    })
final class RotateKeysCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private SettingsOptions settings;

  @Option(names = "--dry-run", description = "Count the entries, and change none.")
  private boolean dryRun;

  @Override
  public Integer call() throws IOException {
    LoadedConfiguration configuration = settings.loadValid();
    if (configuration.settings().keys().isEmpty()) {
      throw new CommandException(
          "secret_key is not set; set secret_keys to the new key and the old ones");
    }
    PrintWriter err = spec.commandLine().getErr();
    List<RotationCount> counts =
        KeyRotation.run(configuration, dryRun, line -> err.println("rotate-keys: " + line));
    PrintWriter out = spec.commandLine().getOut();
    counts.forEach(out::println);
    if (counts.isEmpty()) {
      out.println(
          "nothing to re-encrypt: cache.type "
              + configuration.settings().cache().type()
              + " keeps no entries outside the gateway");
    }
    return ElastauthCommand.OK;
  }
}
