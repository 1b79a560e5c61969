package org.elastauth.command;

import java.util.concurrent.Callable;
import org.elastauth.crypto.SecretKeys;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

@Command(
    name = "generate-key",
    description = "Print a new secret key.",
    footer = {
      "  elastauth generate-key > secret_key",
    })
final class GenerateKeyCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    spec.commandLine().getOut().println(SecretKeys.generate());
    return ElastauthCommand.OK;
  }
}
