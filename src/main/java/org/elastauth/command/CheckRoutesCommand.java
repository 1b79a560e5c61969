package org.elastauth.command;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.elastauth.config.Fault;
import org.elastauth.routes.RouteCheck;
import org.elastauth.routes.RouteSet;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
    name = "check-routes",
    description = "Print all faults of the route files, with file and line; start nothing.",
    footer = {
      "  elastauth check-routes",
      "  elastauth check-routes ./routes",
    })
final class CheckRoutesCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private SettingsOptions settings;

  @Parameters(
      arity = "0..1",
      paramLabel = "DIR",
      description = "A folder of route files. Default: the folder that the configuration names.")
  private Path folder;

  @Override
  public Integer call() throws IOException {
    RouteSet set = settings.routes(folder);
    List<Fault> faults = RouteCheck.of(set);
    faults.forEach(spec.commandLine().getErr()::println);
    if (!faults.isEmpty()) {
      return ElastauthCommand.FAILED;
    }
    spec.commandLine()
        .getOut()
        .println(set.files().size() + " route files are valid; " + set.summary());
    return ElastauthCommand.OK;
  }
}
