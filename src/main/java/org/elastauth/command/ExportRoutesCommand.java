package org.elastauth.command;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.elastauth.routes.RouteExport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
    name = "export-routes",
    description = "Write the routes inside the jar to a folder; overwrite no file.",
    footer = {
      "  elastauth export-routes ./routes",
    })
final class ExportRoutesCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "DIR", description = "The folder, which is created if it is missing.")
  private Path folder;

  @Override
  public Integer call() throws IOException {
    int files = RouteExport.to(folder);
    spec.commandLine().getOut().println(files + " route files are in " + folder);
    return ElastauthCommand.OK;
  }
}
