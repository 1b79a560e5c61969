package org.elastauth.command;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.elastauth.routes.RouteDiff;
import org.elastauth.routes.RouteSet;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
    name = "diff-routes",
    description = "Print what a folder of routes changes in the routes inside the jar.",
    footer = {
      "  elastauth diff-routes",
    })
final class DiffRoutesCommand implements Callable<Integer> {
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
    RouteDiff.of(set).forEach(spec.commandLine().getOut()::println);
    set.faults()
        .forEach(fault -> spec.commandLine().getErr().println(spec.name() + ": " + fault.mend()));
    return set.faults().isEmpty() ? ElastauthCommand.OK : ElastauthCommand.FAILED;
  }
}
