package org.elastauth.command;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.elastauth.startup.RouteReport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
    name = "check-routes",
    description = {
      "Print all faults of the route files, with file and line; start nothing.",
      "The beans of the folder that the configuration names are created once, as by a start.",
      "No bean of a folder DIR is created, because its files may be foreign."
    },
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
    RouteReport report = RouteReport.read(folder, settings.arguments());
    report.faults().forEach(spec.commandLine().getErr()::println);
    report.notes().forEach(spec.commandLine().getOut()::println);
    if (!report.faults().isEmpty()) {
      return ElastauthCommand.FAILED;
    }
    spec.commandLine().getOut().println(report.summary());
    return ElastauthCommand.OK;
  }
}
